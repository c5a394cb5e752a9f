import { VirtualClock } from '@ami-publisher/base';
import { describe, expect, it } from 'vitest';
import { ChangeNotifier } from './change-notifier.js';
import { snapshots } from './snapshots.js';

const setUp = (maxGapMs?: number) => {
  const clock = new VirtualClock(0);
  const notifier = new ChangeNotifier();
  const stop = new AbortController();
  const seen: string[] = [];
  let value = 0;
  const reading = (async () => {
    const options = { notifier, clock, signal: stop.signal, minGapMs: 250, ...(maxGapMs && { maxGapMs }) };
    for await (const taken of snapshots({ ...options, take: () => value, hasEnded: () => value < 0 })) {
      seen.push(`${clock.now()}: ${taken}`);
    }
  })();
  const set = (next: number) => {
    value = next;
    notifier.notify();
  };
  return { clock, seen, set, stop, reading };
};

describe('snapshots', () => {
  it('are taken at most once in the least gap, the newest one each time', async () => {
    const { clock, seen, set } = setUp();
    for (let i = 1; i <= 10; i++) {
      await clock.advance(100);
      set(i);
    }
    await clock.advance(0);
    expect(seen).toEqual(['0: 0', '250: 2', '500: 4', '750: 7', '1000: 9']);
  });

  it('are repeated after the greatest gap though nothing changed', async () => {
    const { clock, seen } = setUp(10_000);
    await clock.advance(25_000);
    expect(seen).toEqual(['0: 0', '10250: 0', '20500: 0']);
  });

  it('wait for a change where there is no greatest gap', async () => {
    const { clock, seen, set } = setUp();
    await clock.advance(100_000);
    set(1);
    await clock.advance(0);
    expect(seen).toEqual(['0: 0', '100000: 1']);
  });

  it('end with the last one, which does not wait', async () => {
    const { clock, seen, set, reading } = setUp(10_000);
    await clock.advance(10);
    set(-1);
    await reading;
    expect(seen).toEqual(['0: 0', '10: -1']);
  });

  it('stop when their reader goes away', async () => {
    const { stop, reading } = setUp();
    stop.abort(new Error('gone'));
    await expect(reading).rejects.toThrow('gone');
  });
});
