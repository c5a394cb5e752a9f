import type { Clock } from '@ami-publisher/base';

interface Deadline {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly onMissed: () => void;
}

/**
 * The time limits of calls. Those of one length run out in the order in which they were set, so that one sleeper does for all of them; a cloud of
 * a thousand targets has as many calls under way at once as it has targets.
 */
export class Deadlines {
  readonly #clock: Clock;
  /** By length, ms; the first to run out first. */
  readonly #lines = new Map<number, Set<Deadline>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `onMissed` after `ms` milliseconds, unless what is returned is called before. */
  set(ms: number, onMissed: () => void): () => void {
    const deadline = { at: this.#clock.now() + ms, onMissed };
    const line = this.#lines.get(ms) ?? new Set();
    line.add(deadline);
    if (!this.#lines.has(ms)) {
      this.#lines.set(ms, line);
      void this.#watch(ms, line);
    }
    return () => line.delete(deadline);
  }

  async #watch(ms: number, line: Set<Deadline>): Promise<void> {
    for (const deadline of line) {
      await this.#clock.sleep(deadline.at - this.#clock.now());
      if (line.delete(deadline)) deadline.onMissed();
    }
    this.#lines.delete(ms);
  }
}
