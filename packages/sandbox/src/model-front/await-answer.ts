import type { Deadlines } from '@ami-publisher/base';

export interface AnswerOptions {
  readonly deadlines: Deadlines;
  /** The caller gives up. */
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
  readonly timedOut: () => Error;
  /** What the caller makes of an error that is the answer. */
  readonly explain: (reason: unknown) => unknown;
}

/** A reason of its own spares an exception with a stack for each call. */
const answered = new Error('the call has ended');

/** A call that its caller waits for. */
export class AwaitedCall<T> {
  readonly #options: AnswerOptions;
  readonly #resolve: (answer: T) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #callOff: () => void;
  #gone: AbortController | undefined;

  constructor(
    options: AnswerOptions,
    start: (call: AwaitedCall<T>) => Promise<T>,
    resolve: (answer: T) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#callOff = options.deadlines.set(options.timeoutMs, () => this.#leave(options.timedOut()));
    // It is the listener itself, as there are many calls and few are given up.
    options.signal?.addEventListener('abort', this, { once: true });
    start(this).then(
      (answer) => {
        this.#end();
        this.#resolve(answer);
      },
      (reason: unknown) => this.#leave(options.explain(reason)),
    );
  }

  /** Makes a signal that tells when nobody waits any more; few calls want one. */
  readonly gone = (): AbortSignal => {
    this.#gone ??= new AbortController();
    return this.#gone.signal;
  };

  /** To be called when something was heard that makes the time limit pointless. */
  heard(): void {
    this.#callOff();
  }

  /** The caller has given up. */
  handleEvent(): void {
    this.#leave(this.#options.signal?.reason);
  }

  #leave(reason: unknown): void {
    this.#end();
    this.#reject(reason);
  }

  #end(): void {
    this.#options.signal?.removeEventListener('abort', this);
    this.#callOff();
    this.#gone?.abort(answered);
  }
}

/**
 * Waits for an answer as a client does. What was begun goes on when the caller gives up, as it does behind a real connection.
 *
 * @throws what `explain` makes of what `start` throws; the signal's reason; `timedOut()`
 */
export const awaitAnswer = <T>(
  options: AnswerOptions,
  start: (call: AwaitedCall<T>) => Promise<T>,
): Promise<T> =>
  new Promise((resolve, reject) => {
    if (options.signal?.aborted) reject(options.signal.reason);
    else new AwaitedCall(options, start, resolve, reject);
  });
