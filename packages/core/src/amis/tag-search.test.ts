import { describe, expect, it } from 'vitest';
import { tagSearch } from './tag-search.js';

const tags = { team: 'web', release: 'v1.2', note: 'a*b' };

describe('a search by tags', () => {
  it.each([
    [{}, true],
    [{ searchTags: { team: 'web' } }, true],
    [{ searchTags: { team: 'web', release: 'v2' } }, false],
    [{ searchTags: { team: '' } }, true],
    [{ searchTags: { owner: '' } }, false],
    [{ searchTags: { toString: '' } }, false],
    [{ excludeSearchTags: { team: 'web' } }, false],
    [{ excludeSearchTags: { team: 'web', release: 'v2' } }, true],
    [{ searchTags: { team: 'w*' }, glob: true }, true],
    [{ searchTags: { release: 'v1?2' }, glob: true }, true],
    [{ searchTags: { release: 'v1.2.' }, glob: true }, false],
    [{ searchTags: { note: 'a\\*b' }, glob: true }, true],
    [{ searchTags: { team: 'w\\*' }, glob: true }, false],
  ])('by %o is answered with %s', (search, expected) => {
    expect(tagSearch(search)(tags)).toBe(expected);
  });

  it('[W18] takes wildcards for plain characters unless asked', () => {
    expect(tagSearch({ searchTags: { team: 'w*' } })(tags)).toBe(false);
    expect(tagSearch({ searchTags: { note: 'a*b' } })(tags)).toBe(true);
    expect(tagSearch({ excludeSearchTags: { team: '*' } })(tags)).toBe(true);
  });
});
