/** What a listing or a look at a key tells. */
export interface StoredKey {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Tells contents of the key apart. */
  readonly etag: string;
  /** When it was written, ms since the Unix epoch, by the clock of the bucket. */
  readonly storedAtMs: number;
}

/** The content of a key, or the rest of it. */
export interface StoredContent {
  /** Bytes of the whole content. */
  readonly size: number;
  readonly etag: string;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Which bytes to get. */
export interface ByteRange {
  readonly from: number;
  /** How many at most. @default all that follow */
  readonly length?: number | undefined;
}

/** Content that is written in parts and appears when all are there. */
export interface Upload {
  /** Writes the next part; all but the last have 5 MiB at least. */
  write(part: Uint8Array): Promise<void>;
  complete(): Promise<void>;
  abort(): Promise<void>;
}

/** What a write finds in its place, for it to happen. */
export type WriteCondition = 'absent' | { readonly etag: string };

/** A flat store of keys that is read as it was written last. Keys are below the store's prefix. */
export interface Bucket {
  /** `s3://BUCKET/PREFIX` */
  readonly location: string;
  /** The content of a key; undefined if it is not there. */
  get(key: string, range?: ByteRange, signal?: AbortSignal): Promise<StoredContent | undefined>;
  head(key: string, signal?: AbortSignal): Promise<StoredKey | undefined>;
  /** Writes a content; false if the condition does not hold. */
  put(key: string, body: Uint8Array, when?: WriteCondition): Promise<boolean>;
  upload(key: string): Promise<Upload>;
  /** Keys that begin with `prefix`, in order. */
  list(prefix: string, signal?: AbortSignal): AsyncIterable<StoredKey>;
  /** Removes keys; what is not there already is no error. */
  remove(keys: readonly string[]): Promise<void>;
}

/** The whole content of a key as text; undefined if it is not there. */
export const readText = async (
  bucket: Bucket,
  key: string,
): Promise<{ readonly text: string; readonly etag: string } | undefined> => {
  const content = await bucket.get(key);
  if (content === undefined) return undefined;
  const pieces: Uint8Array[] = [];
  for await (const piece of content.body) pieces.push(piece);
  return { text: Buffer.concat(pieces).toString('utf8'), etag: content.etag };
};
