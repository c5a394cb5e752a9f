import type { Clock } from '@ami-publisher/base';
import type {
  Bucket,
  ByteRange,
  StoredContent,
  StoredKey,
  Upload,
  WriteCondition,
} from '../../src/store/s3/bucket.js';

interface Blob extends StoredKey {
  readonly body: Buffer;
}

/** What several servers share: contents by key, each write with a new ETag, read as it was written last. */
export class MemoryBucket {
  readonly blobs = new Map<string, Blob>();
  #writes = 0;

  constructor(readonly clock: Clock) {}

  write(key: string, body: Uint8Array): void {
    this.#writes += 1;
    const blob = { key, size: body.length, etag: `"${this.#writes}"`, storedAtMs: this.clock.now() };
    this.blobs.set(key, { ...blob, body: Buffer.from(body) });
  }
}

/** Comes between a server and its bucket: delays requests, or never answers once the server was killed. */
export type Interference = <T>(request: () => T) => Promise<T>;

/** The way of one server to a bucket. */
export class MemoryBucketClient implements Bucket {
  readonly location = 's3://memory/store';

  constructor(
    readonly bucket: MemoryBucket,
    readonly interfere: Interference,
  ) {}

  async get(key: string, range: ByteRange = { from: 0 }): Promise<StoredContent | undefined> {
    const blob = await this.interfere(() => this.bucket.blobs.get(key));
    if (blob === undefined) return undefined;
    const body = blob.body.subarray(range.from, range.from + (range.length ?? blob.size));
    async function* content() {
      yield body;
    }
    return { size: blob.size, etag: blob.etag, body: content() };
  }

  head(key: string): Promise<StoredKey | undefined> {
    return this.interfere(() => this.bucket.blobs.get(key));
  }

  put(key: string, body: Uint8Array, when?: WriteCondition): Promise<boolean> {
    return this.interfere(() => {
      const present = this.bucket.blobs.get(key)?.etag;
      if (when !== undefined && present !== (when === 'absent' ? undefined : when.etag)) return false;
      this.bucket.write(key, body);
      return true;
    });
  }

  async upload(key: string): Promise<Upload> {
    const parts: Uint8Array[] = [];
    return {
      write: (part) => this.interfere(() => void parts.push(part)),
      complete: () => this.interfere(() => this.bucket.write(key, Buffer.concat(parts))),
      abort: async () => {},
    };
  }

  async *list(prefix: string): AsyncGenerator<StoredKey> {
    const keys = () => [...this.bucket.blobs.values()].filter(({ key }) => key.startsWith(prefix));
    yield* (await this.interfere(keys)).sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  remove(keys: readonly string[]): Promise<void> {
    return this.interfere(() => {
      for (const key of keys) this.bucket.blobs.delete(key);
    });
  }
}
