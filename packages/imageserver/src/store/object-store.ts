import { createHash, hash, randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AmiPublisherError } from '@ami-publisher/base';
import { fileSystemError, fromText, type ObjectPiece } from '@ami-publisher/image';
import { flushPath } from './flush.js';
import { objectFile, type StoreLayout } from './layout.js';

/** Objects up to this size are read at once. */
const smallBytes = 256 * 1024;
const readBytes = 1024 * 1024;

const missing = (sha512: string, cause?: unknown): AmiPublisherError =>
  new AmiPublisherError('OBJECT_MISSING', {
    message: `there is no object ${sha512.slice(0, 16)}…`,
    resource: sha512,
    remedy: 'check the image with `ami-publisher image verify`, and add it again',
    cause,
  });

/** Content-addressed objects in files, each written under a temporary name and renamed, without a flush of its own. */
export class ObjectStore {
  readonly #folders = new Set<string>();
  readonly #corrupt = new Set<string>();
  #dirty = false;

  constructor(readonly layout: StoreLayout) {}

  /** Size in bytes; undefined if it is not there, or known to be corrupt. */
  sizeOf(sha512: string): number | undefined {
    if (this.#corrupt.has(sha512)) return undefined;
    return lstatSync(objectFile(this.layout, sha512), { throwIfNoEntry: false })?.size;
  }

  /** A name for a file in the making. */
  temporaryFile(): string {
    this.#markDirty();
    return join(this.layout.temporary, randomUUID());
  }

  /** Writes an object whose digest has been verified. */
  writeSmall(sha512: string, data: Uint8Array): void {
    const temporary = this.temporaryFile();
    try {
      const fd = openSync(temporary, 'wx', 0o644);
      try {
        writeFileSync(fd, data);
      } finally {
        closeSync(fd);
      }
      this.adopt(temporary, sha512);
    } catch (reason) {
      rmSync(temporary, { force: true });
      throw fileSystemError(reason, 'write object', fromText(sha512));
    }
  }

  /** Gives a complete, verified file its place. Two that arrive at once are the same. */
  adopt(temporary: string, sha512: string): void {
    const file = objectFile(this.layout, sha512);
    const folder = dirname(file);
    if (!this.#folders.has(folder)) {
      mkdirSync(folder, { recursive: true });
      this.#folders.add(folder);
    }
    renameSync(temporary, file);
    this.#corrupt.delete(sha512);
  }

  /** The content in pieces. @throws `OBJECT_MISSING`. */
  async *read(sha512: string, signal: AbortSignal): AsyncGenerator<ObjectPiece> {
    const size = this.sizeOf(sha512);
    if (size === undefined) throw missing(sha512);
    if (size > smallBytes) yield* this.#readLarge(sha512, size, signal);
    // Thousands of small files are several times faster to read in synchronous calls.
    else yield { sha512, size, data: readFileSync(objectFile(this.layout, sha512)) };
  }

  /** An object found damaged counts as absent from now on, so that it is not given out and can be added again. */
  distrust(sha512: string): void {
    this.#corrupt.add(sha512);
  }

  /** Reads an object again and compares its digest. Distrusts it if that is wrong. */
  async isIntact(sha512: string, signal: AbortSignal, onBytes: (count: number) => void): Promise<boolean> {
    const digest = createHash('sha512');
    for await (const piece of this.read(sha512, signal)) {
      digest.update(piece.data);
      onBytes(piece.data.length);
    }
    const intact = digest.digest('hex') === sha512;
    if (!intact && !signal.aborted) this.distrust(sha512);
    return intact;
  }

  /** Everything that was written is on the disk now, or belongs to nothing. */
  markClean(): void {
    rmSync(this.layout.dirtyMarker, { force: true });
    this.#dirty = false;
  }

  /** Whether the last process ended without `markClean`. */
  isMarkedDirty(): boolean {
    return existsSync(this.layout.dirtyMarker);
  }

  async *#readLarge(sha512: string, size: number, signal: AbortSignal): AsyncGenerator<ObjectPiece> {
    const handle = await open(objectFile(this.layout, sha512));
    try {
      for (let position = 0; position < size && !signal.aborted; ) {
        const buffer = Buffer.allocUnsafe(Math.min(readBytes, size - position));
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
        if (bytesRead === 0) throw missing(sha512);
        position += bytesRead;
        for (let at = 0; at < bytesRead; at += smallBytes) {
          yield { sha512, size, data: buffer.subarray(at, Math.min(at + smallBytes, bytesRead)) };
        }
      }
    } finally {
      await handle.close();
    }
  }

  #markDirty(): void {
    if (this.#dirty) return;
    writeFileSync(this.layout.dirtyMarker, '');
    flushPath(this.layout.dirtyMarker);
    flushPath(this.layout.root);
    this.#dirty = true;
  }
}

/** Lower-case hex SHA-512. */
export const digestOf = (data: Uint8Array): string => hash('sha512', data, 'hex');
