import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from './clock.js';

const start = 1_000_000;

/** Sleepers in the order they lie down, some of whom are woken early; who wakes by itself, and when. */
const wakeUps = async (
  naps: readonly { readonly ms: number; readonly cancelled: boolean }[],
): Promise<[number, number][]> => {
  const clock = new VirtualClock(start);
  const woken: [number, number][] = [];
  const cancel = new AbortController();
  const sleeping = naps.map(({ ms, cancelled }, index) =>
    clock.sleep(ms, cancelled ? cancel.signal : undefined).then(
      () => woken.push([index, clock.now() - start]),
      () => undefined,
    ),
  );
  cancel.abort();
  await clock.runUntil(Promise.all(sleeping));
  return woken;
};

describe('a virtual clock', () => {
  it('wakes sleepers by time, then in the order they lay down, at their time, and nobody who has left', async () => {
    const nap = fc.record({ ms: fc.integer({ min: 0, max: 20 }), cancelled: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(nap, { maxLength: 60 }), async (naps) => {
        const expected = naps
          .map(({ ms, cancelled }, index) => ({ index, ms, cancelled }))
          .filter(({ cancelled }) => !cancelled)
          .sort((a, b) => a.ms - b.ms || a.index - b.index)
          .map(({ index, ms }) => [index, ms]);
        expect(await wakeUps(naps)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('lets whoever wakes go to sleep again before time moves on', async () => {
    const clock = new VirtualClock(start);
    const told: string[] = [];
    const tick = async (name: string, ms: number) => {
      for (let round = 1; round <= 3; round++) {
        await clock.sleep(ms);
        told.push(`${name} ${clock.now() - start}`);
      }
    };
    await clock.runUntil(Promise.all([tick('slow', 20), tick('quick', 15)]));
    expect(told).toEqual(['quick 15', 'slow 20', 'quick 30', 'slow 40', 'quick 45', 'slow 60']);
  });

  it('moves no further than told', async () => {
    const clock = new VirtualClock(start);
    let woken = false;
    void clock.sleep(101).then(() => {
      woken = true;
    });
    await clock.advance(100);
    expect([clock.now() - start, woken]).toEqual([100, false]);
    await clock.advance(1);
    expect(woken).toBe(true);
  });

  it('does not take a past or negative time for one to go back to', async () => {
    const clock = new VirtualClock(start);
    await clock.runUntil(clock.sleep(-50));
    expect(clock.now()).toBe(start);
  });

  it('rejects with the reason of a signal, before and during the sleep', async () => {
    const clock = new VirtualClock(start);
    const reason = new Error('enough');
    await expect(clock.sleep(10, AbortSignal.abort(reason))).rejects.toBe(reason);
    const cancel = new AbortController();
    const sleeping = clock.sleep(10, cancel.signal);
    cancel.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
  });

  it('says that it stands still instead of hanging', async () => {
    const never = new Promise(() => undefined);
    await expect(new VirtualClock(start).runUntil(never)).rejects.toThrow('virtual time stands still');
  });

  it('keeps its pace with fifty thousand sleepers, who leave in any order', async () => {
    const clock = new VirtualClock(start);
    const sleepers = Array.from({ length: 50_000 }, (_, index) => {
      const cancel = new AbortController();
      const ms = 1_000 + ((index * 7_919) % 100_000);
      return { cancel, slept: clock.sleep(ms, cancel.signal).catch(() => undefined) };
    });
    await clock.runUntil(clock.sleep(500));
    for (const { cancel } of sleepers) cancel.abort();
    await Promise.all(sleepers.map(({ slept }) => slept));
    await clock.runUntil(clock.sleep(5));
    expect(clock.now() - start).toBe(505);
  }, 20_000);
});
