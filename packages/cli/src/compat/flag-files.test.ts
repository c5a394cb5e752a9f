import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFlagFiles } from './flag-files.js';
import { oldFlags } from './flags.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ami-publisher-flag-files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = async (...files: readonly (readonly [string, string])[]) => {
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  return Object.fromEntries(await readFlagFiles(folder, oldFlags));
};

describe('flag files', () => {
  it('may be missing', async () => {
    expect(await read()).toEqual({});
    expect(await readFlagFiles('/dev/null', oldFlags)).toEqual(new Map());
  });

  it('[W78] give any flag, the one that keeps times from the log included; the later file wins', async () => {
    const lines = '# first\n; second\n\n  amiName = x \ntargets=prod,us-east-1;dev,*\nlogDatestamps=false\n';
    expect(
      await read(
        ['flags.default', lines.replace('amiName = x', 'amiName=a=b')],
        ['flags.extra', 'expiresIn=0'],
      ),
    ).toEqual({ amiName: 'a=b', targets: 'prod,us-east-1;dev,*', logDatestamps: false, expiresIn: 0 });
    expect(await read(['flags.extra', 'amiName=c\n'])).toMatchObject({ amiName: 'c' });
  });

  it.each([
    ['amiName', 'bad line: amiName'],
    ['ami name=x', 'bad line: ami name=x'],
    ['colour=red', 'no such flag -colour'],
    ['expiresIn=1d', 'invalid value "1d" for flag -expiresIn: parse error'],
  ])('with the line %j are refused, by name', async (line, message) => {
    await expect(read(['flags.default', line])).rejects.toThrow(
      `${join(folder, 'flags.default')}: ${message}`,
    );
  });
});
