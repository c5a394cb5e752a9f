import { VirtualClock } from '@ami-publisher/base';
import type { Snapshot } from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ec2Api } from './ec2-api.js';
import { adaptivePacing, addLook, fixedPacing, type Look, type PollPacing } from './poll-pacing.js';
import { Poller } from './poller.js';

/** What a snapshot reports, of 100, when a share of its time has passed; it is complete when all has. */
type Shape = (share: number) => number;

/** A call to AWS takes this long. */
const answerMs = 150;

interface Wait {
  readonly polls: number;
  /** From the end of the snapshot until it was noticed. */
  readonly lateMs: number;
}

const reported = (shape: Shape, share: number): number => Math.min(99, Math.floor(shape(share)));

/** A wait of the real poller, in virtual time. */
const pollFor = async (shape: Shape, durationMs: number, pacing?: PollPacing): Promise<Wait> => {
  const clock = new VirtualClock();
  const start = clock.now();
  let polls = 0;
  const snapshot = (): Snapshot => {
    const share = (clock.now() - start) / durationMs;
    const State = share >= 1 ? 'completed' : 'pending';
    return { SnapshotId: 'snap-1', State, Progress: `${share >= 1 ? 100 : reported(shape, share)}%` };
  };
  const ec2 = {
    describeSnapshots: async () => {
      polls += 1;
      await clock.sleep(answerMs);
      return { Snapshots: [snapshot()] };
    },
  } as unknown as Ec2Api;
  const wait = new Poller(ec2, clock, 't', { pacing }).wait('snapshot', 'snap-1', {
    until: ({ State }) => State === 'completed',
    wanted: 'completed',
    timeoutMs: 24 * 3_600_000,
  });
  await clock.runUntil(wait);
  return { polls, lateMs: clock.now() - start - durationMs };
};

/** The same by arithmetic, for thousands of polls. */
const waitFor = (shape: Shape, durationMs: number): Wait => {
  const looks: Look[] = [];
  for (let polls = 1, now = answerMs; ; polls++) {
    if (now >= durationMs) return { polls, lateMs: now - durationMs };
    addLook(looks, { waitedMs: now, percent: reported(shape, now / durationMs) });
    now += adaptivePacing(looks) + answerMs;
  }
};

const shapes: Readonly<Record<string, Shape>> = {
  'rises evenly': (share) => share * 100,
  'rises ever faster': (share) => share ** 3 * 100,
  'rises ever slower': (share) => Math.sqrt(share) * 100,
  'jumps in eight steps': (share) => Math.floor(share * 8) * 12.5,
  'jumps in three steps': (share) => Math.floor(share * 3) * 33.3,
  'stops at 60 per cent': (share) => Math.min(60, share * 200),
  'stops at 99 per cent': (share) => Math.min(99, share * 198),
  'is 99 per cent from the first': () => 99,
  'never leaves 0': () => 0,
};

/** 10 s to 3 h, short ones as often as long ones. */
const duration = fc.double({ min: Math.log(10_000), max: Math.log(10_800_000), noNaN: true }).map(Math.exp);

describe('polling a snapshot', () => {
  it.each([116_000, 118_000, 120_000, 122_000, 124_000])(
    'takes at most 20 polls for two minutes of steady progress, and notices the end within 2 s (%d ms)',
    async (durationMs) => {
      const { polls, lateMs } = await pollFor(shapes['rises evenly'] as Shape, durationMs);
      expect(polls).toBeLessThanOrEqual(20);
      expect(lateMs).toBeLessThanOrEqual(2_000);
    },
  );

  it('is as the arithmetic of these tests says', async () => {
    for (const shape of Object.values(shapes)) {
      const { polls, lateMs } = await pollFor(shape, 75_000);
      const expected = waitFor(shape, 75_000);
      expect(polls).toBe(expected.polls);
      expect(lateMs).toBeCloseTo(expected.lateMs, 3);
    }
  });

  it.each(Object.entries(shapes))('[W19] notices the end within 3 s when progress %s', (_name, shape) => {
    fc.assert(
      fc.property(duration, (durationMs) => {
        expect(waitFor(shape, durationMs).lateMs).toBeLessThanOrEqual(3_000);
      }),
      { numRuns: 40 },
    );
  });

  it('is late by 15 s or a sixtieth of the wait when steady progress ends all of a sudden', () => {
    const ends = fc.double({ min: 20, max: 95, noNaN: true });
    fc.assert(
      fc.property(ends, duration, (percent, durationMs) => {
        const { lateMs } = waitFor((share) => share * percent, durationMs);
        expect(lateMs).toBeLessThanOrEqual(Math.max(15_000, durationMs / 60) + 2 * answerMs);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    [10, 8],
    [60, 17],
    [600, 60],
    [3_600, 240],
    [10_800, 420],
  ])('of %d s takes at most %d polls when it rises evenly', (seconds, most) => {
    const { polls } = waitFor(shapes['rises evenly'] as Shape, seconds * 1_000);
    expect(polls).toBeLessThanOrEqual(most);
  });

  it('at a fixed interval of 15 s does notice later than that', async () => {
    const { lateMs } = await pollFor(shapes['rises evenly'] as Shape, 124_000, fixedPacing(15_000));
    expect(lateMs).toBeGreaterThan(3_000);
  });
});

describe('polling what reports no progress', () => {
  it('is late by no more than a tenth of the wait, 200 ms at least, and 2.5 s at most', () => {
    const delays = [0, 1_000, 5_000, 10_000, 60_000].map((waitedMs) => adaptivePacing([{ waitedMs }]));
    expect(delays).toEqual([200, 200, 500, 1_000, 2_500]);
  });
});
