import { describe, expect, it } from 'vitest';
import { formatImageName, parseImageName, parseLeafName, parseStreamName } from './names.js';

describe('image names', () => {
  it.each(['base/debian-12/2026-01-31', 'a/b', 'base/Debian-12/2024-05-01:10:11:12', 'a/b+c@d~e=f_g.h'])(
    'splits %s at the last slash and puts it together again',
    (text) => {
      const name = parseImageName(text);

      expect(formatImageName(name)).toBe(text);
      expect(name.leaf).not.toContain('/');
    },
  );

  it.each([
    ['', 'must have the form STREAM/LEAF'],
    ['leaf', 'must have the form STREAM/LEAF'],
    ['/leaf', 'stream name "" must not have empty components'],
    ['a//b', 'must not have empty components'],
    ['a/', 'leaf name "" must not have empty components'],
    ['a/../b', 'must not have `.` or `..` as a component'],
    ['a/.', 'must not have `.` or `..` as a component'],
    ['a/b c', 'may have letters, digits and'],
    ['a/$(b)', 'may have letters, digits and'],
    ['ä/b', 'may have letters, digits and'],
    ['a\n/b', 'may have letters, digits and'],
    ['-rf/b', 'must not begin a component with - or ~'],
    ['a/~root', 'must not begin a component with - or ~'],
  ])('refuses %j, naming the rule', (text, rule) => {
    expect(() => parseImageName(text)).toThrow(
      expect.objectContaining({ code: 'INVALID_NAME', message: expect.stringContaining(rule) }),
    );
  });

  it('takes streams of up to 200 bytes and leaves of up to 128', () => {
    expect(parseStreamName('s'.repeat(200))).toHaveLength(200);
    expect(parseLeafName('l'.repeat(128))).toHaveLength(128);
    expect(() => parseStreamName('s'.repeat(201))).toThrow('is longer than 200 bytes');
    expect(() => parseLeafName('l'.repeat(129))).toThrow('is longer than 128 bytes');
  });
});
