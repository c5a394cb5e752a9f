import { createHash, type Hash, hash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { FileEntry } from '../manifest.js';
import { fileSystemError, onPath } from '../system-error.js';
import { dataParts } from '../tree/extents.js';
import { pieceBytes } from '../tree/read-file.js';

/** Objects up to this size are written at once. */
export const isSmall = (file: FileEntry): boolean => file.size <= pieceBytes;

const writeAll = (fd: number, data: Uint8Array, position: number): void => {
  for (let done = 0; done < data.length; ) {
    done += writeSync(fd, data, done, data.length - done, position + done);
  }
};

/**
 * Writes a new file from content that is in memory, holes left out.
 *
 * @returns whether the content has the digest of `file`; nothing is written if not.
 */
export const writeSmallFile = (place: Buffer, file: FileEntry, data: Uint8Array): boolean => {
  if (data.length !== file.size || hash('sha512', data, 'hex') !== file.sha512) return false;
  onPath('write', file.path, () => {
    const fd = openSync(place, 'wx', 0o600);
    try {
      for (const part of dataParts(file.extents, 0, data)) writeAll(fd, part.data, part.position);
      if (file.extents !== undefined) ftruncateSync(fd, file.size);
    } finally {
      closeSync(fd);
    }
  });
  return true;
};

/** Writes a new file piece by piece, holes left out. Close it in any case. */
export class LargeFileWriter {
  readonly #hash: Hash = createHash('sha512');
  #position = 0;

  private constructor(
    readonly file: FileEntry,
    readonly handle: FileHandle,
  ) {}

  static async create(place: Buffer, file: FileEntry): Promise<LargeFileWriter> {
    const handle = await open(place, 'wx', 0o600).catch((reason: unknown) => {
      throw fileSystemError(reason, 'write', file.path);
    });
    return new LargeFileWriter(file, handle);
  }

  async write(data: Uint8Array): Promise<void> {
    this.#hash.update(data);
    try {
      for (const part of dataParts(this.file.extents, this.#position, data)) await this.#writeAll(part);
    } catch (reason) {
      throw fileSystemError(reason, 'write', this.file.path);
    }
    this.#position += data.length;
  }

  /** Whether all that was written has the digest of the file. */
  async finish(): Promise<boolean> {
    if (this.#position !== this.file.size || this.#hash.digest('hex') !== this.file.sha512) return false;
    if (this.file.extents !== undefined) await this.handle.truncate(this.file.size);
    return true;
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  async #writeAll(part: { readonly position: number; readonly data: Uint8Array }): Promise<void> {
    for (let done = 0; done < part.data.length; ) {
      const { data, position } = part;
      done += (await this.handle.write(data, done, data.length - done, position + done)).bytesWritten;
    }
  }
}
