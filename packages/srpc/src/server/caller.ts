import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { matchesGlob } from '../certificate/glob.js';
import { type CertificateGrants, readGrants } from '../certificate/grants.js';

/** Who may call a method. */
export type Access =
  /** Whose certificate grants it. */
  | 'granted'
  /** Whoever has a certificate that is trusted. */
  | 'public'
  /** Everybody. */
  | 'open';

/** Who calls. */
export interface SrpcCaller {
  /** Common name of the certificate; empty in plain text. */
  readonly userName: string;
  readonly groups: readonly string[];
  /** Whether a method is granted, beyond its being public or open; handlers decide finer matters by it. */
  readonly isGranted: (method: string) => boolean;
}

/** Whoever connects to a server without certificates. */
export const anybody: SrpcCaller = { userName: '', groups: [], isGranted: () => true };

/** Whoever connects in plain text to a server that has certificates. */
export const nobody: SrpcCaller = { userName: '', groups: [], isGranted: () => false };

/** Options of `callerOf`. */
export interface CallerOptions {
  /** Whose certificates grant methods, PEM; undefined if all that are trusted do. */
  readonly grantingCa: Buffer | undefined;
  /** Whether the caller has asked to go without what its certificate grants. */
  readonly withoutPowers: boolean;
}

/**
 * The caller by the certificates that its connection was trusted for.
 *
 * @throws RangeError if one of them has grants in a form that is not allowed.
 */
export const callerOf = (socket: TLSSocket, options: CallerOptions): SrpcCaller => {
  const chain = chainOf(socket);
  const grants = chain.map(readGrants);
  const isGranting = !options.withoutPowers && mayGrant(chain[0], options.grantingCa);
  const patterns = isGranting ? united(grants, 'methods') : [];
  return {
    userName: grants.find(({ userName }) => userName !== '')?.userName ?? '',
    groups: united(grants, 'groups'),
    isGranted: (method) => patterns.some((pattern) => matchesGlob(pattern, method)),
  };
};

const chainOf = (socket: TLSSocket): readonly X509Certificate[] => {
  const chain: X509Certificate[] = [];
  let next = socket.getPeerX509Certificate();
  while (next !== undefined && !chain.some(({ fingerprint256 }) => fingerprint256 === next?.fingerprint256)) {
    chain.push(next);
    next = next.issuerCertificate;
  }
  return chain;
};

const united = (grants: readonly CertificateGrants[], what: 'methods' | 'groups'): readonly string[] => [
  ...new Set(grants.flatMap((one) => one[what])),
];

const mayGrant = (leaf: X509Certificate | undefined, grantingCa: Buffer | undefined): boolean => {
  if (grantingCa === undefined) return true;
  return certificatesIn(grantingCa).some((ca) => leaf?.checkIssued(ca) === true && leaf.verify(ca.publicKey));
};

const pemCertificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

const certificatesIn = (pem: Buffer): readonly X509Certificate[] =>
  [...pem.toString('latin1').matchAll(pemCertificate)].map(([text]) => new X509Certificate(text));
