import { expect, test } from 'vitest';
import { VirtualClock } from './clock.js';
import { Deadlines } from './deadlines.js';

test('Deadlines run out at their own time, whatever their lengths, and not once they are called off', async () => {
  const clock = new VirtualClock(0);
  const deadlines = new Deadlines(clock);
  const missed: [name: string, at: number][] = [];
  const set = (name: string, ms: number) => deadlines.set(ms, () => missed.push([name, clock.now()]));
  set('first', 100);
  const callOff = set('called off', 100);
  await clock.advance(30);
  set('second', 100);
  set('shorter', 20);
  callOff();
  await clock.advance(1_000);
  set('after a pause', 100);
  await clock.advance(1_000);
  expect(missed).toEqual([
    ['shorter', 50],
    ['first', 100],
    ['second', 130],
    ['after a pause', 1_130],
  ]);
});

test('Deadlines that are all called off leave nothing asleep', async () => {
  const clock = new VirtualClock(0);
  const deadlines = new Deadlines(clock);
  let missed = 0;
  const callOffs = [1_000, 1_000, 2_000].map((ms) => deadlines.set(ms, () => missed++));
  for (const callOff of callOffs) callOff();
  await expect(clock.runUntil(new Promise(() => {}))).rejects.toThrow('nothing sleeps');
  expect(missed).toBe(0);
});
