import { AmiPublisherError, throwIfCancelled } from '@ami-publisher/base';
import { toText } from '../byte-string.js';
import type { ImageSource, ObjectPiece } from '../image-source.js';
import type { FileEntry } from '../manifest.js';
import { isSmall, LargeFileWriter, writeSmallFile } from './write-file.js';

/** A file entry that has content. */
export type ContentEntry = FileEntry & { readonly sha512: string };

/** Where received objects go. */
export interface Receiver {
  readonly source: Pick<ImageSource, 'getObjects'>;
  readonly signal: AbortSignal;
  place(file: ContentEntry): Buffer;
  discard(file: ContentEntry): void;
  onBytes(count: number): void;
  onFile(file: ContentEntry): void;
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

/** Content of one object that is being received. */
interface Sink {
  write(data: Uint8Array): void;
  /** Whether what arrived has the digest. */
  finish(): boolean;
  close(): void;
}

const memorySink = (place: Buffer, file: ContentEntry): Sink => {
  const pieces: Uint8Array[] = [];
  return {
    write: (data) => {
      pieces.push(data);
    },
    finish: () => writeSmallFile(place, file, pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)),
    close: () => {},
  };
};

const openSink = (file: ContentEntry, receiver: Receiver): Sink => {
  const place = receiver.place(file);
  return isSmall(file) ? memorySink(place, file) : new LargeFileWriter(place, file);
};

/** Takes the pieces of one object; the first is `first`. */
const receiveObject = async (
  file: ContentEntry,
  pieces: AsyncIterator<ObjectPiece>,
  first: ObjectPiece | undefined,
  receiver: Receiver,
): Promise<void> => {
  const sink = openSink(file, receiver);
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
    if (!sink.finish()) throw corrupt(file, wrongDigest);
    complete = true;
  } finally {
    sink.close();
    if (!complete) receiver.discard(file);
  }
};

const next = async (pieces: AsyncIterator<ObjectPiece>): Promise<ObjectPiece | undefined> => {
  const result = await pieces.next();
  return result.done === true ? undefined : result.value;
};

/**
 * Fetches objects by one call and writes each, verified, to its place.
 *
 * @throws `OBJECT_CORRUPT` or `OBJECT_MISSING` naming the object and its path; what the source throws.
 */
export const receiveObjects = async (files: readonly ContentEntry[], receiver: Receiver): Promise<void> => {
  const digests = files.map((file) => file.sha512);
  const pieces = receiver.source.getObjects(digests, { signal: receiver.signal })[Symbol.asyncIterator]();
  try {
    for (const file of files) {
      await receiveObject(file, pieces, await next(pieces), receiver);
      receiver.onFile(file);
    }
  } finally {
    await pieces.return?.();
  }
};
