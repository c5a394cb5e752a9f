import { type Clock, isAmiPublisherError } from '@ami-publisher/base';

/** How often a job is taken up again after the process that worked on it has gone: an attempt that ends every process is not to go round for ever. */
export const handOvers = 20;

/** pg-boss lets a job take less than a day. */
export const longestExpiryMs = 24 * 60 * 60_000 - 60_000;

/** What is done again within a job, and after which pauses, ms. What fails for a lasting reason is never repeated. */
export const repetitions = {
  /** The work of an attempt, after a failure that may pass. */
  work: { pausesMs: [10_000, 60_000], when: 'passing' },
  /** Removing what an attempt launched; what stays is found by its tags later. */
  cleanUp: { pausesMs: [5_000, 30_000, 120_000], when: 'always' },
} as const satisfies Readonly<Record<string, Repetition>>;

/** When and how often something is done again. */
export interface Repetition {
  readonly pausesMs: readonly number[];
  /** After failures that may pass, or after any. */
  readonly when: 'passing' | 'always';
}

/** Does something, and again as the rule says. @throws what it threw last, and at once when the signal aborts. */
export const repeated = async <T>(
  { pausesMs, when }: Repetition,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> => {
  for (const pauseMs of pausesMs) {
    try {
      return await work();
    } catch (reason) {
      const worthwhile = when === 'always' || (isAmiPublisherError(reason) && reason.retryable);
      if (!worthwhile || signal.aborted) throw reason;
      await clock.sleep(pauseMs, signal);
    }
  }
  return work();
};
