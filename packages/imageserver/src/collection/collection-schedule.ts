import { type Clock, type Logger, toAmiPublisherError } from '@ami-publisher/base';
import type { Store } from '../store/store.js';
import { type Collected, collectGarbage } from './collect-garbage.js';

/** Options of `CollectionSchedule`. */
export interface CollectionScheduleOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long deleted images and unlisted objects stay, ms. */
  readonly graceMs: number;
  /** Between the end of a collection and the begin of the next, ms. */
  readonly everyMs: number;
}

/** Collections of garbage: one at a time, now and then in the background, and when asked for. */
export class CollectionSchedule {
  readonly #closing = new AbortController();
  #last: Promise<unknown> = Promise.resolve();
  #background: Promise<void> = Promise.resolve();

  constructor(readonly options: CollectionScheduleOptions) {}

  /** Begins to collect in the background. */
  start(): void {
    this.#background = this.#repeat();
  }

  /** Collects once, after the collection that is running. @throws what `collectGarbage` throws. */
  run(dryRun: boolean, signal: AbortSignal): Promise<Collected> {
    const { store, clock, graceMs } = this.options;
    const either = AbortSignal.any([signal, this.#closing.signal]);
    const collect = () => collectGarbage(store, { nowMs: clock.now(), graceMs, dryRun, signal: either });
    const result = this.#last.then(collect);
    this.#last = result.catch(() => {});
    return result;
  }

  /** Ends what is running between two batches. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#background;
    await this.#last;
  }

  async #repeat(): Promise<void> {
    const { clock, everyMs, logger } = this.options;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await clock.sleep(everyMs, signal);
        const { images, ...counts } = await this.run(false, signal);
        logger.info('collected garbage', { ...counts, images: images.length });
      } catch (reason) {
        if (!signal.aborted)
          logger.error('collecting garbage failed', { error: toAmiPublisherError(reason).message });
      }
    }
  }
}
