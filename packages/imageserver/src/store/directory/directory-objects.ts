import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '@ami-publisher/base';
import { Breather, fileSystemError, fromText, type ObjectPiece, readingAhead } from '@ami-publisher/image';
import { missingObject } from '../missing-object.js';
import type { ListedObject, ObjectArrival, ObjectStore, RemovedObjects } from '../store.js';
import { arriveInFile, arriveInMemory } from './directory-arrival.js';
import { flushPath } from './flush.js';
import { objectFile, type StoreLayout } from './layout.js';

/** Objects up to this size are read at once. */
const smallBytes = 256 * 1024;
const readBytes = 1024 * 1024;
/** Objects up to this size are verified in memory before anything is written. */
const bufferedBytes = 1024 * 1024;

/**
 * Content-addressed objects in files, each written under a temporary name and renamed, without a flush of its own. A file's time of
 * modification says when an ingest last stored it or asked for it. Thousands of small files are several times faster to handle in
 * synchronous calls than in asynchronous ones.
 */
export class DirectoryObjects implements ObjectStore {
  readonly #folders = new Set<string>();
  readonly #corrupt = new Set<string>();
  #dirty = false;

  constructor(
    readonly layout: StoreLayout,
    readonly clock: Clock,
  ) {}

  async sizesOf(digests: readonly string[], signal: AbortSignal): Promise<(number | undefined)[]> {
    return this.#forEach(digests, signal, (sha512) => this.#statOf(sha512)?.size);
  }

  async areFresh(digests: readonly string[], staleMs: number, signal: AbortSignal): Promise<boolean[]> {
    return this.#forEach(digests, signal, (sha512) => {
      const stat = this.#statOf(sha512);
      if (stat !== undefined && stat.mtimeMs < staleMs) this.#stamp(objectFile(this.layout, sha512));
      return stat !== undefined;
    });
  }

  async *read(digests: readonly string[], signal: AbortSignal): AsyncGenerator<ObjectPiece> {
    const breather = new Breather(signal);
    for (const sha512 of readingAhead(digests, (digest) => objectFile(this.layout, digest))) {
      await breather.breathe();
      const size = this.#statOf(sha512)?.size;
      if (size === undefined) throw missingObject(sha512);
      if (size > smallBytes) yield* this.#readLarge(sha512, size, signal);
      else yield { sha512, size, data: readFileSync(objectFile(this.layout, sha512)) };
    }
  }

  async receive(sha512: string, size: number): Promise<ObjectArrival | undefined> {
    if (this.#statOf(sha512)?.size === size) return undefined;
    return size <= bufferedBytes ? arriveInMemory(sha512, this) : arriveInFile(sha512, this);
  }

  distrust(sha512: string): void {
    this.#corrupt.add(sha512);
  }

  async *list(signal: AbortSignal): AsyncGenerator<ListedObject> {
    const breather = new Breather(signal);
    const { objects } = this.layout;
    for (const first of readdirSync(objects)) {
      for (const rest of readdirSync(join(objects, first))) {
        await breather.breathe();
        const stat = lstatSync(join(objects, first, rest), { throwIfNoEntry: false });
        if (stat === undefined) continue;
        yield { sha512: `${first}${rest}`, size: stat.size, storedAtMs: stat.mtimeMs };
      }
    }
  }

  async removeOld(
    digests: readonly string[],
    beforeMs: number,
    signal: AbortSignal,
  ): Promise<RemovedObjects> {
    let [objects, bytes] = [0, 0];
    await this.#forEach(digests, signal, (sha512) => {
      const file = objectFile(this.layout, sha512);
      const stat = lstatSync(file, { throwIfNoEntry: false });
      if (stat === undefined || stat.mtimeMs >= beforeMs) return;
      unlinkSync(file);
      objects += 1;
      bytes += stat.size;
    });
    return { objects, bytes };
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
    this.#stamp(temporary);
    renameSync(temporary, file);
    this.#corrupt.delete(sha512);
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

  #statOf(sha512: string) {
    if (this.#corrupt.has(sha512)) return undefined;
    return lstatSync(objectFile(this.layout, sha512), { throwIfNoEntry: false });
  }

  #stamp(file: string): void {
    const seconds = this.clock.now() / 1000;
    utimesSync(file, seconds, seconds);
  }

  async #forEach<T>(
    digests: readonly string[],
    signal: AbortSignal,
    action: (sha512: string) => T,
  ): Promise<T[]> {
    const breather = new Breather(signal);
    const results: T[] = [];
    for (const sha512 of digests) {
      await breather.breathe();
      results.push(action(sha512));
    }
    return results;
  }

  async *#readLarge(sha512: string, size: number, signal: AbortSignal): AsyncGenerator<ObjectPiece> {
    const handle = await open(objectFile(this.layout, sha512));
    try {
      for (let position = 0; position < size && !signal.aborted; ) {
        const buffer = Buffer.allocUnsafe(Math.min(readBytes, size - position));
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
        if (bytesRead === 0) throw missingObject(sha512);
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
