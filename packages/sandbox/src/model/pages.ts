import { ApiError } from './api-error.js';

export interface NamedPage<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

/**
 * One page of things that have names, in the order of these; a page goes on after the last name of the one before.
 *
 * @throws ApiError of that code for a token of another form
 */
export const pageByName = <T>(
  things: ReadonlyMap<string, T>,
  limit: number,
  token: string | undefined,
  badToken: string,
): NamedPage<T> => {
  const after = token === undefined ? undefined : readToken(token, badToken);
  const names = [...things.keys()].sort().filter((name) => after === undefined || name > after);
  const page = names.slice(0, limit);
  return {
    items: page.map((name) => things.get(name)!),
    nextToken: page.length < names.length ? writeToken(page.at(-1)!) : undefined,
  };
};

const writeToken = (name: string): string => Buffer.from(JSON.stringify({ name })).toString('base64url');

const readToken = (token: string, code: string): string => {
  const text = Buffer.from(token, 'base64url').toString();
  const name = /^\{"name":("(?:[^"\\]|\\.)*")\}$/.exec(text)?.[1];
  if (name === undefined) throw new ApiError(code, `The token '${token}' is not valid.`);
  return JSON.parse(name) as string;
};
