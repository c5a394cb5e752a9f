import { describe, expect, it } from 'vitest';
import { counted, formatBytes, formatDuration, formatTime, withoutPlace } from './amounts.js';

describe('quantities', () => {
  it.each([
    [0, '0 B'],
    [1, '1 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1_468_006, '1.4 MiB'],
    [2 ** 40, '1.0 TiB'],
    [2 ** 50, '1024.0 TiB'],
  ])('show %d bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [0, '0 ms'],
    [411.6, '412 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [3_210, '3.2 s'],
    [59_940, '59.9 s'],
    [59_960, '1 m 00 s'],
    [125_000, '2 m 05 s'],
    [3_599_600, '60 m 00 s'],
  ])('show %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('count things', () => {
    expect([0, 1, 6].map((count) => counted(count, 'target'))).toEqual([
      '0 targets',
      '1 target',
      '6 targets',
    ]);
  });

  it('show a time without fraction', () => {
    expect(formatTime('2026-11-22T15:06:01.747Z')).toBe('2026-11-22 15:06:01');
  });
});

describe('a message beside its target', () => {
  it('does not name it again', () => {
    expect(withoutPlace('dev,us-east-1: no answer', 'dev,us-east-1')).toBe('no answer');
  });

  it('names another', () => {
    expect(withoutPlace('dev,us-east-1: no answer', 'dev,us-east-2')).toBe('dev,us-east-1: no answer');
  });
});
