import { AmiPublisherError, throwIfCancelled } from '@ami-publisher/base';
import { toText } from '../byte-string.js';
import type { ImageSource, ObjectPiece } from '../image-source.js';
import type { FileEntry } from '../manifest.js';

/** A file entry that has content. */
export type ContentEntry = FileEntry & { readonly sha512: string };

/** Where the content of one object goes. */
export interface Sink {
  write(data: Uint8Array): void;
  /** Makes files of what has arrived. @returns false, and makes none, if it has not the digest. */
  finish(): Promise<boolean>;
  /** Runs in any case; unless all went well, nothing may stay. */
  close(complete: boolean): void;
}

/** Where received objects go. */
export interface Receiver {
  readonly source: Pick<ImageSource, 'getObjects'>;
  readonly signal: AbortSignal;
  open(file: ContentEntry): Sink;
  onBytes(count: number): void;
}

const corrupt = (file: ContentEntry, problem: string): AmiPublisherError =>
  new AmiPublisherError('OBJECT_CORRUPT', {
    message: `object ${file.sha512.slice(0, 16)}… of ${toText(file.path)} ${problem}`,
    resource: file.sha512,
    remedy: 'check the image with `ami-publisher image verify`, and add it again if the server lost it',
  });

const wrongDigest = 'arrived with another digest';

const missing = (file: ContentEntry): AmiPublisherError =>
  new AmiPublisherError('OBJECT_MISSING', {
    message: `object ${file.sha512.slice(0, 16)}… of ${toText(file.path)} did not arrive`,
    resource: file.sha512,
    remedy: 'check the image with `ami-publisher image verify`',
  });

/** Takes the pieces of one object; the first is `first`. */
const receiveObject = async (
  file: ContentEntry,
  pieces: AsyncIterator<ObjectPiece>,
  first: ObjectPiece | undefined,
  receiver: Receiver,
): Promise<void> => {
  const sink = receiver.open(file);
  let complete = false;
  try {
    let received = 0;
    for (let piece = first; ; piece = await next(pieces)) {
      throwIfCancelled(receiver.signal);
      if (piece === undefined) throw missing(file);
      if (piece.sha512 !== file.sha512) throw corrupt(file, `is not what the server sent in its place`);
      if (piece.size !== file.size) throw corrupt(file, `has ${piece.size} bytes instead of ${file.size}`);
      received += piece.data.length;
      if (received > file.size) throw corrupt(file, wrongDigest);
      sink.write(piece.data);
      receiver.onBytes(piece.data.length);
      if (received === file.size) break;
    }
    if (!(await sink.finish())) throw corrupt(file, wrongDigest);
    complete = true;
  } finally {
    sink.close(complete);
  }
};

const next = async (pieces: AsyncIterator<ObjectPiece>): Promise<ObjectPiece | undefined> => {
  const result = await pieces.next();
  return result.done === true ? undefined : result.value;
};

/**
 * Fetches objects by one call and gives each, verified, to its sink.
 *
 * @throws `OBJECT_CORRUPT` or `OBJECT_MISSING` naming the object and its path; what the source throws.
 */
export const receiveObjects = async (files: readonly ContentEntry[], receiver: Receiver): Promise<void> => {
  const digests = files.map((file) => file.sha512);
  const pieces = receiver.source.getObjects(digests, { signal: receiver.signal })[Symbol.asyncIterator]();
  try {
    for (const file of files) await receiveObject(file, pieces, await next(pieces), receiver);
  } finally {
    await pieces.return?.();
  }
};
