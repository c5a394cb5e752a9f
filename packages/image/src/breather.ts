import { setImmediate } from 'node:timers/promises';
import { throwIfCancelled } from '@ami-publisher/base';

const turnMs = 20;

/**
 * Lets long synchronous work give the event loop a turn about every 20 ms. Thousands of small files are several times faster to
 * read and write in synchronous calls than in asynchronous ones, yet timers and connections must not starve.
 */
export class Breather {
  #last = performance.now();

  /** @param onTurn runs at each turn, to report progress. */
  constructor(
    readonly signal: AbortSignal | undefined,
    readonly onTurn: () => void = () => {},
  ) {}

  /** Call between two pieces of work. @throws `CANCELLED` if the signal has aborted. */
  async breathe(): Promise<void> {
    throwIfCancelled(this.signal);
    if (performance.now() - this.#last < turnMs) return;
    this.onTurn();
    await setImmediate();
    this.#last = performance.now();
    throwIfCancelled(this.signal);
  }
}
