import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { invalidLayout, parseObject, readLayoutFile } from './json-blob.js';

/** What a layout says of one of its blobs. */
export interface Descriptor {
  readonly mediaType: string;
  /** `sha256:HEX` or `sha512:HEX` */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly annotations: Readonly<Record<string, unknown>>;
  readonly platform: Readonly<Record<string, unknown>>;
}

const digestForm = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;
/** Indexes and manifests are read at once, and are small. */
const maxJsonBytes = 4 * 1024 * 1024;

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** Checks a descriptor. @throws `INVALID_ARCHIVE` naming where it stands. */
const parseDescriptor = (value: unknown, place: string): Descriptor => {
  const { mediaType, digest, size, annotations, platform } = recordOf(value);
  if (typeof mediaType !== 'string') throw invalidLayout(place, 'has an entry without a media type');
  if (typeof digest !== 'string' || !digestForm.test(digest))
    throw invalidLayout(place, `has an entry with the digest ${JSON.stringify(digest)}`);
  if (!Number.isSafeInteger(size) || (size as number) < 0)
    throw invalidLayout(place, `has an entry with the size ${JSON.stringify(size)}`);
  return {
    mediaType,
    digest,
    size: size as number,
    annotations: recordOf(annotations),
    platform: recordOf(platform),
  };
};

/** The descriptors in a list of an index or manifest. @throws `INVALID_ARCHIVE`. */
export const descriptorsOf = (
  object: Readonly<Record<string, unknown>>,
  key: 'manifests' | 'layers',
  place: string,
): Descriptor[] => {
  const list = object[key];
  if (!Array.isArray(list)) throw invalidLayout(place, `has no list of ${key}`);
  return list.map((entry) => parseDescriptor(entry, place));
};

const hashOf = (digest: string): Hash => createHash(digest.slice(0, digest.indexOf(':')));

const check = (descriptor: Descriptor, hash: Hash, bytes: number): void => {
  if (bytes !== descriptor.size)
    throw invalidLayout(descriptor.digest, `has ${bytes} bytes in place of ${descriptor.size}`);
  if (!descriptor.digest.endsWith(`:${hash.digest('hex')}`))
    throw invalidLayout(descriptor.digest, 'has bytes with another digest');
};

/** The file of a blob; its name has been checked to be a digest. */
const blobFile = (root: string, { digest }: Descriptor): string => join(root, 'blobs', ...digest.split(':'));

/** Reads a blob that is a JSON object. @throws `INVALID_ARCHIVE`. */
export const readJsonBlob = async (
  root: string,
  descriptor: Descriptor,
): Promise<Readonly<Record<string, unknown>>> => {
  if (descriptor.size > maxJsonBytes)
    throw invalidLayout(descriptor.digest, `is longer than ${maxJsonBytes} bytes`);
  const bytes = await readLayoutFile(blobFile(root, descriptor));
  check(descriptor, hashOf(descriptor.digest).update(bytes), bytes.length);
  return parseObject(bytes, descriptor.digest);
};

/** The bytes of a blob. @throws `INVALID_ARCHIVE` at the end if they are not those that the digest promises. */
export async function* blobBytes(root: string, descriptor: Descriptor): AsyncGenerator<Uint8Array> {
  const hash = hashOf(descriptor.digest);
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(blobFile(root, descriptor), { highWaterMark: 1024 * 1024 })) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  } catch (cause) {
    throw invalidLayout(descriptor.digest, 'cannot be read', cause);
  }
  check(descriptor, hash, bytes);
}
