/** What one poll showed of something that is waited for. */
export interface Look {
  /** Since the wait began. */
  readonly waitedMs: number;
  /** Of a snapshot, whole; left out for what reports none. */
  readonly percent?: number | undefined;
}

/** Adds a look; of those that showed the same, only the first and the last are kept. */
export const addLook = (looks: Look[], look: Look): void => {
  const same = looks.length > 1 && looks.slice(-2).every(({ percent }) => percent === look.percent);
  if (same) looks.pop();
  looks.push(look);
};

/** How long to wait until the next poll, ms, after the looks so far, of which there is at least one. */
export type PollPacing = (looks: readonly Look[]) => number;

/** Polls at a fixed interval, as the waiters of AWS's SDKs do every 15 s. */
export const fixedPacing =
  (intervalMs: number): PollPacing =>
  () =>
    intervalMs;

/** With the answer of AWS on top, an end is noticed within 3 s. */
const alertMs = 2_500;

/** Of what takes seconds, and does not say how far it is: late by a tenth of the wait. */
const shortestMs = 200;
const shareOfWait = 1 / 10;

/** Of snapshots, which take minutes: a few quick looks for those that do not. */
const firstMs = 300;
const growth = 3;
/** No sooner than this even when the end is expected, so that 20 polls do for a snapshot of two minutes. */
const nearEndMs = 1_750;
/** Of a wait, for what progress has not shown yet. */
const longestShare = 0.4;
/** How late an end may be noticed that comes out of steady progress all of a sudden: this much, or a share of the wait. */
const suddenEndMs = 15_000;
const suddenEndShare = 1 / 60;
/** The pace may rise by this from one look to the next. */
const acceleration = 1.5;
/** Fewer per cent than this are too few to tell a pace from, since they come rounded. */
const tellingPercent = 3;

/**
 * Polls as seldom as an end is still noticed within 3 s.
 *
 * Twenty polls in two minutes cannot be less than 3 s apart throughout, so somebody's word has to be taken for what happens in between: that of
 * progress, and only while it has been as predicted, look after look. Progress that stands still, jumps or is missing is polled every 2.5 s,
 * however long that lasts.
 */
export const adaptivePacing: PollPacing = (looks) => {
  const last = looks.at(-1);
  if (last?.percent === undefined) return clamp((last?.waitedMs ?? 0) * shareOfWait, shortestMs, alertMs);
  return snapshotDelayMs(
    looks.flatMap(({ waitedMs, percent }) => (percent === undefined ? [] : [{ waitedMs, percent }])),
  );
};

type ProgressLook = Look & { readonly percent: number };

const snapshotDelayMs = (looks: readonly ProgressLook[]): number => {
  const pace = confirmedPace(looks);
  const last = looks.at(-1);
  if (pace === undefined || last === undefined)
    return clamp((last?.waitedMs ?? 0) * growth, firstMs, alertMs);
  const percentLeft = 100 - last.percent - largestJump(looks);
  const trustedMs = Math.min(
    percentLeft / pace / acceleration,
    last.waitedMs * longestShare,
    Math.max(suddenEndMs, last.waitedMs * suddenEndShare),
  );
  return Math.max(trustedMs, clamp(1 / pace, nearEndMs, alertMs));
};

/** Per cent in a millisecond, if the last two looks have shown what was to be expected and progress has not stopped since. */
const confirmedPace = (looks: readonly ProgressLook[]): number | undefined => {
  const last = looks.length - 1;
  if (last < 3 || !isAsExpected(looks, last - 1) || !isAsExpected(looks, last)) return undefined;
  const pace = paceAt(looks, last);
  const stoodMs = standingMs(looks);
  return pace !== undefined && stoodMs * pace <= 1.5 ? pace : undefined;
};

/** Whether a look agrees with the pace before it, but for rounding and a factor of two. */
const isAsExpected = (looks: readonly ProgressLook[], index: number): boolean => {
  const [before, look] = [looks[index - 1], looks[index]];
  const pace = paceAt(looks, index - 1);
  if (before === undefined || look === undefined || pace === undefined) return false;
  const expected = pace * (look.waitedMs - before.waitedMs);
  const rise = look.percent - before.percent;
  return rise <= 2 * expected + 1 && rise >= expected / 2 - 1;
};

/** The mean pace up to a look, from the latest one that is far enough behind it. */
const paceAt = (looks: readonly ProgressLook[], index: number): number | undefined => {
  const look = looks[index];
  const from = looks
    .slice(0, index)
    .findLast(({ percent }) => (look?.percent ?? 0) - percent >= tellingPercent);
  if (look === undefined || from === undefined) return undefined;
  return (look.percent - from.percent) / (look.waitedMs - from.waitedMs);
};

/** How long the present per cent has been seen. */
const standingMs = (looks: readonly ProgressLook[]): number => {
  const last = looks.at(-1);
  const other = looks.findLastIndex(({ percent }) => percent !== last?.percent);
  return (last?.waitedMs ?? 0) - (looks[other + 1]?.waitedMs ?? 0);
};

/** The most that progress has risen between two polls in a row that were close together; at least the one per cent of rounding. */
const largestJump = (looks: readonly ProgressLook[]): number =>
  looks.reduce((largest, look, index) => {
    const before = looks[index - 1];
    if (before === undefined || look.waitedMs - before.waitedMs > 2 * alertMs) return largest;
    return Math.max(largest, look.percent - before.percent - 1);
  }, 1);

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));
