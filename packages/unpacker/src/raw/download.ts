import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { AmiPublisherError, type Deadlines, throwIfCancelled } from '@ami-publisher/base';
import { type Block, readBlocks, zeros } from './read-blocks.js';

/** How long a volume waits to be fetched: an instance has to boot first. */
const ticketMs = 15 * 60_000;
/** A reader that takes nothing for this long must not keep the stream from work. */
const stallMs = 60_000;

/** A volume that may be fetched. */
export interface OfferedVolume {
  readonly stream: string;
  readonly path: string;
  readonly sizeBytes: number;
}

/** One volume on its way to whoever has its ticket, once. It is over when it was fetched, was not, or the signal aborts. */
export class Download {
  /** How much has been sent. */
  bytesDone = 0;
  /** Lower-case hex SHA-256 of the volume as it was sent; rejects if that did not come to its end. */
  readonly ended: Promise<string>;
  /** Resolves when it has ended, however it did. */
  readonly over: Promise<void>;
  readonly #volume: OfferedVolume;
  readonly #deadlines: Deadlines;
  readonly #end = new AbortController();
  readonly #signal: AbortSignal;
  readonly #callOff: () => void;
  #settle: (digest: Promise<string>) => void = () => {};

  constructor(volume: OfferedVolume, deadlines: Deadlines, gone: AbortSignal) {
    this.#volume = volume;
    this.#deadlines = deadlines;
    this.#signal = AbortSignal.any([gone, this.#end.signal]);
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
    const giveUp = () => this.#settle(Promise.reject(this.#signal.reason));
    this.#signal.addEventListener('abort', giveUp, { once: true });
    const callOffDeadline = deadlines.set(ticketMs, () => this.#end.abort(notFetched(volume.stream)));
    this.#callOff = () => {
      callOffDeadline();
      this.#signal.removeEventListener('abort', giveUp);
    };
    if (this.#signal.aborted) giveUp();
    this.over = this.ended.then(this.#callOff, this.#callOff);
  }

  /** Sends the volume, packed. How it ends, `ended` tells. */
  async send(response: ServerResponse): Promise<void> {
    this.#callOff();
    const sent = this.#sent(response);
    // The volume is let go of before anybody is told.
    await sent.catch(() => undefined);
    this.#settle(sent);
  }

  async #sent(response: ServerResponse): Promise<string> {
    const { path, sizeBytes, stream } = this.#volume;
    const hash = createHash('sha256');
    const blocks = readBlocks(path, { offset: 0, length: sizeBytes });
    response.writeHead(200, { 'content-type': 'application/gzip', connection: 'close' });
    const bytes = Readable.from(this.#bytes(blocks, (data) => hash.update(data)));
    try {
      await pipeline(bytes, createGzip({ level: 1 }), response, { signal: this.#signal });
      return hash.digest('hex');
    } catch (reason) {
      throwIfCancelled(this.#signal);
      if (reason instanceof AmiPublisherError) throw reason;
      throw cutOff(stream, this.bytesDone, sizeBytes, reason);
    } finally {
      await blocks.return();
    }
  }

  async *#bytes(blocks: AsyncIterable<Block>, see: (data: Buffer) => void): AsyncGenerator<Buffer, void> {
    for await (const { data, length } of blocks) {
      const bytes = data ?? zeros.subarray(0, length);
      see(bytes);
      const callOff = this.#deadlines.set(stallMs, () =>
        this.#end.abort(cutOff(this.#volume.stream, this.bytesDone, this.#volume.sizeBytes, 'it stalled')),
      );
      try {
        yield bytes;
      } finally {
        callOff();
      }
      this.bytesDone += length;
    }
  }
}

const notFetched = (stream: string): AmiPublisherError =>
  new AmiPublisherError('TIMED_OUT', {
    message: `nobody fetched the volume of stream ${stream} within ${ticketMs / 60_000} minutes`,
    resource: stream,
    remedy:
      'see that whoever has the ticket can reach the raw port of this unpacker (--raw-port), then try again',
  });

const cutOff = (stream: string, done: number, of: number, cause: unknown): AmiPublisherError =>
  new AmiPublisherError('UNPACKER_FAILED', {
    message: `the download of the volume of stream ${stream} ended after ${done} of ${of} bytes`,
    resource: stream,
    remedy: 'see what became of the reader, then offer the volume again',
    cause,
  });
