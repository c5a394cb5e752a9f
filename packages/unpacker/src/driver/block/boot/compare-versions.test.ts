import { describe, expect, test } from 'vitest';
import { compareVersions } from './compare-versions.js';

/** Oldest first; the order that `dpkg --compare-versions` and `sort --version-sort` give. */
const ordered = [
  '0-rescue-0123456789abcdef',
  '5.10.0-9-amd64',
  '5.10.0-28-amd64',
  '6.1.0~rc3-cloud-amd64',
  '6.1.0-9-cloud-amd64',
  '6.1.0-50-cloud-amd64',
  '6.1.10-1-cloud-amd64',
  '6.12.0',
];

describe('versions of kernels', () => {
  test('[U30] are ordered as dpkg orders them, whatever order they come in', () => {
    expect([...ordered].reverse().sort(compareVersions)).toEqual(ordered);
    expect([...ordered].sort().sort(compareVersions)).toEqual(ordered);
  });

  test('leading zeros and the length of a number do not count, only its value', () => {
    expect(compareVersions('6.01', '6.1')).toBe(0);
    expect(compareVersions('1.99999999999999999999', '1.100000000000000000000')).toBeLessThan(0);
  });

  test('a version is as old as itself', () => {
    for (const version of ordered) expect(compareVersions(version, version)).toBe(0);
  });
});
