/** An object with what its bucket says of it. */
export interface StoredObject {
  readonly body: Uint8Array;
  readonly etag: string;
  /** Who wrote it, as given to `put`. */
  readonly writer: string;
  /** Milliseconds since the last write, both instants by the bucket's own clock. */
  readonly ageMs: number;
}

/** What has to hold for an object to be written. */
export type WriteCondition = 'absent' | { readonly etag: string };

export interface ObjectToWrite {
  readonly key: string;
  readonly body: string;
  readonly writer: string;
  readonly when: WriteCondition;
}

/**
 * What journals ask of a bucket: whole objects, read after write, written under conditions that the bucket itself checks (Amazon S3 user
 * guide, "Conditional writes" and "Data consistency model").
 */
export interface ObjectBucket {
  /** For messages: `s3://BUCKET`. */
  readonly name: string;
  get(key: string): Promise<StoredObject | undefined>;
  /** @returns the ETag; undefined if the condition did not hold, which is also how the repetition of a write ends whose answer was lost. */
  put(object: ObjectToWrite): Promise<string | undefined>;
  /** Keys that begin with the prefix, in byte order. */
  keys(prefix: string): Promise<string[]>;
  /** Names of the folders below a prefix that ends with a slash, or is empty. */
  folders(prefix: string): Promise<string[]>;
}

/**
 * Writes an object under a condition, and tells our own write whose answer was lost from one of somebody else.
 *
 * @param object its `writer` must write this body under this key only once.
 * @returns the ETag; undefined if somebody else's object is there.
 */
export const putOwn = async (bucket: ObjectBucket, object: ObjectToWrite): Promise<string | undefined> => {
  const etag = await bucket.put(object);
  if (etag !== undefined) return etag;
  const found = await bucket.get(object.key);
  const isOurs = found?.writer === object.writer && new TextDecoder().decode(found.body) === object.body;
  return isOurs ? found.etag : undefined;
};
