import { createHash, createPublicKey } from 'node:crypto';
import { AmiPublisherError } from '@ami-publisher/base';
import type { KeyPairInfo } from '@aws-sdk/client-ec2';

/** A public key as OpenSSH writes it. */
export interface PublicKey {
  /** Type and key, without the comment. */
  readonly text: string;
  /** Every form of fingerprint that AWS may show for it. */
  readonly fingerprints: ReadonlySet<string>;
}

/**
 * Reads the first line of a public key file: `ssh-rsa …` or `ssh-ed25519 …`, which are what EC2 takes.
 *
 * @param place name of the file, for messages
 * @throws `INVALID_OPTION`, in particular for a private key
 */
export const parsePublicKey = (file: string, place: string): PublicKey => {
  if (file.includes('PRIVATE KEY'))
    throw refuse(place, 'it holds a private key, which must not leave its owner');
  const [type = '', encoded = ''] = file.trim().split(/\s+/);
  const blob = Buffer.from(encoded, 'base64');
  const parts = stringsOf(blob);
  if (parts[0]?.toString() !== type) throw refuse(place, 'it holds no public key as OpenSSH writes it');
  const text = `${type} ${blob.toString('base64')}`;
  if (type === 'ssh-ed25519') return { text, fingerprints: ed25519Fingerprints(blob) };
  if (type === 'ssh-rsa') return { text, fingerprints: rsaFingerprints(blob, parts, place) };
  throw refuse(place, `EC2 takes no keys of type ${type}`);
};

/** Whether an AWS key is this one: by the key itself where AWS tells it, else by its fingerprint. */
export const isSameKey = (
  { text, fingerprints }: PublicKey,
  { PublicKey: told, KeyFingerprint = '' }: KeyPairInfo,
): boolean =>
  told === undefined
    ? fingerprints.has(KeyFingerprint)
    : told.trim().split(/\s+/).slice(0, 2).join(' ') === text;

/** SHA-256 as OpenSSH shows it, with and without padding. */
const ed25519Fingerprints = (blob: Buffer): ReadonlySet<string> => {
  const digest = createHash('sha256').update(blob).digest('base64');
  return new Set([digest, digest.replace(/=+$/, '')]);
};

/** The API reference says RFC 4716, the MD5 of the key as in the file; what EC2 shows is that of its DER form. Both are taken. */
const rsaFingerprints = (
  blob: Buffer,
  [, exponent, modulus]: readonly Buffer[],
  place: string,
): ReadonlySet<string> => {
  if (exponent === undefined || modulus === undefined) throw refuse(place, 'its RSA key is cut short');
  const jwk = { kty: 'RSA', e: exponent.toString('base64url'), n: modulus.toString('base64url') };
  const der = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'der' });
  return new Set([der, blob].map(colonMd5));
};

const colonMd5 = (data: Buffer): string =>
  createHash('md5').update(data).digest('hex').match(/../g)?.join(':') ?? '';

/** The strings of an SSH key, each after its length in four bytes; none if they do not fit. */
const stringsOf = (blob: Buffer): Buffer[] => {
  const parts: Buffer[] = [];
  for (let at = 0; at < blob.length; ) {
    const start = at + 4;
    const end = start <= blob.length ? start + blob.readUInt32BE(at) : Number.POSITIVE_INFINITY;
    if (end > blob.length) return [];
    parts.push(blob.subarray(start, end));
    at = end;
  }
  return parts;
};

const refuse = (place: string, problem: string): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `${place}: ${problem}`,
    resource: place,
    remedy: 'name the .pub file of an RSA or ED25519 key',
  });
