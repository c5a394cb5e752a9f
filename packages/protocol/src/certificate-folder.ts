import { createPrivateKey, type X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import type { Role } from './roles.js';
import { type CertificatePair, parseCertificate, readPairs, readPem } from './tls.js';

/** What a certificate of a folder is, and what is wrong with it apart from its age. */
export interface InspectedCertificate {
  readonly file: string;
  /** Undefined for servers' certificates. */
  readonly role: Role | undefined;
  /** End of its validity, milliseconds since the Unix epoch. */
  readonly expiresAt: number;
  /** Why nobody would take it. */
  readonly fault?: string;
}

/** A folder of certificates as it was found. */
export interface CertificateFolder {
  readonly authority: { readonly file: string; readonly expiresAt: number };
  readonly certificates: readonly InspectedCertificate[];
}

/**
 * Looks at every certificate of a folder.
 *
 * @throws `CERTIFICATE_REFUSED` if there is no `CA.pem`, or a file is no certificate.
 */
export const inspectCertificateFolder = (directory: string): CertificateFolder => {
  const caFile = join(directory, 'CA.pem');
  const authority = parseCertificate(readPem(caFile, 'the certificate authority'), caFile);
  return {
    authority: { file: caFile, expiresAt: Date.parse(authority.validTo) },
    certificates: readPairs(directory)
      .filter(({ certificate }) => !certificate.ca)
      .map((pair) => inspect(pair, directory, authority)),
  };
};

const inspect = (
  pair: CertificatePair,
  directory: string,
  authority: X509Certificate,
): InspectedCertificate => {
  const fault = faultOf(pair, authority);
  return {
    file: join(directory, `${pair.name}.cert`),
    role: pair.role,
    expiresAt: Date.parse(pair.certificate.validTo),
    ...(fault !== undefined && { fault }),
  };
};

const faultOf = ({ name, certificate, tls }: CertificatePair, authority: X509Certificate) => {
  if (!certificate.verify(authority.publicKey)) return 'is not of the authority CA.pem beside it';
  return fits(certificate, tls.key) ? undefined : `does not belong to its key ${name}.key`;
};

const fits = (certificate: X509Certificate, key: Buffer): boolean => {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
};
