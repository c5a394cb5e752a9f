import { type AmiPublisherError, type Clock, toAmiPublisherError } from '@ami-publisher/base';
import pRetry from 'p-retry';

const retries = 4;
const firstDelayMs = 1_000;
const longestDelayMs = 20_000;

export interface RetryOptions {
  readonly clock: Clock;
  /** When it aborts, nothing is tried again. */
  readonly signal: AbortSignal;
  /** Called before each pause. */
  readonly onPause: (error: AmiPublisherError, delayMs: number) => void;
}

/**
 * Does something, and up to four times more while it fails with what may pass: after 1 s, 2 s, 4 s and 8 s. Only what has failed once comes
 * to p-retry, which holds two kilobytes for each of the thousands of targets that wait.
 */
export const withRetries = async <T>(
  once: () => Promise<T>,
  { clock, signal, onPause }: RetryOptions,
): Promise<T> => {
  const mayPass = (error: Error) => !signal.aborted && toAmiPublisherError(error).retryable;
  const pause = async (error: Error, failures: number): Promise<void> => {
    const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** (failures - 1));
    onPause(toAmiPublisherError(error), delayMs);
    await clock.sleep(delayMs, signal);
  };
  try {
    return await once();
  } catch (reason) {
    const error = toAmiPublisherError(reason);
    if (!mayPass(error)) throw error;
    await pause(error, 1);
  }
  return pRetry(once, {
    ...{ retries: retries - 1, minTimeout: 0, maxTimeout: 0 },
    shouldRetry: ({ error }) => mayPass(error),
    onFailedAttempt: async ({ error, attemptNumber, retriesLeft }) => {
      if (retriesLeft > 0 && mayPass(error)) await pause(error, attemptNumber + 1);
    },
  });
};
