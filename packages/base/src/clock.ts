import { type Sleeper, WakeUpQueue } from './wake-up-queue.js';

/**
 * Time as every package reads it. Nothing else sleeps or looks at the time of day, so that tests and the model sandbox can run in
 * virtual time.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Resolves after `ms` milliseconds.
   *
   * @throws the signal's reason, at once, when `signal` aborts.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};

/** One object for each sleep, as there may be tens of thousands; it is its own listener. */
class VirtualSleeper implements Sleeper {
  position = -1;

  constructor(
    readonly wakeAt: number,
    readonly order: number,
    readonly queue: WakeUpQueue<VirtualSleeper>,
    readonly resolve: () => void,
    readonly reject: (reason: unknown) => void,
    readonly signal: AbortSignal | undefined,
  ) {}

  /** The signal has aborted. */
  handleEvent(): void {
    this.queue.remove(this);
    this.reject(this.signal?.reason);
  }

  wake(): void {
    this.signal?.removeEventListener('abort', this);
    this.resolve();
  }
}

/**
 * A clock that stands still until told to move.
 *
 * `advance` wakes sleepers in the order of their wake-up times and lets the code that each one resumes run up to its next
 * sleep before time moves on.
 */
export class VirtualClock implements Clock {
  readonly #sleepers = new WakeUpQueue<VirtualSleeper>();
  #now: number;
  #order = 0;

  /** @param start milliseconds since the Unix epoch. */
  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const wakeAt = this.#now + Math.max(0, ms);
      const sleeper = new VirtualSleeper(wakeAt, this.#order++, this.#sleepers, resolve, reject, signal);
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', sleeper, { once: true });
    });
  }

  /** Moves time forward by `ms`, waking whoever sleeps until then. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settle();
      const next = this.#sleepers.first;
      if (next === undefined || next.wakeAt > end) break;
      this.#wake(next);
    }
    this.#now = end;
    await settle();
  }

  /** Moves time forward, as far as it takes, until `promise` settles. Rejects if nothing sleeps and it still has not. */
  async runUntil<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const mark = () => {
      settled = true;
    };
    promise.then(mark, mark);
    for (;;) {
      await settle();
      if (settled) return promise;
      const next = this.#sleepers.first;
      if (next === undefined)
        throw new Error('virtual time stands still: nothing sleeps and the promise has not settled');
      this.#wake(next);
    }
  }

  #wake(sleeper: VirtualSleeper): void {
    this.#sleepers.remove(sleeper);
    this.#now = Math.max(this.#now, sleeper.wakeAt);
    sleeper.wake();
  }
}

/** Lets promise callbacks run until none is queued; a turn of the event loop drains the whole microtask queue. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
