import { VirtualClock } from '@ami-publisher/base';
import { describe, expect, test } from 'vitest';
import { SharedLink } from './shared-link.js';

describe('A shared link', () => {
  const never = new AbortController().signal;

  test('[MODEL-3] Gives each transfer an even share of the rate at every moment', async () => {
    const clock = new VirtualClock(0);
    const link = new SharedLink(clock, 1_000_000);
    const ends: Record<string, number> = {};
    const transfer = async (name: string, startMs: number, bytes: number) => {
      await clock.sleep(startMs);
      await link.transfer(bytes, never);
      ends[name] = clock.now();
    };
    await clock.runUntil(
      Promise.all([
        transfer('long', 0, 3_000_000),
        transfer('short', 1_000, 500_000),
        transfer('empty', 50, 0),
      ]),
    );
    // Alone for a second, halved while the short one takes its second, then alone for what is left.
    expect(ends).toEqual({ empty: 50, short: 2_000, long: 3_500 });
  });

  test('[MODEL-3] Gives the share of one that leaves to the others', async () => {
    const clock = new VirtualClock(0);
    const link = new SharedLink(clock, 1_000_000);
    const leaving = new AbortController();
    const left = expect(link.transfer(9_000_000, leaving.signal)).rejects.toThrow('enough');
    const stayed = link.transfer(1_000_000, never);
    await clock.advance(1_000);
    leaving.abort(new Error('enough'));
    await left;
    await clock.runUntil(stayed);
    expect(clock.now()).toBe(1_500);
  });
});
