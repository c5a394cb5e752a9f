import type { ImageMessage } from '@ami-publisher/protocol';
import type { ImageSummary, ObjectPiece } from '../image-source.js';

/** A part of an object as the protocol carries it. */
export interface WirePart {
  readonly digest: Buffer;
  readonly size: number;
  readonly data: Uint8Array;
}

const targetMessageBytes = 256 * 1024;
/** Digest, size and the framing of a part, roughly. */
const partOverheadBytes = 80;

export const toDigestBytes = (sha512: string): Buffer => Buffer.from(sha512, 'hex');

/** Pieces of objects in messages of about 256 KiB: many small ones share a message. */
export async function* packParts(
  pieces: AsyncIterable<ObjectPiece>,
): AsyncGenerator<{ readonly parts: WirePart[] }> {
  let parts: WirePart[] = [];
  let bytes = 0;
  for await (const { sha512, size, data } of pieces) {
    parts.push({ digest: toDigestBytes(sha512), size, data });
    bytes += data.length + partOverheadBytes;
    if (bytes < targetMessageBytes) continue;
    yield { parts };
    parts = [];
    bytes = 0;
  }
  if (parts.length > 0) yield { parts };
}

/** A part that arrived, as a piece of an object. */
export const toPiece = (part: {
  readonly digest: Buffer;
  readonly size: string;
  readonly data: Buffer;
}): ObjectPiece => ({
  sha512: part.digest.toString('hex'),
  size: Number(part.size),
  data: part.data,
});

export const toSummary = (image: ImageMessage): ImageSummary => ({
  stream: image.name?.stream ?? '',
  leaf: image.name?.leaf ?? '',
  manifestDigest: image.manifestDigest,
  usageBytes: Number(image.usageBytes),
  contentBytes: Number(image.contentBytes),
  entryCount: Number(image.entryCount),
  createdAt: new Date(image.createdAt),
});
