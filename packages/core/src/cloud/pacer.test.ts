import { VirtualClock } from '@ami-publisher/base';
import { describe, expect, it } from 'vitest';
import { Pacer } from './pacer.js';

/** How many calls got through within `ms` of virtual time. */
const callsWithin = async (clock: VirtualClock, pacer: Pacer, calls: number, ms: number): Promise<number> => {
  let done = 0;
  const waiting = Array.from({ length: calls }, () => pacer.acquire('CreateSnapshot').then(() => done++));
  await clock.advance(ms);
  const within = done;
  await clock.runUntil(Promise.all(waiting));
  return within;
};

describe('pacing', () => {
  it('[W10] lets a full bucket through at once and then keeps to the refill rate', async () => {
    const clock = new VirtualClock();
    const pacer = new Pacer(clock);
    expect(await callsWithin(clock, pacer, 120, 0)).toBe(100);
    expect(await callsWithin(clock, pacer, 30, 2_000)).toBe(10);
  });

  it('[W91] halves its rate when AWS throttles all the same, and recovers', async () => {
    const clock = new VirtualClock();
    const pacer = new Pacer(clock);
    pacer.throttled('CreateSnapshot');
    expect(await callsWithin(clock, pacer, 10, 2_000)).toBe(5);
    await clock.advance(120_000);
    expect(await callsWithin(clock, pacer, 100, 0)).toBe(100);
  });

  it('keeps a bucket for each action', async () => {
    const clock = new VirtualClock();
    const pacer = new Pacer(clock);
    await callsWithin(clock, pacer, 100, 0);
    await expect(pacer.acquire('DescribeVolumes')).resolves.toBeUndefined();
  });

  it('gives up waiting when the signal aborts', async () => {
    const clock = new VirtualClock();
    const pacer = new Pacer(clock);
    await callsWithin(clock, pacer, 100, 0);
    const cancel = new AbortController();
    const waiting = pacer.acquire('CreateSnapshot', cancel.signal);
    cancel.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});
