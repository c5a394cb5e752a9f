import { setImmediate } from 'node:timers/promises';
import type { Clock } from '@ami-publisher/base';

interface Sleeper {
  readonly wakeAt: number;
  readonly wake: () => void;
}

/** Turns of the event loop without work on files after which there is none any more. */
const calmTurns = 3;

const isReading = (): boolean =>
  process.getActiveResourcesInfo().some((kind) => kind.startsWith('FSReq') || kind === 'CloseReq');

/** Lets work on files end, of which virtual time knows nothing. */
const untilCalm = async (): Promise<void> => {
  for (let calm = 0; calm < calmTurns; calm = isReading() ? 0 : calm + 1) await setImmediate();
};

/** A clock that stands still until told to move, and moves no further while files are read or written. */
export class PatientClock implements Clock {
  readonly #sleepers: Sleeper[] = [];
  #now: number;

  /** @param start milliseconds since the Unix epoch. */
  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => {
      const wakeAt = this.#now + ms;
      const later = this.#sleepers.findIndex((sleeper) => sleeper.wakeAt > wakeAt);
      this.#sleepers.splice(later === -1 ? this.#sleepers.length : later, 0, { wakeAt, wake });
    });
  }

  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await untilCalm();
      const [next] = this.#sleepers;
      if (next === undefined || next.wakeAt > end) break;
      this.#sleepers.shift();
      this.#now = next.wakeAt;
      next.wake();
    }
    this.#now = end;
    await untilCalm();
  }
}
