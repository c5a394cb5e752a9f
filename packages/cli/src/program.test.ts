import { describe, expect, it, vi } from 'vitest';
import type { CommandDefinition } from './commands/definition.js';
import { commandGroups } from './commands/index.js';
import { createProgram } from './program.js';
import { runCommandLine } from './run.js';

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

const run = async (...words: string[]): Promise<Ended> => {
  let out = '';
  let error = '';
  const code = await runCommandLine(['node', 'ami-publisher', ...words], {
    writeOut: (text) => {
      out += text;
    },
    writeErr: (text) => {
      error += text;
    },
    getOutHelpWidth: () => 80,
    getErrHelpWidth: () => 80,
  });
  return { code, out, error };
};

interface Listed {
  readonly path: readonly string[];
  readonly definition: CommandDefinition;
}

const listed = (definition: CommandDefinition, parents: readonly string[] = []): Listed[] => {
  const path = [...parents, definition.name];
  return [{ path, definition }, ...(definition.commands ?? []).flatMap((child) => listed(child, path))];
};
const all = commandGroups.flatMap(({ commands }) => commands).flatMap((command) => listed(command));
const cases = all.map(({ path, definition }) => [path.join(' '), path, definition] as const);

describe.each(cases)('the command %s', (_name, path, definition) => {
  it('[W78] says what it is for, and exits 0, with --help', async () => {
    const { code, out, error } = await run(...path, '--help');
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(out).toContain(`Usage: ami-publisher ${path.join(' ')}`);
    expect(out.replace(/\s+/g, ' ').toLowerCase()).toContain(definition.summary.toLowerCase());
  });

  it('has a summary that is no sentence yet, and no line of help over 80 characters', async () => {
    expect(definition.summary).toMatch(/^[a-z].*[^.]$/);
    const { out } = await run(...path, '--help');
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('is refused with an unknown option, and exits 2', async () => {
    const { code, error } = await run(...path, '--no-such-option');
    expect(code).toBe(2);
    expect(error).toContain("unknown option '--no-such-option'");
    const names = [
      ...path,
      ...(definition.commands ?? []).flatMap(({ name, isDefault }) => (isDefault ? name : [])),
    ];
    expect(error).toContain(`ami-publisher ${names.join(' ')} --help`);
  });

  it('loads something that runs, or has commands below it', async () => {
    const runner = await definition.load?.();
    expect(typeof runner === 'function').toBe(definition.commands === undefined);
  });
});

describe('the command line', () => {
  it('lists every command under its group, and no group but these', async () => {
    const { out } = await run('--help');
    const headings = out.split('\n').filter((line) => /^\S.*:$/.test(line));
    expect(headings).toEqual(['Options:', ...commandGroups.map(({ title }) => `${title}:`), 'Start here:']);
    for (const { path } of all.filter(({ path: names }) => names.length === 1))
      expect(out).toMatch(new RegExp(`^  ${path[0]}( |$)`, 'm'));
  });

  it('teaches when nothing is said, and exits 2', async () => {
    const { code, error } = await run();
    expect(code).toBe(2);
    expect(error).toContain('Start here:');
  });

  it('prints its version', async () => {
    expect(await run('--version')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  it.each([
    [['publis'], 'Did you mean publish?'],
    [['image', 'ad'], 'Did you mean add?'],
    [['publish', '--targts', 'x', 'a', 'b'], 'Did you mean --targets?'],
  ])('suggests what was meant by %j', async (words, suggestion) => {
    const { code, error } = await run(...words);
    expect(code).toBe(2);
    expect(error).toContain(suggestion);
  });

  it('answers a missing argument with the form and an example', async () => {
    const { code, error } = await run('publish', 'base/debian');
    expect(code).toBe(2);
    expect(error).toContain("error: missing required argument 'leaf'");
    expect(error).toContain('Usage:    ami-publisher publish [options] <stream> <leaf>');
    expect(error).toContain('Example:  ami-publisher publish base/debian-12 2026-11-22');
  });

  it.each([
    [['publish', 'a', 'b', 'c'], 'too many arguments'],
    [['publish', 'a', 'b', '--output', 'xml'], 'Allowed choices are table, json, yaml, text'],
    [['publish', 'a', 'b', '--iops'], "'--iops <number>' argument missing"],
  ])('refuses %j', async (words, reason) => {
    const { code, error } = await run(...words);
    expect(code).toBe(2);
    expect(error).toContain(reason);
  });

  it('shows the help of a command with help', async () => {
    const [asked, flagged] = [await run('help', 'image', 'add'), await run('image', 'add', '--help')];
    expect(asked).toEqual(flagged);
    expect(asked.code).toBe(0);
  });

  it('refuses help for what is no command', async () => {
    expect(await run('help', 'image', 'ad')).toMatchObject({
      code: 2,
      error: expect.stringContaining("unknown command 'ad'"),
    });
  });

  it('[W78] takes an option from its environment variable where the flag is left out', async () => {
    vi.stubEnv('AMI_PUBLISHER_OUTPUT', 'yaml');
    const heard: unknown[] = [];
    const program = createProgram({ onExit: () => {} });
    const publications = program.commands.find((candidate) => candidate.name() === 'publications');
    publications?.commands[0]?.action((options: unknown) => {
      heard.push(options);
    });
    await program.parseAsync(['node', 'ami-publisher', 'publications']);
    await program.parseAsync(['node', 'ami-publisher', 'publications', 'list', '--output', 'json']);
    vi.unstubAllEnvs();
    expect(heard).toEqual([{ output: 'yaml' }, { output: 'json' }]);
  });

  it('collects an option that may be repeated', async () => {
    const heard: unknown[] = [];
    const program = createProgram({ onExit: () => {} });
    const command = program.commands.find((candidate) => candidate.name() === 'plan');
    command?.action((_stream: string, _leaf: string, options: unknown) => {
      heard.push(options);
    });
    await program.parseAsync(['node', 'ami-publisher', 'plan', 'a', 'b', '--tag', 'x=1', '--tag', 'y=2']);
    expect(heard).toMatchObject([{ tag: ['x=1', 'y=2'] }]);
  });
});
