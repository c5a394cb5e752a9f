import { setMaxListeners } from 'node:events';
import type { Clock, Logger } from '@ami-publisher/base';

/** Everything that the cloud does by itself after it has answered. */
export class Transitions {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
    // One for each change that is under way, of which a large cloud has thousands.
    setMaxListeners(0, this.#closing.signal);
  }

  /** Makes the change after `ms` milliseconds, unless the cloud is closed before. */
  after(ms: number, change: () => void | Promise<void>): void {
    const running = this.#run(ms, change).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Drops what has not begun and waits for what has. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#running);
  }

  async #run(ms: number, change: () => void | Promise<void>): Promise<void> {
    const { signal } = this.#closing;
    try {
      await this.#clock.sleep(ms, signal);
      await change();
    } catch (error) {
      if (!signal.aborted) this.#logger.error('a transition of the sandbox failed', { error });
    }
  }
}
