import { describe, expect, it } from 'vitest';
import { mustRemoveFirst } from './space.js';

const need = { bytes: 100, inodes: 10, reclaimableBytes: 50 };

describe('the order of an apply', () => {
  it.each([
    [{ bytes: 100, inodes: 10 }, false],
    [{ bytes: 100, inodes: undefined }, false],
    [{ bytes: 99, inodes: 10 }, true],
    [{ bytes: 50, inodes: 10 }, true],
  ])('with %j free removes first: %s', (free, expected) => {
    expect(mustRemoveFirst(need, free, 'mnt')).toBe(expected);
  });

  it.each([
    [{ bytes: 49, inodes: 10 }, 'needs 100 bytes more at mnt, and 99 can be had'],
    [{ bytes: 1_000, inodes: 9 }, 'needs 10 inodes more at mnt, and 9 can be had'],
  ])('with %j free is refused', (free, message) => {
    expect(() => mustRemoveFirst(need, free, 'mnt')).toThrow(
      expect.objectContaining({ code: 'NO_SPACE', message: expect.stringContaining(message) }),
    );
  });
});
