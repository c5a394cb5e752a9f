import { throwIfCancelled } from '@ami-publisher/base';
import type { Bucket, StoredContent } from './bucket.js';

/** What is fetched at once, and the size of pieces. */
const pieceBytes = 256 * 1024;
/** Of a content whose connection broke in the middle. */
const resumptions = 5;

const collect = async (body: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
};

/**
 * Fetches the beginning of a content; the rest follows when it is asked for, and goes on where it was if a connection breaks.
 *
 * @returns undefined if it is not there.
 */
export const readContent = async (
  bucket: Bucket,
  key: string,
  signal: AbortSignal,
): Promise<{ readonly size: number; readonly pieces: AsyncIterable<Uint8Array> } | undefined> => {
  const found = await bucket.get(key, { from: 0, length: pieceBytes }, signal);
  if (found === undefined) return undefined;
  const first = await collect(found.body);
  return { size: found.size, pieces: withRest(bucket, key, first, found, signal) };
};

async function* withRest(
  bucket: Bucket,
  key: string,
  first: Buffer,
  { size, etag }: StoredContent,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  yield first;
  let position = first.length;
  for (let left = resumptions; position < size; left -= 1) {
    throwIfCancelled(signal);
    if (left < 0) throw new Error(`${key} ends too soon`);
    try {
      const rest = await bucket.get(key, { from: position }, signal);
      if (rest?.etag !== etag) throw new Error(`${key} changed while it was read`);
      for await (const chunk of rest.body) {
        for (let at = 0; at < chunk.length; at += pieceBytes) yield chunk.subarray(at, at + pieceBytes);
        position += chunk.length;
      }
    } catch (reason) {
      if (left === 0 || signal.aborted) throw reason;
    }
  }
}
