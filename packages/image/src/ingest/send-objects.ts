import type { CallOptions, ObjectPiece } from '../image-source.js';
import type { ImageSink } from './image-sink.js';

/** An object that can be read when its turn comes. */
export interface PendingObject {
  /** Lower-case hex SHA-512. */
  readonly sha512: string;
  /** Bytes. */
  readonly size: number;
  /** The content in pieces that stay as they are. */
  read(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** What was sent. */
export interface SentObjects {
  readonly objects: number;
  readonly bytes: number;
}

const batchObjects = 512;
const batchBytes = 16 * 1024 * 1024;
/** Pieces of this size fit several to a message, and flow control can act between them. */
const sendPieceBytes = 256 * 1024;

async function* piecesOf(
  objects: readonly PendingObject[],
  onPiece: (bytes: number) => void,
): AsyncGenerator<ObjectPiece> {
  for (const object of objects) {
    const { sha512, size } = object;
    for await (const content of object.read()) {
      for (let at = 0; at < content.length; at += sendPieceBytes) {
        const data = content.subarray(at, at + sendPieceBytes);
        yield { sha512, size, data };
        onPiece(data.length);
      }
    }
  }
}

/**
 * Sends objects to a sink in batches, a bounded number at a time; asks first which are missing. Whoever adds waits when all streams
 * are busy.
 */
export class ObjectSender {
  readonly #running = new Set<Promise<void>>();
  readonly #giveUp = new AbortController();
  readonly #signal: AbortSignal;
  #batch: PendingObject[] = [];
  #batchBytes = 0;
  #failure: { readonly reason: unknown } | undefined;
  #objects = 0;
  #bytes = 0;

  /** @param onBytes counts bytes that are sent, or need not be. */
  constructor(
    readonly sink: ImageSink,
    readonly streams: number,
    options: CallOptions,
    readonly onBytes: (objects: number, bytes: number) => void,
  ) {
    const { signal } = options;
    this.#signal =
      signal === undefined ? this.#giveUp.signal : AbortSignal.any([signal, this.#giveUp.signal]);
  }

  /** @throws what sending an earlier object has thrown. */
  async add(object: PendingObject): Promise<void> {
    this.#batch.push(object);
    this.#batchBytes += object.size;
    if (this.#batch.length >= batchObjects || this.#batchBytes >= batchBytes) await this.#flush();
  }

  /** Waits until everything is there. @throws what sending has thrown. */
  async finish(): Promise<SentObjects> {
    await this.#flush();
    await Promise.all(this.#running);
    if (this.#failure !== undefined) throw this.#failure.reason;
    return { objects: this.#objects, bytes: this.#bytes };
  }

  /** Gives up; resolves when nothing runs any more. */
  async abandon(reason: unknown): Promise<void> {
    this.#failure ??= { reason };
    this.#giveUp.abort(reason);
    await Promise.all(this.#running);
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    this.#batchBytes = 0;
    while (this.#running.size >= this.streams) await Promise.race(this.#running);
    if (this.#failure !== undefined) throw this.#failure.reason;
    if (batch.length === 0) return;
    const running = this.#send(batch)
      .catch((reason: unknown) => {
        this.#failure ??= { reason };
        this.#giveUp.abort(reason);
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #send(batch: readonly PendingObject[]): Promise<void> {
    const options = { signal: this.#signal };
    const digests = batch.map((object) => object.sha512);
    const missing = new Set(await this.sink.missingObjects(digests, options));
    const wanted = batch.filter((object) => missing.has(object.sha512));
    for (const object of batch) if (!missing.has(object.sha512)) this.onBytes(1, object.size);
    if (wanted.length === 0) return;
    await this.sink.addObjects(
      piecesOf(wanted, (bytes) => this.onBytes(0, bytes)),
      options,
    );
    this.onBytes(wanted.length, 0);
    this.#objects += wanted.length;
    this.#bytes += wanted.reduce((sum, object) => sum + object.size, 0);
  }
}
