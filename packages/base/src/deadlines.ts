import type { Clock } from './clock.js';

interface Line {
  /** The first to run out first. */
  readonly deadlines: Set<Deadline>;
  /** Ends the sleep when none is left. */
  readonly empty: AbortController;
}

interface Deadline {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly onMissed: () => void;
}

/** A reason of its own spares an exception with a stack. */
const calledOff = new Error('all were called off');

/**
 * Time limits of which thousands may be under way. Those of one length run out in the order in which they were set, so that one sleeper does for
 * all of them, and calling one off costs nothing.
 */
export class Deadlines {
  readonly #clock: Clock;
  /** By length, ms. */
  readonly #lines = new Map<number, Line>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `onMissed` after `ms` milliseconds, unless what is returned is called before. */
  set(ms: number, onMissed: () => void): () => void {
    const line = this.#lines.get(ms) ?? this.#begin(ms);
    const deadline = { at: this.#clock.now() + ms, onMissed };
    line.deadlines.add(deadline);
    return () => {
      if (line.deadlines.delete(deadline) && line.deadlines.size === 0) this.#end(ms, line);
    };
  }

  #begin(ms: number): Line {
    const line = { deadlines: new Set<Deadline>(), empty: new AbortController() };
    this.#lines.set(ms, line);
    this.#watch(ms, line).catch(() => {
      // All were called off.
    });
    return line;
  }

  #end(ms: number, line: Line): void {
    this.#lines.delete(ms);
    line.empty.abort(calledOff);
  }

  async #watch(ms: number, line: Line): Promise<void> {
    const { deadlines, empty } = line;
    let waitMs = ms;
    for (;;) {
      await this.#clock.sleep(waitMs, empty.signal);
      // An iterator that is kept over a sleep keeps alive what was called off meanwhile.
      const [first] = deadlines;
      if (first === undefined) return;
      waitMs = first.at - this.#clock.now();
      if (waitMs > 0) continue;
      deadlines.delete(first);
      if (deadlines.size === 0) this.#end(ms, line);
      first.onMissed();
    }
  }
}
