import { createHash } from 'node:crypto';
import type { Filter } from '@aws-sdk/client-ec2';
import { ApiError, invalidCombination, invalidParameter } from '../model/api-error.js';
import { checkId, notFound, type ResourceKind } from '../model/ids.js';
import type { Listed, Resource } from '../model/table.js';
import type { Lag } from '../visibility/lag.js';
import { compileFilters, type FilterTable } from './filters.js';

/** What the Describe actions have in common. */
export interface DescribeRequest {
  readonly ids: readonly string[] | undefined;
  readonly filters: readonly Filter[] | undefined;
  readonly maxResults: number | undefined;
  readonly nextToken: string | undefined;
  readonly lag: Lag;
}

/** What a Describe action looks at: a table, or more than one. */
export interface Listing<R extends Resource> {
  get(id: string): R | undefined;
  listAfter(sequence: number, lag: Lag): readonly Listed<R>[];
}

/** How one Describe action differs from the others. */
export interface DescribeRules<R extends Resource> {
  readonly kind: ResourceKind;
  readonly filters: FilterTable<R>;
  /** Smallest `MaxResults` that AWS takes; the largest is 1000 for all. */
  readonly minResults: number;
  /** @default the kind's NotFound */
  readonly absent?: (id: string) => ApiError;
}

export interface Page<R> {
  readonly records: readonly R[];
  readonly nextToken: string | undefined;
}

const maxResults = 1000;

/**
 * Answers a Describe action: the records asked for by id or filter, one page of them if `MaxResults` is given. What is too new to be seen is
 * left out, unless it is asked for by id.
 *
 * @throws the kind's NotFound for an id that does not exist, `InvalidNextToken` for a token that is not of the same request.
 */
export const describeRecords = <R extends Resource>(
  table: Listing<R>,
  rules: DescribeRules<R>,
  request: DescribeRequest,
  visible: (record: R) => boolean = () => true,
): Page<R> => {
  checkLimits(rules, request);
  const ids = checkIds(table, rules, request.ids);
  const matches = compileFilters(rules.filters, request.filters);
  const query = digest([rules.kind, request.ids, request.filters]);
  const rows = table
    .listAfter(
      readToken(request.nextToken, query),
      ids === undefined ? request.lag : { ...request.lag, listMs: 0 },
    )
    .filter(({ record }) => (ids === undefined || ids.has(record.id)) && matches(record) && visible(record));
  const page = rows.slice(0, request.maxResults ?? rows.length);
  const last = page.at(-1);
  const more = last !== undefined && page.length < rows.length;
  return {
    records: page.map(({ record }) => record),
    nextToken: more ? writeToken(last.sequence, query) : undefined,
  };
};

const checkLimits = <R extends Resource>(
  rules: DescribeRules<R>,
  { maxResults: limit, ids }: DescribeRequest,
): void => {
  if (limit === undefined) return;
  if (ids !== undefined && ids.length > 0) {
    throw invalidCombination(`The parameter ${rules.kind}IdSet cannot be used with the parameter maxResults`);
  }
  if (limit < rules.minResults || limit > maxResults) {
    throw invalidParameter(
      'maxResults',
      limit,
      `Expecting a value between ${rules.minResults} and ${maxResults}.`,
    );
  }
};

const checkIds = <R extends Resource>(
  table: Listing<R>,
  rules: DescribeRules<R>,
  ids: readonly string[] | undefined,
): ReadonlySet<string> | undefined => {
  if (ids === undefined || ids.length === 0) return undefined;
  for (const id of ids) {
    checkId(rules.kind, id);
    if (table.get(id) === undefined) throw rules.absent?.(id) ?? notFound(rules.kind, id);
  }
  return new Set(ids);
};

const digest = (query: unknown): string =>
  createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 16);

const writeToken = (sequence: number, query: string): string =>
  Buffer.from(JSON.stringify([sequence, query])).toString('base64url');

const readToken = (token: string | undefined, query: string): number => {
  if (token === undefined) return 0;
  const [sequence, tokenQuery] = parseToken(token);
  if (tokenQuery !== query || typeof sequence !== 'number') throw invalidToken(token);
  return sequence;
};

const parseToken = (token: string): readonly unknown[] => {
  const text = Buffer.from(token, 'base64url').toString();
  if (!/^\[\d+,"[\w-]+"\]$/.test(text)) throw invalidToken(token);
  return JSON.parse(text) as readonly unknown[];
};

const invalidToken = (token: string): ApiError =>
  new ApiError('InvalidNextToken', `The specified NextToken '${token}' is not valid.`);
