import { describe, expect, it } from 'vitest';
import { matchesGlob } from './glob.js';

describe('a pattern of methods', () => {
  it.each([
    ['*.*', 'ImageUnpacker.GetStatus', true],
    ['*', 'A.b', true],
    ['A.?', 'A.b', true],
    ['A.?', 'A.bc', false],
    ['A.[a-c]', 'A.b', true],
    ['A.[^a-c]', 'A.b', false],
    ['A.[^a-c]', 'A.d', true],
    ['A.[-x]', 'A.-', true],
    ['A.\\*', 'A.*', true],
    ['A.\\*', 'A.b', false],
    ['A.b', 'Axb', false],
    ['A.(b)', 'A.(b)', true],
    ['*', 'A/b', false],
    ['a.b', 'A.b', false],
    ['A.[', 'A.[', false],
    ['A.[z-a]', 'A.b', false],
    ['A.\\', 'A.\\', false],
  ])('%s fits %s: %s', (pattern, text, fits) => {
    expect(matchesGlob(pattern, text)).toBe(fits);
  });
});
