import { AmiPublisherError, VirtualClock } from '@ami-publisher/base';
import { describe, expect, it } from 'vitest';
import { repeated, repetitions } from './job-rules.js';

const throttled = new AmiPublisherError('AWS_THROTTLED', { message: 'slower' });
const rule = { pausesMs: [1_000, 5_000], when: 'passing' } as const;

/** Runs work that fails as often as there are reasons. */
const run = async (repetition: Parameters<typeof repeated>[0], reasons: readonly Error[]) => {
  const clock = new VirtualClock();
  const begunAt: number[] = [];
  const start = clock.now();
  const done = repeated(repetition, { clock, signal: new AbortController().signal }, async () => {
    begunAt.push(clock.now() - start);
    const reason = reasons[begunAt.length - 1];
    if (reason !== undefined) throw reason;
    return 'well';
  }).catch((reason: unknown) => reason);
  await clock.advance(1_000_000);
  return { outcome: await done, begunAt };
};

describe('work that fails', () => {
  it('is done again after the pauses of its rule, while the failure may pass', async () => {
    expect(await run(rule, [throttled, throttled])).toEqual({ outcome: 'well', begunAt: [0, 1_000, 6_000] });
  });

  it('is given up when the pauses are used up', async () => {
    const reasons = [throttled, throttled, throttled];
    expect(await run(rule, reasons)).toEqual({ outcome: throttled, begunAt: [0, 1_000, 6_000] });
  });

  it('is not done again for a lasting reason, unless the rule says so', async () => {
    const lasting = new Error('no such AMI');
    expect(await run(repetitions.work, [lasting])).toEqual({ outcome: lasting, begunAt: [0] });
    expect(await run(repetitions.cleanUp, [lasting])).toEqual({ outcome: 'well', begunAt: [0, 5_000] });
  });
});
