import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTerminal, type Terminal } from '../support/tmux.js';
import { root } from '../support/world.js';

let directory: string;
let environment: Record<string, string>;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ami-publisher-completion-'));
  const programs = join(directory, 'programs');
  mkdirSync(programs);
  symlinkSync(join(root, 'packages/cli/bin/ami-publisher.js'), join(programs, 'ami-publisher'));
  writeFileSync(join(directory, 'my accounts.yaml'), 'accounts: { prod: { profile: a } }\n');
  environment = { HOME: directory, PATH: `${programs}:${process.env.PATH}` };
});
afterAll(() => rmSync(directory, { recursive: true }));

const values = 'ami-publisher publish --output ';
const joined = 'ami-publisher publish --output=j';
const targets = "ami-publisher plan --config 'my accounts.yaml' --targets 'prod,us-w";
const files = 'ami-publisher publish --config my';
const joinedFiles = 'ami-publisher publish --config=my';

describe('completion in fish', () => {
  const script = `
    ami-publisher completion fish | source
    for line in $argv
      complete -C $line
      echo ==
    end`;
  const tab = (...lines: readonly string[]): string[][] =>
    execFileSync('fish', ['--no-config', '--command', script, ...lines], {
      cwd: directory,
      env: { ...process.env, ...environment },
      encoding: 'utf8',
    })
      .split('==\n')
      .slice(0, -1)
      .map((answer) => answer.split('\n').filter((candidate) => candidate !== ''));

  it('offers what the program offers, and files where it offers nothing', () => {
    const [commands, ...others] = tab('ami-publisher publ', values, joined, targets, files, joinedFiles);
    expect(commands).toEqual([
      expect.stringMatching(/^publications\t/),
      expect.stringMatching(/^publish\tpublish an image as AMIs/),
    ]);
    expect(others).toEqual([
      ['json', 'table', 'text', 'yaml'],
      ['--output=json'],
      ['prod,us-west-1', 'prod,us-west-2'],
      ['my accounts.yaml'],
      ['--config=my accounts.yaml'],
    ]);
  });

  it('evaluates nothing that was typed', () => {
    tab('ami-publisher publish (touch evaluated) "$(touch evaluated)" ');
    expect(existsSync(join(directory, 'evaluated'))).toBe(false);
  });
});

describe('completion in zsh', () => {
  let terminal: Terminal;
  beforeAll(async () => {
    // What tmux runs commands with may set a path of its own.
    terminal = openTerminal(`PATH='${environment.PATH}' zsh -f -i`, { directory, environment });
    terminal.press(
      'PROMPT="> "; unsetopt LIST_AMBIGUOUS; autoload -Uz compinit; compinit -u -D; source <(ami-publisher completion zsh); echo "let us"" go"',
      'Enter',
    );
    await terminal.until(/^let us go\n>/m);
  });
  afterAll(() => terminal?.close());

  /** Types the line in place of what stands there, and presses Tab. */
  const tab = (line: string) => terminal.press('C-u', 'C-l', line, 'Tab');

  it('offers what the program offers, and files where it offers nothing', async () => {
    tab('ami-publisher publ');
    await terminal.until(/^publications +-- .*\npublish +-- publish an image as AMIs/m);
    tab(values);
    await terminal.until(/^json +table +text +yaml *$/m);
    tab(joined);
    await terminal.until(/^> ami-publisher publish --output=json/m);
    tab(targets);
    await terminal.until(/--targets 'prod,us-west-\nprod,us-west-1 +prod,us-west-2 *$/m);
    tab(files);
    await terminal.until(/^> ami-publisher publish --config my\\ accounts\.yaml/m);
    tab(joinedFiles);
    await terminal.until(/^> ami-publisher publish --config=my\\ accounts\.yaml/m);
  });

  it('evaluates nothing that was typed', async () => {
    tab('ami-publisher publish $(touch evaluated) `touch evaluated` --outp');
    await terminal.until(/`touch evaluated` --output/);
    expect(existsSync(join(directory, 'evaluated'))).toBe(false);
  });
});
