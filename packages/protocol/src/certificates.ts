import { randomBytes, webcrypto } from 'node:crypto';
import type * as X509 from '@peculiar/x509';
import { formatRoleName, formatServerName, type ServerName } from './names.js';
import type { Role } from './roles.js';
import { srpcGrants, srpcMethodList } from './srpc-grants.js';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const dayMs = 24 * 60 * 60 * 1000;
const clientAuthentication = '1.3.6.1.5.5.7.3.2';
const serverAuthentication = '1.3.6.1.5.5.7.3.1';

/** Loaded at first use: only who makes certificates pays for it. */
const loadX509 = async (): Promise<typeof X509> => {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto);
  return x509;
};

/** A certificate with its key, PEM. */
export interface IssuedCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateAuthority extends IssuedCertificate {
  /** Issues one client certificate for a role, or one server certificate for a service. */
  issue(options: IssueOptions): Promise<IssuedCertificate>;
}

export interface IssueOptions {
  readonly commonName: string;
  /** Exactly one of `role` and `server`. */
  readonly role?: Role;
  readonly server?: ServerName;
  /** Start of validity, milliseconds since the Unix epoch. */
  readonly from: number;
  /** @default 365 */
  readonly days?: number;
}

/** Makes a private certificate authority, ECDSA P-256, valid from `from` for `days` (default 3,650). */
export const createCertificateAuthority = async (options: {
  readonly commonName: string;
  readonly from: number;
  readonly days?: number;
}): Promise<CertificateAuthority> => {
  const x509 = await loadX509();
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [options.commonName] }],
    ...validity(options.from, options.days ?? 3_650),
    signingAlgorithm: algorithm,
    keys: keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  return authority(x509, certificate, keys.privateKey, await exportKey(x509, keys.privateKey));
};

/** An authority again from its PEM, to issue more. */
export const loadCertificateAuthority = async (pem: IssuedCertificate): Promise<CertificateAuthority> => {
  const x509 = await loadX509();
  const [der] = x509.PemConverter.decode(pem.key);
  const key = await webcrypto.subtle.importKey('pkcs8', der as ArrayBuffer, algorithm, true, ['sign']);
  return authority(x509, new x509.X509Certificate(pem.cert), key, pem.key);
};

const authority = (
  x509: typeof X509,
  certificate: X509.X509Certificate,
  signingKey: webcrypto.CryptoKey,
  key: string,
): CertificateAuthority => ({
  cert: pemText(certificate.toString('pem')),
  key,
  issue: async (options) => {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const issued = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: [{ CN: [options.commonName] }],
      issuer: certificate.subject,
      ...validity(options.from, options.days ?? 365),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey: signingKey,
      extensions: extensionsOf(x509, options),
    });
    return { cert: pemText(issued.toString('pem')), key: await exportKey(x509, keys.privateKey) };
  },
});

const extensionsOf = (x509: typeof X509, options: IssueOptions): X509.Extension[] => [
  new x509.BasicConstraintsExtension(false, undefined, true),
  new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
  // A server is a client too: unpackers fetch from the image server.
  new x509.ExtendedKeyUsageExtension(
    options.server === undefined ? [clientAuthentication] : [serverAuthentication, clientAuthentication],
  ),
  new x509.SubjectAlternativeNameExtension(uriNamesOf(options).map((value) => ({ type: 'url', value }))),
  ...srpcGrantsOf(options).map((methods) => new x509.Extension(...srpcMethodList(methods))),
];

/** What a role may ask of daemons that read grants in certificates; nothing at all where it may ask nothing. */
const srpcGrantsOf = ({ role }: IssueOptions): (readonly string[])[] => {
  const methods = role === undefined ? [] : srpcGrants[role];
  return methods.length === 0 ? [] : [methods];
};

/** An unpacker's certificate also makes it a reader of the image server. */
const uriNamesOf = (options: IssueOptions): string[] => [
  ...(options.server === undefined ? [] : [formatServerName(options.server)]),
  ...(options.role === undefined ? [] : [formatRoleName(options.role)]),
  ...(options.server?.service === 'unpacker' ? [formatRoleName('reader')] : []),
];

const validity = (from: number, days: number) => ({
  // Clocks of machines differ a little.
  notBefore: new Date(from - 5 * 60 * 1000),
  notAfter: new Date(from + days * dayMs),
});

/** A positive number of 16 bytes (RFC 5280, 4.1.2.2). */
const serialNumber = (): string => {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
};

const exportKey = async (x509: typeof X509, key: webcrypto.CryptoKey): Promise<string> =>
  pemText(x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY'));

const pemText = (pem: string): string => `${pem.trimEnd()}\n`;
