import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { commonSettings, listenSchema, tlsOf } from './common-settings.js';
import { readConfigurationFile } from './configuration-file.js';
import { resolveSettings, type SettingSources } from './resolve-settings.js';
import { type Setting, switchFromText, wholeNumberFromText } from './setting.js';

const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-settings-'));
afterAll(() => rmSync(directory, { recursive: true }));

const table = {
  listen: { flag: '--listen <host:port>', summary: 's', schema: listenSchema, default: '127.0.0.1:1' },
  waitMs: {
    flag: '--wait <ms>',
    summary: 's',
    schema: z.int('a whole number').max(9, 'at most 9'),
    fromText: wholeNumberFromText,
  },
  quiet: { flag: '--quiet', summary: 's', schema: z.boolean(), fromText: switchFromText, default: false },
  streams: { summary: 's', schema: z.record(z.string(), z.strictObject({ size: z.number() })) },
} as const satisfies Readonly<Record<string, Setting>>;

const file = (text: string): string => {
  const name = join(directory, 'file.yaml');
  writeFileSync(name, text);
  return name;
};

const resolve = (sources: Partial<SettingSources> = {}) =>
  resolveSettings(table, { program: 'a-daemon', flags: {}, environment: {}, ...sources });

const everywhere = {
  flags: { '--wait': '1' },
  environment: { A_DAEMON_WAIT: '2', A_DAEMON_QUIET: 'true' },
  text: 'waitMs: 3\nquiet: false\nlisten: "[::1]:80"\nstreams: { a: { size: 1 } }',
};

describe('settings', () => {
  it('come from flags, then the environment, then the file, then defaults', () => {
    const { flags, environment, text } = everywhere;
    const all = resolve({ flags, environment, file: file(text) });
    expect(all).toEqual({
      waitMs: 1,
      quiet: true,
      listen: { host: '::1', port: 80 },
      streams: { a: { size: 1 } },
    });
    expect(resolve({ environment, file: file(text) }).waitMs).toBe(2);
    expect(resolve({ environment: { A_DAEMON_WAIT: '' }, file: file(text) }).waitMs).toBe(3);
    expect(resolve()).toMatchObject({ waitMs: undefined, quiet: false, listen: { port: 1 } });
  });

  it.each([
    [{ flags: { '--wait': 'soon' } }, 'expected `--wait` to be a whole number, got "soon"'],
    [{ flags: { '--wait': '10' } }, 'expected `--wait` to be at most 9, got 10'],
    [{ flags: { '--wait': '' } }, 'expected `--wait` to be a whole number, got ""'],
    [{ environment: { A_DAEMON_QUIET: 'no' } }, 'expected `A_DAEMON_QUIET` to be true or false, got "no"'],
    [{ flags: { '--listen': 'h:70000' } }, 'expected `--listen` to be HOST:PORT with a port up to 65535'],
  ])('are refused by the name they were given with: %j', (sources, message) => {
    expect(() => resolve(sources)).toThrow(message);
  });

  it('that must be there are asked for by all their names', () => {
    const required = { name: { ...table.waitMs, required: true } } as const;
    const sources = { program: 'a-daemon', flags: {}, environment: {} };
    expect(() => resolveSettings(required, sources)).toThrow(
      'expected `--wait`, `A_DAEMON_WAIT` or `name` in the configuration file, got none of them',
    );
  });
});

describe('a configuration file', () => {
  it('is refused with the line and column of every fault', () => {
    const name = file('waitMs: soon\nstreams:\n  a:\n    size: 1\n    colour: red\nunknown: 1\n');
    expect(() => readConfigurationFile(name, table)).toThrow(
      `${name}:1:1: expected \`waitMs\` to be a whole number, got "soon"; ` +
        `${name}:5:5: there is no setting \`streams.a.colour\`; ${name}:6:1: there is no setting \`unknown\`;`,
    );
  });

  it.each([
    ['a: [1\nb: 2', /at line 2/],
    ['quiet: true\nquiet: false\n', /keys must be unique/],
    ['- a list\n', /expected the file to be a mapping, got \["a list"\]/],
    ['quiet: perhaps\n', /expected `quiet` to be true or false, got "perhaps"/],
  ])('of %j is refused', (text, message) => {
    expect(() => readConfigurationFile(file(text), table)).toThrow(message);
  });

  it('may be empty, but must be there', () => {
    expect(readConfigurationFile(file(''), table).values).toEqual({});
    expect(() => resolve({ file: join(directory, 'nowhere') })).toThrow(
      /cannot read the configuration file .*nowhere/,
    );
  });
});

describe('certificates', () => {
  const resolveTls = (flags: object) =>
    tlsOf(resolveSettings(commonSettings, { program: 'd', flags: { ...flags }, environment: {} }));
  const files = { '--ca': 'a', '--cert': 'b', '--key': 'c' };

  it('are three files, or none with --insecure', () => {
    expect(resolveTls(files)).toEqual({ caFile: 'a', certFile: 'b', keyFile: 'c' });
    expect(resolveTls({ '--insecure': true })).toBeUndefined();
  });

  it.each([[{}], [{ '--ca': 'a' }], [{ ...files, '--insecure': true }]])('are refused as %j', (flags) => {
    expect(() => resolveTls(flags)).toThrow(/expected .*`--ca`, `--cert` and `--key`/);
  });
});
