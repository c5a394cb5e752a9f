import { describe, expect, it } from 'vitest';
import { canonical, hashOf } from './state-records.js';

describe('the records of a cloud', () => {
  it('are the same in whatever order they were made', () => {
    const tags = (...entries: [string, string][]) => ({
      id: 'i-1',
      tags: new Map(entries),
      zones: new Set(['b', 'a']),
    });
    const one = canonical(tags(['a', '1'], ['b', '2']));
    expect(one).toBe('{"id":"i-1","tags":{"a":"1","b":"2"},"zones":["a","b"]}');
    expect(canonical(tags(['b', '2'], ['a', '1']))).toBe(one);
    expect(
      hashOf(
        new Map([
          ['x', '1'],
          ['y', '2'],
        ]),
      ),
    ).toBe(
      hashOf(
        new Map([
          ['y', '2'],
          ['x', '1'],
        ]),
      ),
    );
  });

  it('differ by a value, a name and a time', () => {
    const hash = hashOf(new Map([['x', '1']]));
    expect(hashOf(new Map([['x', '2']]))).not.toBe(hash);
    expect(hashOf(new Map([['y', '1']]))).not.toBe(hash);
    expect(canonical({ at: new Date(0) })).not.toBe(canonical({ at: new Date(1) }));
  });
});
