import { under } from '../definition.js';

/** Of every command that looks for AMIs by their tags. */
export const searchOptions = under('Which AMIs', [
  {
    flags: '--search-tag <tag>',
    summary: 'only AMIs with this tag: key=value, or key= for any value',
    repeatable: true,
  },
  { flags: '--search-tags <list>', summary: 'the same: key=value,key=value or @file (JSON object)' },
  {
    flags: '--exclude-search-tag <tag>',
    summary: 'not AMIs with all of these tags',
    repeatable: true,
  },
  { flags: '--exclude-search-tags <list>', summary: 'the same: key=value,key=value or @file' },
  { flags: '--glob', summary: "let '*' and '?' in values stand for other characters" },
]);
