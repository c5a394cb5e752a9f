import type { Clock, Logger } from '@ami-publisher/base';
import type { ExecutorServices } from '../executors/services.js';
import type { LifecycleService } from '../lifecycles/lifecycle-service.js';
import type { LifecyclePage, PagePosition } from '../store/lifecycle-pages.js';
import { reconcile } from '../tags/reconcile.js';
import { collectGarbage } from './collect.js';

export interface HousekeepingOptions {
  readonly services: ExecutorServices;
  readonly lifecycles: Pick<LifecycleService, 'load' | 'breakAttempt'>;
  /** A page of all lifecycles, from a position on. */
  readonly page: (after: PagePosition | undefined) => Promise<LifecyclePage>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Pause between two rounds, ms. */
  readonly everyMs: number;
  /** An instance may be so old at most, ms. */
  readonly maxAgeMs: number;
}

/** Ends what attempts have left behind, and makes all AMIs' tags what the records say, round after round until the signal aborts. */
export const keepHouse = async (options: HousekeepingOptions, signal: AbortSignal): Promise<void> => {
  const { clock, everyMs } = options;
  while (!signal.aborted) {
    await logged(options, signal, 'what attempts have left behind could not be looked for', () =>
      sweepUp(options, signal),
    );
    await logged(options, signal, 'the tags of AMIs could not be looked at', () => tidyTags(options, signal));
    await clock.sleep(everyMs, signal).catch(() => {
      // The loop sees that it is to end.
    });
  }
};

const logged = async (
  { logger }: HousekeepingOptions,
  signal: AbortSignal,
  message: string,
  work: () => Promise<void>,
): Promise<void> => {
  try {
    await work();
  } catch (error) {
    if (!signal.aborted) logger.error(message, { error });
  }
};

const sweepUp = async (options: HousekeepingOptions, signal: AbortSignal): Promise<void> => {
  const { services, lifecycles, maxAgeMs, logger } = options;
  const { garbage, unseen } = await collectGarbage({ services, lifecycles, maxAgeMs, signal });
  for (const { target: _, ...found } of garbage)
    logger.warn('an instance that an attempt had left behind was terminated', found);
  for (const { error } of unseen)
    logger.error('a target could not be looked into for what attempts have left', { error });
};

const tidyTags = async (
  { services, page, logger }: HousekeepingOptions,
  signal: AbortSignal,
): Promise<void> => {
  let after: PagePosition | undefined;
  do {
    const { states, next } = await page(after);
    for (const state of states) {
      for (const { lifecycleId, ami, differences, status, error } of await reconcile(services, state, {
        signal,
      })) {
        const fields = { lifecycleId, amiId: ami.image, differences };
        if (status === 'corrected')
          logger.warn('the tags of an AMI were not as its lifecycle has them', fields);
        if (status === 'failed')
          logger.error('the tags of an AMI could not be looked at', { ...fields, error });
      }
    }
    after = next;
  } while (after !== undefined && !signal.aborted);
};
