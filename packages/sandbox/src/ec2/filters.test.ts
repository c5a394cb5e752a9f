import { describe, expect, test } from 'vitest';
import { compileFilters, wildcard } from './filters.js';

describe('A filter value', () => {
  test.each([
    ['base/*', 'base/debian-12', true],
    ['base/*', 'base/', true],
    ['*', '', true],
    ['*', 'two\nlines', true],
    ['web-?', 'web-1', true],
    ['web-?', 'web-', false],
    ['web-?', 'web-10', false],
    ['web', 'web-1', false],
    ['Web', 'web', false],
    ['a.c', 'abc', false],
    ['(1|2)[x]{2}^$+', '(1|2)[x]{2}^$+', true],
    ['100\\*', '100*', true],
    ['100\\*', '1000', false],
    ['what\\?', 'what?', true],
    ['what\\?', 'whats', false],
    ['C:\\\\*', 'C:\\windows', true],
    ['ends-with-\\', 'ends-with-\\', true],
    ['?', '😀', true],
  ])('%j against %j: %s', (pattern, text, matches) => {
    expect(wildcard(pattern)(text)).toBe(matches);
  });
});

describe('Filters', () => {
  const record = {
    id: 'r-1',
    tags: new Map([['Name', 'one']]),
    sizes: ['4', '8'],
    made: new Date(0),
    absent: undefined,
  };
  const table = {
    absent: () => record.absent,
    made: () => record.made,
    size: () => record.sizes,
  };
  const matches = (Name: string, ...Values: string[]) => compileFilters(table, [{ Name, Values }])(record);

  test('A filter over several values matches if one of them does', () => {
    expect(matches('size', '8')).toBe(true);
    expect(matches('size', '9')).toBe(false);
  });

  test('An absent attribute matches nothing, not even a lone wildcard', () => {
    expect(matches('absent', '*')).toBe(false);
    expect(matches('tag:Owner', '*')).toBe(false);
  });

  test('A date is compared in the form in which it is shown', () => {
    expect(matches('made', '1970-01-01T*')).toBe(true);
  });

  test('A filter without values matches nothing', () => {
    expect(matches('size')).toBe(false);
  });

  test('Names that every object has are no filters', () => {
    expect(() => matches('toString', 'x')).toThrow("The filter 'toString' is invalid");
  });
});
