import { expect, test } from 'vitest';
import { compareDebianVersions } from './debian-version.js';

test.each([
  ['1.0', '1.1'],
  ['1.9', '1.10'],
  ['1.0~rc1', '1.0'],
  ['1.0', '1.0a'],
  ['1.0a', '1.0+b'],
  ['9.9', '1:0.1'],
  ['3.0.2-0ubuntu1.9', '3.0.2-0ubuntu1.10'],
  ['3.0.17-1~deb12u1', '3.0.17-1'],
  ['1.0', '1.0-1'],
])('Version %s is older than %s', (older, newer) => {
  expect(compareDebianVersions(older, newer)).toBeLessThan(0);
  expect(compareDebianVersions(newer, older)).toBeGreaterThan(0);
  expect(compareDebianVersions(older, older)).toBe(0);
});
