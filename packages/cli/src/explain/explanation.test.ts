import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { errorCodes } from '@ami-publisher/base';
import { describe, expect, it } from 'vitest';
import { runInProcess } from '../../test/support/run-in-process.js';
import type { CommandDefinition } from '../commands/definition.js';
import { commandGroups } from '../commands/index.js';
import { explainAll, explainCode } from './explanation.js';

const isThere = (path: string): boolean =>
  existsSync(fileURLToPath(new URL(`../../../../${path}`, import.meta.url)));

/** Whether words begin with a command, such as `image list`. */
const isCommand = (words: readonly string[], among: readonly CommandDefinition[]): boolean => {
  const found = among.find(({ name }) => name === words[0]);
  if (found?.commands === undefined) return found !== undefined;
  const hasDefault = found.commands.some(({ isDefault }) => isDefault);
  return (hasDefault && words.length === 1) || isCommand(words.slice(1), found.commands);
};

describe('the explanations of error codes', () => {
  it.each(Object.keys(errorCodes))('say of %s what it means, what to look at and what to do', (code) => {
    const { summary, look, remedy } = explainCode(code);
    for (const text of [summary, look, remedy]) expect(text).toMatch(/^\S.{6,}[^.\s]$/);
  });

  it('are of codes that there are, and name commands and pages that there are', () => {
    const texts = explainAll().flatMap(({ look, remedy }) => [look, remedy]);
    const commands = commandGroups.flatMap((group) => group.commands);
    for (const text of texts) {
      for (const [, words = ''] of text.matchAll(/`ami-publisher ([^`]+)`/g))
        expect(isCommand(words.split(' '), commands), words).toBe(true);
      for (const [page] of text.matchAll(/docs\/[\w.-]+\.(?:md|json)/g))
        expect(isThere(page), page).toBe(true);
    }
    expect(explainAll().map(({ code }) => code)).toEqual(Object.keys(errorCodes));
  });

  it.each([
    ['unpacker-not-found', 'UNPACKER_NOT_FOUND'],
    [' no_space ', 'NO_SPACE'],
  ])('are found by %j', (given, code) => {
    expect(explainCode(given).code).toBe(code);
  });
});

describe('ami-publisher explain', () => {
  it.each([[['explain', 'LEASE_HELD']], [['--explain', 'LEASE_HELD']]])('prints one: %j', async (words) => {
    const { code, out } = await runInProcess(...words);
    expect(code).toBe(0);
    expect(out).toMatch(/^LEASE_HELD: another publication holds the lease on the stream\n\nLook at: /);
    expect(out).toMatch(/^Do: +let it end or roll it back/m);
  });

  it('lists all of them without a code', async () => {
    const { code, out } = await runInProcess('--explain');
    expect([code, out.trimEnd().split('\n').length]).toEqual([0, Object.keys(errorCodes).length]);
  });

  it('ends with 2 for a code that there is not, and suggests others', async () => {
    const { code, error } = await runInProcess('explain', 'UNPACKER_UNREACHBLE');
    expect(code).toBe(2);
    expect(error).toMatch(
      /no error has the code "UNPACKER_UNREACHBLE"; perhaps one of UNPACKER_UNREACHABLE, /,
    );
  });
});
