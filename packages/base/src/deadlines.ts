import type { Clock } from './clock.js';

interface Deadline {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly onMissed: () => void;
}

/**
 * Time limits of which thousands may be under way. Those of one length run out in the order in which they were set, so that one sleeper does for
 * all of them, and calling one off costs nothing.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;
  /** By length, ms; the first to run out first. */
  readonly #lines = new Map<number, Set<Deadline>>();

  /** @param signal ends all of them, and what still sleeps of those that were called off. */
  constructor(clock: Clock, signal?: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
  }

  /** Calls `onMissed` after `ms` milliseconds, unless what is returned is called before. */
  set(ms: number, onMissed: () => void): () => void {
    const deadline = { at: this.#clock.now() + ms, onMissed };
    const line = this.#lines.get(ms);
    if (line === undefined) this.#watch(ms, new Set([deadline]));
    else line.add(deadline);
    return () => this.#lines.get(ms)?.delete(deadline);
  }

  #watch(ms: number, line: Set<Deadline>): void {
    this.#lines.set(ms, line);
    const watch = async () => {
      // An iterator that is kept over a sleep keeps alive what was called off meanwhile.
      for (let [next] = line; next !== undefined; [next] = line) {
        await this.#clock.sleep(next.at - this.#clock.now(), this.#signal);
        if (line.delete(next)) next.onMissed();
      }
    };
    const forget = () => this.#lines.delete(ms);
    watch().then(forget, forget);
  }
}
