import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HelpWanted, parseGoFlags, UsageFault } from './go-flags.js';
import { type GoKind, kinds } from './go-values.js';

const folder = mkdtempSync(join(tmpdir(), 'ami-publisher-go-flags-'));
afterAll(() => rmSync(folder, { recursive: true }));

const flags = Object.entries(kinds).map(([name, kind]: [string, GoKind]) => ({ name, kind }));
const read = async (...words: string[]) => {
  const { values, rest } = await parseGoFlags(words, flags);
  return { values: Object.fromEntries(values), rest };
};
const parsed = async (name: string, text: string) => (await read(`-${name}=${text}`)).values[name];

describe('flags in the syntax of Go', () => {
  it.each([
    [['-text=a=b'], { text: 'a=b' }],
    [['-text', 'a'], { text: 'a' }],
    [['--text=a'], { text: 'a' }],
    [['--text', '-boolean'], { text: '-boolean' }],
    [['-boolean'], { boolean: true }],
    [['-boolean=false'], { boolean: false }],
    [['-text=', '-count=0x10'], { text: '', count: 16 }],
  ])('are read from %j', async (words, values) => {
    expect(await read(...words, 'word')).toEqual({ values, rest: ['word'] });
  });

  it('end at the first word, and at --', async () => {
    expect(await read('-boolean', 'publish', '-text=x')).toEqual({
      values: { boolean: true },
      rest: ['publish', '-text=x'],
    });
    expect(await read('--', '-text=x')).toEqual({ values: {}, rest: ['-text=x'] });
    expect(await read('-')).toEqual({ values: {}, rest: ['-'] });
  });

  it('replace what was given before, and do not take the next word for a boolean', async () => {
    expect(await read('-text=a', '-text=b', '-boolean', 'false')).toEqual({
      values: { text: 'b', boolean: true },
      rest: ['false'],
    });
  });

  it.each([
    [['-colour=red'], 'flag provided but not defined: -colour'],
    [['-text'], 'flag needs an argument: -text'],
    [['---text=a'], 'bad flag syntax: ---text=a'],
    [['-=a'], 'bad flag syntax: -=a'],
    [['-boolean=yes'], 'invalid boolean value "yes" for -boolean: parse error'],
    [['-count=-1'], 'invalid value "-1" for flag -count: parse error'],
    [['-duration=1d'], 'invalid value "1d" for flag -duration: parse error'],
    [['-targets=prod'], 'invalid value "prod" for flag -targets: malformed target: "prod"'],
    [['-tags=a=b=c'], 'invalid value "a=b=c" for flag -tags: malformed tag: "a=b=c"'],
  ])('are refused in %j, in the words of Go', async (words, message) => {
    const refused = read(...words);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toBeInstanceOf(UsageFault);
  });

  it.each(['-h', '--help'])('ask for help with %s', async (word) => {
    await expect(read(word)).rejects.toBeInstanceOf(HelpWanted);
  });
});

describe('a value', () => {
  it.each([
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['0', 0],
    ['-1.5h', -5_400_000],
    ['.5s', 500],
    ['2us', 0.002],
  ])('that is the duration %s has %d ms', async (text, ms) => {
    expect(await parsed('duration', text)).toBeCloseTo(ms, 6);
  });

  it.each(['', '5', 's', '1h 2m', '1e3s'])('that is the duration %j is none', async (text) => {
    await expect(parsed('duration', text)).rejects.toThrow('parse error');
  });

  it.each(['prod,us-east-1', 'prod,', ',us-east-1', ',', '*,*;dev,', ''])(
    'may be the target list %j',
    async (text) => {
      expect(await parsed('targets', text)).toBe(text);
    },
  );

  it.each(['prod', 'a,b,c', 'prod,us-east-1;'])('cannot be the target list %j', async (text) => {
    await expect(parsed('targets', text)).rejects.toThrow('malformed target');
  });

  it('may be tags, from files as well, of which the later win', async () => {
    const file = join(folder, 'tags.json');
    writeFileSync(file, '# a comment\n// another\n{"b": "from,file", "c": "3"}\n');
    expect(await parsed('tags', `a=1,b=,@${file},c=4`)).toEqual({ a: '1', b: 'from,file', c: '4' });
    expect(await parsed('tags', '')).toEqual({});
  });

  it.each([
    ['[1]', 'holds no JSON object of text to text'],
    ['{"a": 1}', 'holds no JSON object of text to text'],
    ['{', 'JSON'],
  ])('cannot be tags from a file with %j', async (text, message) => {
    const file = join(folder, 'bad.json');
    writeFileSync(file, text);
    await expect(parsed('tags', `@${file}`)).rejects.toThrow(message);
  });
});
