import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromText } from '../byte-string.js';
import { fileSystemError } from '../system-error.js';
import { pieceBytes } from '../tree/read-file.js';
import type { PendingObject } from './send-objects.js';

/**
 * Keeps contents whose digest is not known before they have passed: small ones in memory, large ones in files of a temporary
 * directory until they have been sent.
 */
export class Spool {
  #directory: string | undefined;
  #count = 0;

  /** @param parent where the temporary directory is made. @default the system's */
  constructor(readonly parent: string = tmpdir()) {}

  /** Reads a content to its end. */
  async take(content: AsyncIterable<Uint8Array>, size: number): Promise<PendingObject> {
    return size <= pieceBytes ? this.#inMemory(content) : this.#inFile(content, size);
  }

  /** Removes what is left. */
  async close(): Promise<void> {
    if (this.#directory !== undefined) await rm(this.#directory, { recursive: true, force: true });
  }

  async #inMemory(content: AsyncIterable<Uint8Array>): Promise<PendingObject> {
    const pieces: Uint8Array[] = [];
    for await (const piece of content) pieces.push(piece);
    const data = Buffer.concat(pieces);
    return { sha512: createHash('sha512').update(data).digest('hex'), size: data.length, read: () => [data] };
  }

  async #inFile(content: AsyncIterable<Uint8Array>, size: number): Promise<PendingObject> {
    const hash = createHash('sha512');
    const file = await this.#newFile();
    const failed = (reason: unknown): never => {
      throw fileSystemError(reason, 'write', fromText(file));
    };
    const handle: FileHandle = await open(file, 'wx', 0o600).catch(failed);
    try {
      for await (const piece of content) {
        hash.update(piece);
        await handle.writeFile(piece).catch(failed);
      }
    } finally {
      await handle.close();
    }
    return { sha512: hash.digest('hex'), size, read: () => readAndRemove(file) };
  }

  async #newFile(): Promise<string> {
    this.#directory ??= await mkdtemp(join(this.parent, 'ami-publisher-spool-'));
    this.#count += 1;
    return join(this.#directory, String(this.#count));
  }
}

async function* readAndRemove(file: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(file, { highWaterMark: pieceBytes });
  await rm(file);
}
