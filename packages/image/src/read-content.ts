import { createHash } from 'node:crypto';
import { receiveObjects } from './apply/receive.js';
import type { CallOptions, ImageSource } from './image-source.js';
import type { FileEntry } from './manifest.js';

export interface ReadContentOptions extends CallOptions {
  /** How much to give back, bytes; the rest is read and verified only. @default everything */
  readonly firstBytes?: number | undefined;
}

/**
 * Reads the content of a file of an image, verified by its digest.
 *
 * @throws `OBJECT_CORRUPT`, `OBJECT_MISSING`, what the source throws, or the signal's reason.
 */
export const readContent = async (
  source: Pick<ImageSource, 'getObjects'>,
  file: FileEntry,
  { firstBytes = file.size, signal = new AbortController().signal }: ReadContentOptions = {},
): Promise<Buffer> => {
  const { sha512 } = file;
  if (sha512 === undefined) return Buffer.alloc(0);
  const hash = createHash('sha512');
  const content = Buffer.alloc(Math.min(firstBytes, file.size));
  let at = 0;
  const open = () => ({
    write: (data: Uint8Array) => {
      hash.update(data);
      if (at < content.length) content.set(data.subarray(0, content.length - at), at);
      at += data.length;
    },
    finish: async () => hash.digest('hex') === sha512,
    close: () => {},
  });
  await receiveObjects([{ ...file, sha512 }], { source, signal, open, onBytes: () => {} });
  return content;
};
