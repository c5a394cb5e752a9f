import { createHash, type Hash, hash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { AmiPublisherError } from '@ami-publisher/base';
import { toText } from '../byte-string.js';
import type { FileEntry } from '../manifest.js';
import { onPath } from '../system-error.js';
import { dataParts, hasDataInHoles } from '../tree/extents.js';
import { pieceBytes } from '../tree/read-file.js';

/** Objects up to this size are written at once. */
export const isSmall = (file: FileEntry): boolean => file.size <= pieceBytes;

const writeAll = (fd: number, data: Uint8Array, position: number): void => {
  for (let done = 0; done < data.length; ) {
    done += writeSync(fd, data, done, data.length - done, position + done);
  }
};

/** Whether `data` is the content of `file`. @throws `INVALID_MANIFEST` if it is, and has something where the file is to have holes. */
export const isContentOf = (file: FileEntry, data: Uint8Array): boolean => {
  if (data.length !== file.size || hash('sha512', data, 'hex') !== file.sha512) return false;
  if (hasDataInHoles(file.extents, 0, data)) throw filledHole(file);
  return true;
};

const filledHole = ({ path }: FileEntry): AmiPublisherError =>
  new AmiPublisherError('INVALID_MANIFEST', {
    message: `the content of ${toText(path)} has data where its manifest says that there are holes`,
    resource: toText(path),
    remedy: 'make the image again',
  });

/** Writes a new file from content that is in memory, holes left out. `finish` runs while it is still open. */
export const writeSmallFile = (
  place: Buffer,
  file: FileEntry,
  data: Uint8Array,
  finish: (fd: number) => void,
): void =>
  onPath('write', file.path, () => {
    const fd = openSync(place, 'wx', 0o600);
    try {
      for (const part of dataParts(file.extents, 0, data)) writeAll(fd, part.data, part.position);
      if (file.extents !== undefined) ftruncateSync(fd, file.size);
      finish(fd);
    } finally {
      closeSync(fd);
    }
  });

/**
 * Writes a new file piece by piece, holes left out; in synchronous calls, since what arrives goes to the page cache faster than a
 * thread could be woken for it. Close it in any case.
 */
export class LargeFileWriter {
  readonly #hash: Hash = createHash('sha512');
  readonly #fd: number;
  #position = 0;
  #hasFilledHoles = false;

  constructor(
    place: Buffer,
    readonly file: FileEntry,
  ) {
    this.#fd = onPath('write', file.path, () => openSync(place, 'wx', 0o600));
  }

  write(data: Uint8Array): void {
    this.#hash.update(data);
    this.#hasFilledHoles ||= hasDataInHoles(this.file.extents, this.#position, data);
    onPath('write', this.file.path, () => {
      for (const part of dataParts(this.file.extents, this.#position, data)) {
        writeAll(this.#fd, part.data, part.position);
      }
    });
    this.#position += data.length;
  }

  /** Whether all that was written has the digest of the file. @throws `INVALID_MANIFEST` as `isContentOf`. */
  finish(): boolean {
    if (this.#position !== this.file.size || this.#hash.digest('hex') !== this.file.sha512) return false;
    if (this.#hasFilledHoles) throw filledHole(this.file);
    if (this.file.extents !== undefined) ftruncateSync(this.#fd, this.file.size);
    return true;
  }

  close(): void {
    closeSync(this.#fd);
  }
}
