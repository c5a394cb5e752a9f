import type { ObjectPiece } from '@ami-publisher/image';
import pMap from 'p-map';
import { missingObject } from '../missing-object.js';
import type { ListedObject, ObjectArrival, ObjectStore, RemovedObjects } from '../store.js';
import type { Bucket, StoredKey } from './bucket.js';
import { ByteBudget } from './byte-budget.js';
import { digestOfKey, objectKey, prefixes } from './keys.js';
import type { KnownObjects } from './known-objects.js';
import { partBytesOf } from './part-bytes.js';
import { readContent } from './read-content.js';
import { arriveInParts, arriveWhole } from './s3-arrival.js';

/** Requests of one call at a time. */
const requestsAtOnce = 32;
/** Objects of one call whose beginnings are fetched before it is their turn. */
const readAhead = 16;
/** Arriving objects in memory, of all calls together. */
const arrivingBytes = 64 * 1024 * 1024;

/** Content-addressed objects as keys of a bucket. */
export class S3Objects implements ObjectStore {
  readonly #corrupt = new Set<string>();
  readonly #budget = new ByteBudget(arrivingBytes);

  constructor(
    readonly bucket: Bucket,
    readonly known: KnownObjects,
  ) {}

  async sizesOf(digests: readonly string[], signal: AbortSignal): Promise<(number | undefined)[]> {
    await this.known.recheck();
    return this.#mapUnknown(
      digests,
      (size) => size,
      (stored) => stored?.size,
      signal,
    );
  }

  async areFresh(digests: readonly string[], staleMs: number, signal: AbortSignal): Promise<boolean[]> {
    await this.known.update(staleMs, signal);
    const isFresh = (stored: StoredKey | undefined) => stored !== undefined && stored.storedAtMs >= staleMs;
    return this.#mapUnknown(digests, () => true, isFresh, signal);
  }

  async *read(digests: readonly string[], signal: AbortSignal): AsyncGenerator<ObjectPiece> {
    const waiting = digests[Symbol.iterator]();
    const ahead: ReturnType<S3Objects['open']>[] = [];
    const openMore = () => {
      while (ahead.length < readAhead) {
        const { value, done } = waiting.next();
        if (done === true) return;
        const opening = this.open(value, signal);
        // Whether it fails is asked when its turn comes.
        opening.catch(() => {});
        ahead.push(opening);
      }
    };
    for (openMore(); ahead.length > 0; openMore()) yield* await ahead.shift()!;
  }

  async receive(sha512: string, size: number): Promise<ObjectArrival | undefined> {
    const partBytes = partBytesOf(size);
    const release = await this.#budget.take(Math.min(size, partBytes));
    try {
      const arrival =
        size <= partBytes
          ? arriveWhole(sha512, this.bucket, release)
          : await arriveInParts(sha512, this.bucket, partBytes, release);
      const finish = async () => {
        await arrival.finish();
        this.#corrupt.delete(sha512);
      };
      return { ...arrival, finish };
    } catch (reason) {
      release();
      throw reason;
    }
  }

  distrust(sha512: string): void {
    this.#corrupt.add(sha512);
  }

  async *list(signal: AbortSignal): AsyncGenerator<ListedObject> {
    for await (const { key, size, storedAtMs } of this.bucket.list(prefixes.objects, signal)) {
      const sha512 = digestOfKey(key);
      if (sha512 !== undefined) yield { sha512, size, storedAtMs };
    }
  }

  async removeOld(
    digests: readonly string[],
    beforeMs: number,
    signal: AbortSignal,
  ): Promise<RemovedObjects> {
    const stored = await pMap(digests, (sha512) => this.bucket.head(objectKey(sha512), signal), {
      concurrency: requestsAtOnce,
    });
    const old = stored.filter((found) => found !== undefined && found.storedAtMs < beforeMs) as StoredKey[];
    await this.bucket.remove(old.map(({ key }) => key));
    return { objects: old.length, bytes: old.reduce((sum, { size }) => sum + size, 0) };
  }

  /** Fetches the beginning of an object. @throws `OBJECT_MISSING`. */
  async open(sha512: string, signal: AbortSignal): Promise<AsyncIterable<ObjectPiece>> {
    const content = this.#corrupt.has(sha512)
      ? undefined
      : await readContent(this.bucket, objectKey(sha512), signal);
    if (content === undefined) throw missingObject(sha512);
    return piecesOf(sha512, content);
  }

  /** Asks the bucket about those that are not known. */
  async #mapUnknown<T>(
    digests: readonly string[],
    ofKnown: (size: number) => T,
    ofStored: (stored: StoredKey | undefined) => T,
    signal: AbortSignal,
  ): Promise<T[]> {
    const look = async (sha512: string): Promise<T> => {
      if (this.#corrupt.has(sha512)) return ofStored(undefined);
      const size = this.known.sizeOf(sha512);
      return size === undefined ? ofStored(await this.bucket.head(objectKey(sha512), signal)) : ofKnown(size);
    };
    return pMap(digests, look, { concurrency: requestsAtOnce });
  }
}

async function* piecesOf(
  sha512: string,
  { size, pieces }: { readonly size: number; readonly pieces: AsyncIterable<Uint8Array> },
): AsyncGenerator<ObjectPiece> {
  for await (const data of pieces) yield { sha512, size, data };
}
