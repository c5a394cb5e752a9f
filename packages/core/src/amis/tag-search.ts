import type { Tags } from '../cloud/tags.js';

/** Which AMIs are meant, by their tags; compared here, letter by letter. */
export interface TagSearch {
  /** Only AMIs with all of these tags; an empty value stands for any. @default all of the targets' own */
  readonly searchTags?: Tags | undefined;
  /** Not those with all of these tags. @default none is left out */
  readonly excludeSearchTags?: Tags | undefined;
  /** Lets `*` in values stand for any characters and `?` for one; a backslash makes the next one plain. @default false */
  readonly glob?: boolean | undefined;
}

/** The test that a search amounts to. */
export const tagSearch = ({
  searchTags = {},
  excludeSearchTags = {},
  glob = false,
}: TagSearch): ((tags: Tags) => boolean) => {
  const isFound = hasTags(searchTags, glob);
  const isExcluded = hasTags(excludeSearchTags, glob);
  const excludesNone = Object.keys(excludeSearchTags).length === 0;
  return (tags) => isFound(tags) && (excludesNone || !isExcluded(tags));
};

/** Filters for EC2 that leave out what cannot be meant; values are compared by the test alone. */
export const searchFilters = ({ searchTags = {} }: TagSearch): { Name: string; Values: string[] }[] =>
  Object.keys(searchTags).map((key) => ({ Name: `tag:${key}`, Values: ['*'] }));

const hasTags = (wanted: Tags, glob: boolean): ((tags: Tags) => boolean) => {
  const tests = Object.entries(wanted).map(([key, value]) => [key, valueTest(value, glob)] as const);
  return (tags) => tests.every(([key, fits]) => Object.hasOwn(tags, key) && fits(tags[key] ?? ''));
};

const valueTest = (wanted: string, glob: boolean): ((value: string) => boolean) => {
  if (wanted === '') return () => true;
  if (!glob) return (value) => value === wanted;
  const source = wanted.replace(/\\([\s\S])|([\s\S])/gu, (_, escaped?: string, plain = '') =>
    escaped === undefined ? (wildcards[plain] ?? literal(plain)) : literal(escaped),
  );
  const expression = new RegExp(`^${source}$`, 'u');
  return (value) => expression.test(value);
};

const wildcards: Readonly<Record<string, string>> = { '*': '[\\s\\S]*', '?': '[\\s\\S]' };

const literal = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&');
