import { open } from 'node:fs/promises';
import { AmiPublisherError } from '@ami-publisher/base';
import type { ImageName } from '@ami-publisher/image';
import pMap from 'p-map';
import { byAge, type ImageRecord } from '../../images/image-record.js';
import type { ReceivedManifest } from '../../images/receive-manifest.js';
import type { ImageStore, ImageVersion, StoredManifest } from '../store.js';
import { type Bucket, readText, type StoredKey } from './bucket.js';
import { imageKey, imageOfKey, manifestKey, manifestOfKey, prefixes } from './keys.js';
import { partBytesOf } from './part-bytes.js';

const recordsAtOnce = 16;

const bytesOf = (image: ImageRecord): Buffer => Buffer.from(`${JSON.stringify(image, undefined, 2)}\n`);

/**
 * Images in a bucket that several servers may work in. A record appears when its manifest is there, only where none was, and changes
 * only from the version that was read.
 */
export class S3Images implements ImageStore {
  readonly #versions = new Map<string, ImageVersion>();

  constructor(readonly bucket: Bucket) {}

  async find(name: ImageName): Promise<ImageVersion | undefined> {
    return this.#read(imageKey(name));
  }

  async list(): Promise<readonly ImageVersion[]> {
    const keys: StoredKey[] = [];
    for await (const stored of this.bucket.list(prefixes.images))
      if (imageOfKey(stored.key) !== undefined) keys.push(stored);
    const versions = await pMap(keys, (stored) => this.#cached(stored), { concurrency: recordsAtOnce });
    return versions.filter((version) => version !== undefined).sort((a, b) => byAge(a.image, b.image));
  }

  async manifests(): Promise<readonly StoredManifest[]> {
    const manifests: StoredManifest[] = [];
    for await (const { key, storedAtMs } of this.bucket.list(prefixes.images)) {
      const manifest = manifestOfKey(key);
      if (manifest !== undefined) manifests.push({ ...manifest, storedAtMs });
    }
    return manifests;
  }

  async readManifest(name: ImageName, digest: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    return (await this.bucket.get(manifestKey(name, digest)))?.body;
  }

  /** A manifest in its place is declared; one that never becomes an image is collected in time. */
  async declare(name: ImageName, manifest: ReceivedManifest): Promise<() => Promise<void>> {
    await this.replaceManifest(name, manifest);
    return async () => {};
  }

  async create(image: ImageRecord): Promise<boolean> {
    return this.bucket.put(imageKey(image), bytesOf(image), 'absent');
  }

  async replaceManifest(name: ImageName, { file, bytes, digest }: ReceivedManifest): Promise<void> {
    const key = manifestKey(name, digest);
    const partBytes = partBytesOf(bytes);
    const handle = await open(file);
    try {
      const part = async () => {
        const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(Math.min(partBytes, bytes)));
        return buffer.subarray(0, bytesRead);
      };
      const first = await part();
      if (first.length === bytes) await this.bucket.put(key, first);
      else await this.#uploadParts(key, first, part);
    } finally {
      await handle.close();
    }
  }

  async change(before: ImageVersion, image: ImageRecord): Promise<boolean> {
    return this.bucket.put(imageKey(image), bytesOf(image), { etag: before.version });
  }

  async removeManifest(name: ImageName, digest: string): Promise<void> {
    await this.bucket.remove([manifestKey(name, digest)]);
  }

  async #uploadParts(key: string, first: Buffer, next: () => Promise<Buffer>): Promise<void> {
    const upload = await this.bucket.upload(key);
    try {
      for (let part = first; part.length > 0; part = await next()) await upload.write(part);
      await upload.complete();
    } catch (reason) {
      await upload.abort();
      throw reason;
    }
  }

  async #cached({ key, etag }: StoredKey): Promise<ImageVersion | undefined> {
    const known = this.#versions.get(key);
    return known?.version === etag ? known : this.#read(key);
  }

  async #read(key: string): Promise<ImageVersion | undefined> {
    const stored = await readText(this.bucket, key);
    if (stored === undefined) return undefined;
    const version = {
      image: parseRecord(stored.text, `${this.bucket.location}/${key}`),
      version: stored.etag,
    };
    this.#versions.set(key, version);
    return version;
  }
}

const parseRecord = (text: string, place: string): ImageRecord => {
  try {
    return JSON.parse(text) as ImageRecord;
  } catch (cause) {
    throw new AmiPublisherError('INVALID_CONFIGURATION', {
      message: `${place} is damaged`,
      resource: place,
      remedy: 'restore an earlier version of it, or move the image away and add it again',
      cause,
    });
  }
};
