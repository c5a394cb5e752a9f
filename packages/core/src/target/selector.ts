import { readFile } from 'node:fs/promises';
import { AmiPublisherError } from '@ami-publisher/base';

/**
 * One `account,region` of a target list. Both may hold `*` for any run of characters; an empty one is `*`.
 */
export interface TargetSelector {
  readonly account: string;
  readonly region: string;
}

/**
 * Parses `account,region;account,region`. Empty means everything; `@FILE` reads the list from a file, one or more pairs a line, `#` begins
 * a comment. A trailing `;` is allowed.
 *
 * @throws `TARGET_MALFORMED`, `INVALID_OPTION` when the file cannot be read.
 */
export const parseTargetSelectors = async (text: string): Promise<readonly TargetSelector[]> =>
  text.startsWith('@') ? fromFile(text.slice(1)) : fromText(text);

const fromText = (text: string): TargetSelector[] =>
  text
    .replace(/;\s*$/, '')
    .split(';')
    .filter((pair, _index, all) => all.length > 1 || pair.trim() !== '')
    .map(parsePair);

const fromFile = async (path: string): Promise<TargetSelector[]> => {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new AmiPublisherError('INVALID_OPTION', {
      message: `cannot read the target list ${path}: ${(cause as Error).message}`,
      resource: path,
      remedy: 'name a readable file after the @',
      cause,
    });
  }
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
    .flatMap(fromText);
};

const parsePair = (pair: string): TargetSelector => {
  const parts = pair.split(',').map((part) => part.trim());
  const [account, region] = parts;
  if (parts.length !== 2 || account === undefined || region === undefined || /\s/.test(account + region)) {
    throw new AmiPublisherError('TARGET_MALFORMED', {
      message: `malformed target: ${JSON.stringify(pair)}`,
      remedy: 'write account,region;account,region (either may be * or empty for all)',
    });
  }
  return { account: account || '*', region: region || '*' };
};

/** Whether `name` fits a pattern in which `*` stands for any run of characters. */
export const matchesPattern = (pattern: string, name: string): boolean =>
  new RegExp(`^${pattern.split('*').map(escapeRegExp).join('.*')}$`).test(name);

const escapeRegExp = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');

/** A pattern that names exactly one thing. */
export const isExact = (pattern: string): boolean => !pattern.includes('*');
