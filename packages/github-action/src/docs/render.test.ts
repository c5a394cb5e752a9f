import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type InputDefinition, inputDefinitions, outputDefinitions } from '../inputs/definitions.js';
import { renderActionFile, renderTables } from './render.js';

const fileOf = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
const actionFile = fileOf('packages/github-action/action.yml');

describe('action.yml', () => {
  it('is what the table of inputs says; `node scripts/docs.mjs` writes it anew', async () => {
    await expect(renderActionFile()).toMatchFileSnapshot(actionFile);
  });

  it('has each input and output of the table, and no other', () => {
    const action = parse(readFileSync(actionFile, 'utf8')) as {
      readonly inputs: Readonly<Record<string, { readonly default?: unknown }>>;
      readonly outputs: object;
    };
    expect(Object.keys(action.inputs)).toEqual(Object.keys(inputDefinitions));
    expect(Object.keys(action.outputs)).toEqual(Object.keys(outputDefinitions));
    const defaults = (all: Readonly<Record<string, { readonly default?: unknown }>>) =>
      Object.entries(all).map(([name, one]) => [name, one.default]);
    expect(defaults(action.inputs)).toEqual(defaults(inputDefinitions));
  });
});

describe('the table of inputs', () => {
  it('is what docs/settings/github-action.md holds', async () => {
    await expect(renderTables()).toMatchFileSnapshot(fileOf('docs/settings/github-action.md'));
  });

  it.each(Object.entries<InputDefinition>(inputDefinitions))(
    'says nothing of %s that contradicts itself',
    (name, { commands, required = [], choices, default: normal, kind, secret }) => {
      expect(name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
      expect(commands.length).toBeGreaterThan(0);
      expect(required.filter((command) => !commands.includes(command))).toEqual([]);
      if (normal !== undefined && choices !== undefined) expect(choices).toContain(normal);
      if (kind === 'flag') expect(['true', 'false']).toContain(normal);
      if (secret) expect(normal).toBeUndefined();
    },
  );
});
