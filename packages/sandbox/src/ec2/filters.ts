import type { Filter } from '@aws-sdk/client-ec2';
import { ApiError, required } from '../model/api-error.js';
import type { Resource } from '../model/table.js';

/** What a filter compares: one value, several of which any may match, or nothing. */
export type FilterValue = string | number | boolean | Date | undefined | readonly string[];

/** The filters of one Describe action, by name. */
export type FilterTable<R> = Readonly<Record<string, (record: R) => FilterValue>>;

/** AWS's limit: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html */
const maxFilterValues = 200;

/**
 * Turns a filter value of EC2 into a test: `*` stands for any characters, `?` for one, a backslash takes the next character as it is.
 * Case counts.
 */
export const wildcard = (pattern: string): ((text: string) => boolean) => {
  const source = pattern.replace(/\\([\s\S])|([\s\S])/gu, (_, escaped: string | undefined, plain: string) => {
    if (escaped !== undefined) return literal(escaped);
    return wildcards[plain] ?? literal(plain);
  });
  const expression = new RegExp(`^${source}$`, 'u');
  return (text) => expression.test(text);
};

const wildcards: Readonly<Record<string, string>> = { '*': '[\\s\\S]*', '?': '[\\s\\S]' };

const literal = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&');

/**
 * The test that a list of filters amounts to: every filter has to match, by any of its values.
 *
 * @throws `InvalidParameterValue` for a filter that the action lacks, `FilterLimitExceeded` for too many values.
 */
export const compileFilters = <R extends Resource>(
  table: FilterTable<R>,
  filters: readonly Filter[] = [],
): ((record: R) => boolean) => {
  const values = filters.reduce((count, { Values }) => count + (Values?.length ?? 0), 0);
  if (values > maxFilterValues) {
    throw new ApiError(
      'FilterLimitExceeded',
      `The maximum length for a filter value list is ${maxFilterValues}`,
    );
  }
  const tests = filters.map((filter) => compileFilter(table, filter));
  return (record) => tests.every((test) => test(record));
};

const compileFilter = <R extends Resource>(
  table: FilterTable<R>,
  filter: Filter,
): ((record: R) => boolean) => {
  const name = required(filter.Name, 'filter name');
  const read = readerOf(table, name);
  const matches = anyOf(filter.Values ?? []);
  return (record) => texts(read(record)).some(matches);
};

/** A text that is compared as it is, which most are, is looked up: 200 patterns for each of 10,000 records would take a second. */
const anyOf = (values: readonly string[]): ((text: string) => boolean) => {
  const plain = new Set(values.filter((value) => !/[*?\\]/.test(value)));
  const patterns = values.filter((value) => !plain.has(value)).map(wildcard);
  return (text) => plain.has(text) || patterns.some((pattern) => pattern(text));
};

const readerOf = <R extends Resource>(table: FilterTable<R>, name: string): ((record: R) => FilterValue) => {
  if (name.startsWith('tag:')) return ({ tags }) => tags.get(name.slice('tag:'.length));
  if (name === 'tag-key') return ({ tags }) => [...tags.keys()];
  const read = Object.hasOwn(table, name) ? table[name] : undefined;
  if (read === undefined) throw new ApiError('InvalidParameterValue', `The filter '${name}' is invalid`);
  return read;
};

const texts = (value: FilterValue): readonly string[] => {
  if (value === undefined) return [];
  if (value instanceof Date) return [value.toISOString()];
  return typeof value === 'object' ? value : [String(value)];
};
