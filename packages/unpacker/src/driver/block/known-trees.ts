import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { encodePieces, type KnownImage, type ManifestEntry } from '@ami-publisher/image';
import { isSystemError } from '../../system-error.js';

/**
 * The manifests of what is on the volumes, one file for each volume. They are a cache: a volume's record says by its digest what is in the
 * tree, and a file that is missing or damaged only means that the tree is read.
 */
export class KnownTrees {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The manifest of a volume if it is here and has that digest. */
  async find(volumeId: string, digest: string): Promise<KnownImage | undefined> {
    const file = this.#file(volumeId);
    const hash = createHash('sha512');
    try {
      for await (const chunk of createReadStream(file)) hash.update(chunk);
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return undefined;
      throw error;
    }
    return hash.digest('hex') === digest ? { digest, read: () => createReadStream(file) } : undefined;
  }

  /**
   * Writes the manifest that a volume is about to have, beside the one that it has.
   *
   * @returns its digest.
   */
  async prepare(volumeId: string, entries: readonly ManifestEntry[], signal: AbortSignal): Promise<string> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const hash = createHash('sha512');
    function* pieces() {
      for (const piece of encodePieces(entries)) {
        hash.update(piece);
        yield piece;
      }
    }
    const file = createWriteStream(this.#next(volumeId), { mode: 0o600 });
    await pipeline(Readable.from(pieces()), file, { signal });
    return hash.digest('hex');
  }

  /** Takes over what was prepared. */
  async accept(volumeId: string): Promise<void> {
    await rename(this.#next(volumeId), this.#file(volumeId));
  }

  /** Drops what was prepared, if anything was. */
  async discard(volumeId: string): Promise<void> {
    await rm(this.#next(volumeId), { force: true });
  }

  /** Drops all that is kept of a volume. */
  async forget(volumeId: string): Promise<void> {
    await this.discard(volumeId);
    await rm(this.#file(volumeId), { force: true });
  }

  #file(volumeId: string): string {
    return join(this.#directory, volumeId);
  }

  #next(volumeId: string): string {
    return `${this.#file(volumeId)}.new`;
  }
}
