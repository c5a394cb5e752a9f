import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { matchesPattern, parseTargetSelectors } from './selector.js';

describe('a target list', () => {
  it.each([
    ['', []],
    ['prod,us-east-1', [{ account: 'prod', region: 'us-east-1' }]],
    ['prod,', [{ account: 'prod', region: '*' }]],
    ['prod,*', [{ account: 'prod', region: '*' }]],
    [',us-east-1', [{ account: '*', region: 'us-east-1' }]],
    [',', [{ account: '*', region: '*' }]],
    [
      'prod,us-east-1;dev,*;',
      [
        { account: 'prod', region: 'us-east-1' },
        { account: 'dev', region: '*' },
      ],
    ],
    ['dev,us-gov-*', [{ account: 'dev', region: 'us-gov-*' }]],
  ])('reads %j', async (text, selectors) => {
    expect(await parseTargetSelectors(text)).toEqual(selectors);
  });

  it.each(['prod', 'a,b,c', 'prod,us-east-1;;dev,*', 'a b,us-east-1'])(
    'refuses %j and says how it is written',
    async (text) => {
      await expect(parseTargetSelectors(text)).rejects.toMatchObject({
        code: 'TARGET_MALFORMED',
        message: expect.stringMatching(/malformed target: ".*"; write account,region;account,region/),
      });
    },
  );

  it('[W9] is read from a file, where # begins a comment', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'targets-'));
    const file = join(directory, 'list');
    await writeFile(file, '# production\nprod,us-east-1\n\ndev,* # all of it\na,b;c,d\n');
    expect(await parseTargetSelectors(`@${file}`)).toEqual([
      { account: 'prod', region: 'us-east-1' },
      { account: 'dev', region: '*' },
      { account: 'a', region: 'b' },
      { account: 'c', region: 'd' },
    ]);
    await rm(directory, { recursive: true });
  });

  it('names the file that cannot be read', async () => {
    await expect(parseTargetSelectors('@/nowhere/targets')).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      resource: '/nowhere/targets',
    });
  });
});

describe('a pattern', () => {
  it('[W9] takes dots and brackets for what they are', () => {
    expect(matchesPattern('a.b[1]', 'a.b[1]')).toBe(true);
    expect(matchesPattern('a.b', 'axb')).toBe(false);
  });
});
