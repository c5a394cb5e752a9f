import type { Clock } from '@ami-publisher/base';
import type { ChangeNotifier } from './change-notifier.js';

/** What is waited on. */
export interface PauseOptions {
  readonly notifier: ChangeNotifier;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface SnapshotOptions<T> extends PauseOptions {
  readonly take: () => T | Promise<T>;
  /** Whether nothing changes any more. */
  readonly hasEnded: () => boolean;
  /** Least time between two snapshots, ms; the last one does not wait. */
  readonly minGapMs: number;
  /** A snapshot is sent again after this time even if nothing changed, ms. @default never */
  readonly maxGapMs?: number;
}

/** The newest snapshot now, and again after changes, neither too often nor too seldom. A slow reader misses what is between. */
export async function* snapshots<T>(options: SnapshotOptions<T>): AsyncGenerator<T, void> {
  for (;;) {
    const seen = options.notifier.version;
    const isLast = options.hasEnded();
    yield await options.take();
    if (isLast) return;
    await pauseForChange(options, options.minGapMs, options.hasEnded);
    await pauseForChange(options, options.maxGapMs, () => options.notifier.version > seen);
  }
}

/** Waits for changes until there is `enough`, at most `ms`; undefined = without limit. @throws the signal's reason when it aborts. */
export const pauseForChange = async (
  { notifier, clock, signal }: PauseOptions,
  ms: number | undefined,
  enough: () => boolean,
): Promise<void> => {
  const stop = new AbortController();
  const abort = () => stop.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  let elapsed = false;
  const limit =
    ms === undefined
      ? new Promise<never>(() => {})
      : clock.sleep(ms, stop.signal).then(() => {
          elapsed = true;
        });
  // Whoever loses the race is aborted below; how it ends is of no interest.
  limit.catch(() => {});
  try {
    while (!elapsed && !enough()) {
      const change = notifier.after(notifier.version, stop.signal);
      change.catch(() => {});
      await Promise.race([limit, change]);
    }
  } finally {
    signal.removeEventListener('abort', abort);
    stop.abort();
  }
};
