import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { AmiPublisherError, type Logger } from '@ami-publisher/base';
import { readGrants } from './grants.js';

/** A client certificate with its key, PEM. */
export interface KeyPair {
  /** Of its files, without their endings; for messages. */
  readonly name: string;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Options of `readKeyPairs`. */
export interface ReadKeyPairsOptions {
  /** Holds `NAME.key` with `NAME.cert`, and perhaps `key.pem` with `cert.pem`. */
  readonly directory: string;
  /** Milliseconds since the Unix epoch, to judge validity. */
  readonly now: number;
  /** Is warned of each pair that is passed over. */
  readonly logger: Logger;
}

interface Judged {
  readonly pair: KeyPair;
  readonly isAdmin: boolean;
  readonly methodCount: number;
  readonly expiresAt: number;
}

/**
 * The key pairs of a folder that are valid now, in the order in which they are to be tried: those that grant everything, then by how many methods they
 * grant, then the one that is valid longest. A pair that cannot be used is passed over with a warning.
 *
 * @throws `CERTIFICATE_REFUSED` if none is left, or the folder cannot be read.
 */
export const readKeyPairs = (options: ReadKeyPairsOptions): readonly KeyPair[] => {
  const { directory, logger } = options;
  const judged = namesIn(directory).flatMap(([name, keyFile, certFile]) => {
    try {
      const key = readFileSync(join(directory, keyFile));
      return [judge({ name, key, cert: readFileSync(join(directory, certFile)) }, options.now)];
    } catch (error) {
      logger.warn(`the key pair ${join(directory, name)} is passed over`, { error });
      return [];
    }
  });
  if (judged.length > 0) return judged.sort(byPreference).map(({ pair }) => pair);
  throw new AmiPublisherError('CERTIFICATE_REFUSED', {
    message: `no key pair that is valid now in ${directory}`,
    resource: directory,
    remedy: 'put NAME.cert and NAME.key there, or name another folder with --certs',
  });
};

/** Name, key file and certificate file of each pair. */
const namesIn = (directory: string): (readonly [string, string, string])[] => {
  const files = filesOf(directory);
  const named = files
    .filter((file) => file.endsWith('.key'))
    .map((file) => file.slice(0, -'.key'.length))
    .map((name) => [name, `${name}.key`, `${name}.cert`] as const);
  return files.includes('key.pem') ? [...named, ['cert', 'key.pem', 'cert.pem']] : named;
};

const filesOf = (directory: string): string[] => {
  try {
    return readdirSync(directory).sort();
  } catch (cause) {
    throw new AmiPublisherError('CERTIFICATE_REFUSED', {
      message: `cannot read the folder of certificates ${directory}`,
      resource: directory,
      remedy: 'name another folder with --certs',
      cause,
    });
  }
};

const judge = (pair: KeyPair, now: number): Judged => {
  const certificate = new X509Certificate(pair.cert);
  createSecureContext({ cert: pair.cert, key: pair.key });
  const expiresAt = Date.parse(certificate.validTo);
  if (expiresAt <= now) throw new Error(`it expired on ${certificate.validTo}`);
  if (Date.parse(certificate.validFrom) > now) throw new Error(`it is valid from ${certificate.validFrom}`);
  const { methods } = readGrants(certificate);
  return { pair, isAdmin: methods.includes('*.*'), methodCount: methods.length, expiresAt };
};

const byPreference = (a: Judged, b: Judged): number =>
  Number(b.isAdmin) - Number(a.isAdmin) || b.methodCount - a.methodCount || b.expiresAt - a.expiresAt;
