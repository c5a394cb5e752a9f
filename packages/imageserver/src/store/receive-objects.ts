import { createHash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { AmiPublisherError } from '@ami-publisher/base';
import { Breather, fileSystemError, fromText, type ObjectPiece } from '@ami-publisher/image';
import { digestOf, type ObjectStore } from './object-store.js';

/** Objects up to this size are verified in memory before anything is written. */
const smallBytes = 1024 * 1024;

/** What arrived. */
export interface ReceivedObjects {
  readonly added: number;
  readonly alreadyPresent: number;
}

const corrupt = (sha512: string, problem: string): AmiPublisherError =>
  new AmiPublisherError('OBJECT_CORRUPT', {
    message: `object ${sha512.slice(0, 16)}… ${problem}`,
    resource: sha512,
    remedy: 'add the image again',
  });

/** An object that is arriving. */
interface Arrival {
  readonly added: boolean;
  write(data: Uint8Array): void | Promise<void>;
  /** Verifies it and gives it its place. @throws `OBJECT_CORRUPT`. */
  finish(): void | Promise<void>;
  /** Drops what has arrived. */
  abandon(): void | Promise<void>;
}

const ignored: Arrival = { added: false, write: () => {}, finish: () => {}, abandon: () => {} };

const inMemory = (sha512: string, store: ObjectStore): Arrival => {
  const pieces: Uint8Array[] = [];
  return {
    added: true,
    write: (data) => {
      pieces.push(data);
    },
    finish: () => {
      const data = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
      if (digestOf(data) !== sha512) throw corrupt(sha512, 'arrived with another digest');
      store.writeSmall(sha512, data);
    },
    abandon: () => {},
  };
};

const writeFully = async (handle: FileHandle, data: Uint8Array): Promise<void> => {
  for (let done = 0; done < data.length; ) done += (await handle.write(data, done)).bytesWritten;
};

const inFile = async (sha512: string, store: ObjectStore): Promise<Arrival> => {
  const temporary = store.temporaryFile();
  const failed = (reason: unknown) => {
    throw fileSystemError(reason, 'write object', fromText(sha512));
  };
  const handle: FileHandle = await open(temporary, 'wx', 0o644).catch(failed);
  const digest = createHash('sha512');
  return {
    added: true,
    write: async (data) => {
      digest.update(data);
      await writeFully(handle, data).catch(failed);
    },
    finish: async () => {
      if (digest.digest('hex') !== sha512) throw corrupt(sha512, 'arrived with another digest');
      await handle.close();
      store.adopt(temporary, sha512);
    },
    abandon: async () => {
      await handle.close();
      await rm(temporary, { force: true });
    },
  };
};

const begin = (piece: ObjectPiece, store: ObjectStore): Arrival | Promise<Arrival> => {
  if (store.sizeOf(piece.sha512) === piece.size) return ignored;
  return piece.size <= smallBytes ? inMemory(piece.sha512, store) : inFile(piece.sha512, store);
};

/** Takes the pieces of one stream, one object after the other. */
class Receiver {
  readonly counts = { added: 0, alreadyPresent: 0 };
  #current:
    | { readonly sha512: string; readonly size: number; received: number; readonly arrival: Arrival }
    | undefined;

  constructor(readonly store: ObjectStore) {}

  async take(piece: ObjectPiece): Promise<void> {
    if (!Number.isSafeInteger(piece.size) || piece.size < 1)
      throw corrupt(piece.sha512, `has the size ${piece.size}`);
    this.#current ??= { ...piece, received: 0, arrival: await begin(piece, this.store) };
    const current = this.#current;
    if (piece.sha512 !== current.sha512 || piece.size !== current.size) throw this.#cutShort();
    current.received += piece.data.length;
    if (current.received > current.size) throw corrupt(current.sha512, 'is longer than announced');
    await current.arrival.write(piece.data);
    if (current.received < current.size) return;
    await current.arrival.finish();
    this.#current = undefined;
    this.counts[current.arrival.added ? 'added' : 'alreadyPresent'] += 1;
  }

  /** @throws `OBJECT_CORRUPT` if an object is incomplete. */
  end(): void {
    if (this.#current !== undefined) throw this.#cutShort();
  }

  async abandon(): Promise<void> {
    await this.#current?.arrival.abandon();
    this.#current = undefined;
  }

  #cutShort(): AmiPublisherError {
    return corrupt(this.#current?.sha512 ?? '', 'was cut short');
  }
}

/**
 * Stores objects as they arrive; each gets its place only when it is complete and has its digest.
 *
 * @throws `OBJECT_CORRUPT` naming the object; `NO_SPACE`.
 */
export const receiveObjects = async (
  pieces: AsyncIterable<ObjectPiece>,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<ReceivedObjects> => {
  const receiver = new Receiver(store);
  const breather = new Breather(signal);
  try {
    for await (const piece of pieces) {
      await receiver.take(piece);
      await breather.breathe();
    }
    receiver.end();
    return receiver.counts;
  } finally {
    await receiver.abandon();
  }
};
