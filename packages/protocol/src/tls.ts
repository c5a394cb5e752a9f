import { X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AmiPublisherError } from '@ami-publisher/base';
import { roleOf } from './names.js';
import type { Role } from './roles.js';

/** What a client presents and whom it trusts; PEM. */
export interface ClientTls {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Files of a server; they are read again when they change. */
export interface ServerTls {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

export interface ReadClientTlsOptions {
  /** Folder with `NAME.cert` and `NAME.key` pairs. */
  readonly directory: string;
  /** @default `CA.pem` in the folder */
  readonly caFile?: string | undefined;
  /** Roles that will do, the preferred first. */
  readonly roles: readonly Role[];
  /** Milliseconds since the Unix epoch, to judge validity. */
  readonly now: number;
}

/** A certificate and its key, by the name that their files share. */
export interface CertificatePair {
  readonly name: string;
  /** Undefined for servers' certificates. */
  readonly role: Role | undefined;
  readonly certificate: X509Certificate;
  readonly tls: Omit<ClientTls, 'ca'>;
}

/**
 * Chooses a client certificate by role from a folder.
 *
 * @throws `CERTIFICATE_REFUSED` naming the folder, what is in it, and what is wrong with it.
 */
export const readClientTls = (options: ReadClientTlsOptions): ClientTls => {
  const caFile = options.caFile ?? join(options.directory, 'CA.pem');
  const ca = readPem(caFile, 'the certificate authority');
  const pairs = readPairs(options.directory);
  const candidates = options.roles.flatMap((role) => pairs.filter((pair) => pair.role === role));
  const valid = candidates.find((pair) => Date.parse(pair.certificate.validTo) > options.now);
  if (valid !== undefined) return { ca, ...valid.tls };
  const expired = candidates[0];
  throw new AmiPublisherError('CERTIFICATE_REFUSED', {
    message:
      expired === undefined
        ? `no client certificate with role ${options.roles.join(' or ')} in ${options.directory} (found: ${describe(pairs)})`
        : `the client certificate ${join(options.directory, expired.name)}.cert expired on ${expired.certificate.validTo}`,
    resource: options.directory,
    remedy: 'issue one with `ami-publisher certs create`, or name another folder with --certs',
  });
};

const describe = (pairs: readonly CertificatePair[]): string =>
  pairs.map((pair) => `${pair.name} (${pair.role ?? 'no role'})`).join(', ') || 'none';

/** The pairs `NAME.cert` and `NAME.key` of a folder, by name. @throws `CERTIFICATE_REFUSED` for a file that is no certificate */
export const readPairs = (directory: string): CertificatePair[] => {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((file) => file.endsWith('.key'))
    .sort()
    .flatMap((file) => {
      const name = file.slice(0, -'.key'.length);
      const certFile = join(directory, `${name}.cert`);
      return existsSync(certFile) ? [readPair(directory, name)] : [];
    });
};

const readPair = (directory: string, name: string): CertificatePair => {
  const cert = readPem(join(directory, `${name}.cert`), 'a client certificate');
  const key = readPem(join(directory, `${name}.key`), 'a client key');
  const certificate = parseCertificate(cert, join(directory, `${name}.cert`));
  return { name, certificate, role: roleOf(certificate.subjectAltName), tls: { cert, key } };
};

/** @throws `CERTIFICATE_REFUSED` */
export const parseCertificate = (pem: Buffer, file: string): X509Certificate => {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new AmiPublisherError('CERTIFICATE_REFUSED', {
      message: `${file} is not a PEM certificate`,
      resource: file,
      remedy: 'issue it again, or move it out of the folder',
      cause,
    });
  }
};

/** @throws `CERTIFICATE_REFUSED` if the file cannot be read. */
export const readPem = (file: string, what: string): Buffer => {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new AmiPublisherError('CERTIFICATE_REFUSED', {
      message: `cannot read ${what}: ${file}`,
      resource: file,
      remedy:
        'create certificates with `ami-publisher certs create`, or name their place with --certs or --ca',
      cause,
    });
  }
};
