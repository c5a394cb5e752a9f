import { fileURLToPath } from 'node:url';
import { errorCodes, parseConfiguration } from '@ami-publisher/core';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { commandGroups } from '../commands/index.js';
import { optionVariables } from './commands.js';
import { exampleConfiguration } from './configuration.js';
import { table } from './markdown.js';
import { renderReference } from './reference.js';

const file = fileURLToPath(new URL('../../../../docs/cli.md', import.meta.url));

describe('the reference of the command line', () => {
  it('is what docs/cli.md holds; `node scripts/docs.mjs` writes it anew', async () => {
    await expect(renderReference()).toMatchFileSnapshot(file);
  });

  it('names every error code', () => {
    const text = renderReference();
    expect(Object.keys(errorCodes).filter((name) => !text.includes(`| \`${name}\` |`))).toEqual([]);
  });

  it('shows a configuration file that fits the schema', () => {
    const example = parseConfiguration(parse(exampleConfiguration), 'the example');
    expect(Object.keys(example.accounts ?? {})).toEqual(['prod', 'dev', 'china']);
    expect(example.overrides).toHaveLength(6);
  });

  it('says what every field of the configuration file is for', () => {
    const [, section = ''] = renderReference().split('## Configuration file');
    const [rows = ''] = section.split('```yaml');
    const meanings = [...rows.matchAll(/^\| `.*\| (.*) \|$/gm)].map(([, meaning]) => meaning);
    expect(meanings.length).toBeGreaterThan(14);
    expect(meanings.filter((meaning) => meaning?.trim() === '')).toEqual([]);
  });

  it('gives a variable to one option only', () => {
    for (const [name, { flags }] of optionVariables(commandGroups)) {
      const others = commandGroups
        .flatMap(({ commands }) => commands)
        .flatMap((command) => [command, ...(command.commands ?? [])])
        .flatMap(({ options = [] }) => options)
        .filter(({ environment }) => environment === name);
      expect(new Set(others.map((option) => option.flags))).toEqual(new Set([flags]));
    }
  });

  it('keeps cells in their columns', () => {
    expect(table(['a'], [['x | y\nz']])).toBe('| a |\n| --- |\n| x \\| y z |');
  });
});
