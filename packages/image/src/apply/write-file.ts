import { createHash, type Hash, hash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import type { FileEntry } from '../manifest.js';
import { onPath } from '../system-error.js';
import { dataParts } from '../tree/extents.js';
import { pieceBytes } from '../tree/read-file.js';

/** Objects up to this size are written at once. */
export const isSmall = (file: FileEntry): boolean => file.size <= pieceBytes;

const writeAll = (fd: number, data: Uint8Array, position: number): void => {
  for (let done = 0; done < data.length; ) {
    done += writeSync(fd, data, done, data.length - done, position + done);
  }
};

/** Whether `data` is the content of `file`. */
export const isContentOf = (file: FileEntry, data: Uint8Array): boolean =>
  data.length === file.size && hash('sha512', data, 'hex') === file.sha512;

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

  constructor(
    place: Buffer,
    readonly file: FileEntry,
  ) {
    this.#fd = onPath('write', file.path, () => openSync(place, 'wx', 0o600));
  }

  write(data: Uint8Array): void {
    this.#hash.update(data);
    onPath('write', this.file.path, () => {
      for (const part of dataParts(this.file.extents, this.#position, data)) {
        writeAll(this.#fd, part.data, part.position);
      }
    });
    this.#position += data.length;
  }

  /** Whether all that was written has the digest of the file. */
  finish(): boolean {
    if (this.#position !== this.file.size || this.#hash.digest('hex') !== this.file.sha512) return false;
    if (this.file.extents !== undefined) ftruncateSync(this.#fd, this.file.size);
    return true;
  }

  close(): void {
    closeSync(this.#fd);
  }
}
