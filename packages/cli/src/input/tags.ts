import { readFile } from 'node:fs/promises';
import { AmiPublisherError, parsePair } from '@ami-publisher/base';
import * as z from 'zod';

type Tags = Record<string, string>;

/** What `--tags` and `--tag` of a command say. @throws `INVALID_OPTION` */
export const tagsOf = ({ tags, tag }: Readonly<Record<string, unknown>>): Promise<Tags> =>
  parseTags(typeof tags === 'string' ? tags : undefined, (tag as string[] | undefined) ?? []);

/**
 * Tags from `--tags` (`k=v,k=v` or `@file`) and any number of `--tag k=v`, whose value may hold `,` and `=`; later ones win.
 *
 * @throws `INVALID_OPTION`
 */
export const parseTags = async (list: string | undefined, single: readonly string[]): Promise<Tags> => ({
  ...(list === undefined ? {} : list.startsWith('@') ? await tagsOfFile(list.slice(1)) : tagsOfList(list)),
  ...Object.fromEntries(single.map((text) => parsePair('tag', text))),
});

const tagsOfList = (list: string): Tags =>
  Object.fromEntries(
    list
      .split(',')
      .filter((item) => item !== '')
      .map((item) => parsePair('tags', item)),
  );

const tagsOfFile = async (file: string): Promise<Tags> => {
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new AmiPublisherError('INVALID_OPTION', {
      message: `cannot read tags from ${file}: ${(cause as Error).message}`,
      resource: file,
      remedy: 'the file must hold a JSON object of text to text',
      cause,
    });
  }
};
