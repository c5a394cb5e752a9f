import { AmiPublisherError, type Deadlines } from '@ami-publisher/base';

/** Options of `SilenceLimit`. */
export interface SilenceLimitOptions {
  readonly deadlines: Deadlines;
  /** The longest silence, ms. */
  readonly limitMs: number;
  /** Address of the server, for the error. */
  readonly address: string;
  /** Ends the call as well. */
  readonly signal: AbortSignal | undefined;
}

/** Gives a call up when its server, connected as it may be, sends nothing for too long. Time in which nobody waits for it does not count. */
export class SilenceLimit {
  readonly #options: SilenceLimitOptions;
  readonly #end = new AbortController();
  /** Ends the call. */
  readonly signal: AbortSignal;

  constructor(options: SilenceLimitOptions) {
    this.#options = options;
    const { signal } = options;
    this.signal = signal === undefined ? this.#end.signal : AbortSignal.any([signal, this.#end.signal]);
  }

  /** Waits for a message of the call. */
  async heard<T>(message: Promise<T>): Promise<T> {
    const { deadlines, limitMs } = this.#options;
    const callOff = deadlines.set(limitMs, () => this.#end.abort(this.#silent()));
    try {
      return await message;
    } finally {
      callOff();
    }
  }

  /** All messages of a call. */
  async *all<T>(messages: AsyncIterable<T>): AsyncGenerator<T> {
    const iterator = messages[Symbol.asyncIterator]();
    try {
      for (let next = await this.heard(iterator.next()); next.done !== true; ) {
        yield next.value;
        next = await this.heard(iterator.next());
      }
    } finally {
      this.end();
      await iterator.return?.();
    }
  }

  /** Lets go of the call. */
  end(): void {
    this.#end.abort();
  }

  #silent(): AmiPublisherError {
    const { address, limitMs } = this.#options;
    return new AmiPublisherError('IMAGE_SERVER_UNREACHABLE', {
      message: `image server ${address} has sent nothing for ${limitMs / 1000} s`,
      resource: address,
      retryable: true,
      remedy: 'check that it runs and is not overloaded, then try again',
    });
  }
}
