import { AmiPublisherError, type Clock } from '@ami-publisher/base';

/** Does work that is aborted when it takes too long. @throws `TIMED_OUT` then, and what the work throws */
export const withinMinutes = async <T>(
  clock: Clock,
  minutes: number,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const limit = new AbortController();
  const done = new AbortController();
  clock.sleep(minutes * 60_000, done.signal).then(
    () =>
      limit.abort(
        new AmiPublisherError('TIMED_OUT', { message: `the work has taken more than ${minutes} minutes` }),
      ),
    () => {
      // The work was done before.
    },
  );
  try {
    return await work(AbortSignal.any([outer, limit.signal]));
  } finally {
    done.abort();
  }
};
