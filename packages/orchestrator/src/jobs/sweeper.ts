import type { Clock, Logger } from '@ami-publisher/base';
import type { LifecycleService } from '../lifecycles/lifecycle-service.js';

export interface SweeperOptions {
  readonly service: LifecycleService;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Pause between two rounds, ms. */
  readonly everyMs: number;
}

/** Puts back, round after round, what is worked on by nobody, and ends what takes too long, until the signal aborts. Reads stay pure. */
export const sweep = async (options: SweeperOptions, signal: AbortSignal): Promise<void> => {
  const { service, clock, logger, everyMs } = options;
  while (!signal.aborted) {
    try {
      const takenBack = await service.endOverdue();
      for (const attemptId of takenBack)
        logger.warn('an attempt is put back, since nobody was heard to work on it', { attemptId });
    } catch (error) {
      logger.error('attempts that take too long could not be looked for', { error });
    }
    await clock.sleep(everyMs, signal).catch(() => {
      // The loop sees that it is to end.
    });
  }
};
