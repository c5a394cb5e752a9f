import { describe, expect, it } from 'vitest';
import { bytesText, durationText } from './parts.js';

describe('figures for people', () => {
  it.each([
    [0, '0 B'],
    [1_023, '1023 B'],
    [1_536, '1.5 KiB'],
    [300 * 1024 ** 2, '300 MiB'],
    [5 * 1024 ** 5, '5120 TiB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });

  it.each([
    [0, '0 s'],
    [65_000, '1 min 5 s'],
    [60_000, '1 min'],
    [90_000_000, '1 d 1 h'],
    [86_405_000, '1 d'],
  ])('%d ms are %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});
