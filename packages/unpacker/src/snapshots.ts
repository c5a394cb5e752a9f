import type { Clock } from '@ami-publisher/base';
import type { ChangeNotifier } from './change-notifier.js';

export interface SnapshotOptions<T> {
  readonly notifier: ChangeNotifier;
  readonly take: () => T;
  /** Whether nothing follows this one. */
  readonly isLast: (snapshot: T) => boolean;
  /** Least time between two snapshots, ms; the last one does not wait. */
  readonly minGapMs: number;
  /** A snapshot is sent again after this time even if nothing changed, ms. @default never */
  readonly maxGapMs?: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** The newest snapshot now, and again after changes, neither too often nor too seldom. A slow reader misses what is between. */
export async function* snapshots<T>(options: SnapshotOptions<T>): AsyncGenerator<T, void> {
  for (;;) {
    const seen = options.notifier.version;
    const snapshot = options.take();
    yield snapshot;
    if (options.isLast(snapshot)) return;
    await pause(options, options.minGapMs, () => options.isLast(options.take()));
    await pause(options, options.maxGapMs, () => options.notifier.version > seen);
  }
}

/** Waits until `ended`, at most `ms`; undefined = without limit. */
const pause = async <T>(
  { notifier, clock, signal }: SnapshotOptions<T>,
  ms: number | undefined,
  ended: () => boolean,
): Promise<void> => {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  let elapsed = false;
  const limit =
    ms === undefined
      ? new Promise<never>(() => {})
      : clock.sleep(ms, either).then(() => {
          elapsed = true;
        });
  // The loser of the race is aborted below; its rejection is of no interest.
  limit.catch(() => {});
  try {
    while (!elapsed && !ended()) {
      const change = notifier.after(notifier.version, either);
      change.catch(() => {});
      await Promise.race([limit, change]);
    }
  } finally {
    stop.abort();
  }
};
