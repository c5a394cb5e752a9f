import type { PeerCertificate } from 'node:tls';
import { roleOf } from './names.js';
import type { Caller } from './service.js';

/** Who calls in plain text, which only this machine can. */
export const localCaller: Caller = { commonName: 'local', role: 'operator' };

/** What a certificate says of its holder; a certificate that was not issued for a role gives none. */
export const callerOf = (
  certificate: Partial<Pick<PeerCertificate, 'subject' | 'subjectaltname'>> | undefined,
): { readonly commonName: string; readonly role: Caller['role'] | undefined } => ({
  commonName: String(certificate?.subject?.CN ?? 'unknown'),
  role: roleOf(certificate?.subjectaltname),
});
