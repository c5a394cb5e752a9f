import { describe, expect, it } from 'vitest';
import { parseDuration, parseSize, parseWholeNumber } from './quantities.js';

describe('a duration', () => {
  it.each([
    ['250ms', 250],
    ['90s', 90_000],
    ['1.5m', 90_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
    ['0s', 0],
  ])('of %s is %d ms', (text, ms) => {
    expect(parseDuration('expires-in', text)).toBe(ms);
  });

  it.each(['', '90', 's', '1h 30m', '-1s', '1w', '1e3s', '10sx', '1.s'])('is not %j', (text) => {
    expect(() => parseDuration('expires-in', text)).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: `expected \`expires-in\` to be a duration such as 90s, 1h30m or 2d, got ${JSON.stringify(text)}`,
      }),
    );
  });
});

describe('a size', () => {
  it.each([
    ['268435456', 268_435_456],
    ['12B', 12],
    ['512MiB', 536_870_912],
    ['1.5GiB', 1_610_612_736],
    ['2TiB', 2_199_023_255_552],
  ])('of %s is %d bytes', (text, bytes) => {
    expect(parseSize('min-free', text)).toBe(bytes);
  });

  it.each(['', '2GB', '2G', 'GiB', '-1', '1 GiB', '0x10'])('is not %j', (text) => {
    expect(() => parseSize('min-free', text)).toThrow(/expected `min-free` to be a size such as 512MiB/);
  });
});

describe('a whole number', () => {
  it('is read as decimal', () => {
    expect(parseWholeNumber('iops', '03000')).toBe(3_000);
  });

  it.each(['', '-1', '1.5', '1e3', '0x10', 'ten', ' 1'])('is not %j', (text) => {
    expect(() => parseWholeNumber('iops', text)).toThrow(
      /expected `iops` to be a whole number of at least 0/,
    );
  });

  it('is not below its minimum', () => {
    expect(parseWholeNumber('concurrency', '1', 1)).toBe(1);
    expect(() => parseWholeNumber('concurrency', '0', 1)).toThrow(/at least 1, got "0"/);
  });
});
