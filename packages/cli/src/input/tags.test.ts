import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseTags } from './tags.js';

const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-tags-'));
afterAll(() => rmSync(directory, { recursive: true }));

const fileOf = (name: string, text: string): string => {
  writeFileSync(join(directory, name), text);
  return join(directory, name);
};

describe('tags', () => {
  it('are none when nothing is given', async () => {
    expect(await parseTags(undefined, [])).toEqual({});
  });

  it('come from a list, whose values may hold = and be empty', async () => {
    expect(await parseTags('team=base,query=a=b,empty=,', [])).toEqual({
      team: 'base',
      query: 'a=b',
      empty: '',
    });
  });

  it('[W90] given one by one may hold commas and go before the list', async () => {
    expect(await parseTags('team=base,stage=test', ['team=x,y', 'note=a,b=c'])).toEqual({
      team: 'x,y',
      stage: 'test',
      note: 'a,b=c',
    });
  });

  it('come from a JSON file', async () => {
    expect(await parseTags(`@${fileOf('good.json', '{"team": "base"}')}`, [])).toEqual({ team: 'base' });
  });

  it.each(['team', '=base'])('are not %j', async (text) => {
    await expect(parseTags(undefined, [text])).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: `expected \`tag\` to be key=value, got "${text}"`,
    });
    await expect(parseTags(text, [])).rejects.toThrow('expected `tags` to be key=value');
  });

  it.each([
    ['not JSON', 'not-json', 'team=base'],
    ['a list', 'list', '["team"]'],
    ['a number as value', 'number', '{"team": 1}'],
  ])('are not taken from a file with %s', async (_what, name, text) => {
    const file = fileOf(name, text);
    await expect(parseTags(`@${file}`, [])).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      resource: file,
      remedy: 'the file must hold a JSON object of text to text',
    });
  });

  it('are not taken from a file that is not there', async () => {
    await expect(parseTags('@/nowhere/tags.json', [])).rejects.toThrow(/cannot read tags from \/nowhere/);
  });
});
