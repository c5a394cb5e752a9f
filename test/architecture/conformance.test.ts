import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { oldCommands } from '../../packages/cli/src/compat/sub-commands.js';
import { gaps } from '../conformance/gaps.js';
import { gapsOfCommands } from '../conformance/gaps-of-commands.js';
import { findTaggedTests, root, type TaggedTest } from './weaknesses/tagged-tests.js';

const tests = findTaggedTests();
const isAgainstMoto = ({ file }: TaggedTest): boolean => file.startsWith('test/conformance/');

/** The tests of a command, and the gap that leaves something untried. */
const cellOf = (name: string, isMeant: (test: TaggedTest) => boolean, gap?: string): string => {
  const meant = (tests.get(name) ?? []).filter(isMeant);
  const passes = meant.map(({ file, title }) => `pass: \`${file}\`: ${title}`);
  return [...passes, ...(gap === undefined ? [] : [`gap: ${gap}`])].join('<br>');
};

const rows = oldCommands.map(({ name }) => [
  `\`${name}\``,
  cellOf(name, (test) => !isAgainstMoto(test)),
  cellOf(name, isAgainstMoto, gapsOfCommands[name]),
]);

describe('the page about conformance', () => {
  it('is what docs/conformance.md holds; `node scripts/docs.mjs` writes it anew', async () => {
    const page = [
      '<!-- Written by `node scripts/docs.mjs`; a test compares it. Change the sources, not this file. -->',
      '# Conformance',
      `What each of the 23 commands of the Go tool asks of AWS, tried against two clouds that know nothing of each other: our own sandbox, whose wire format
comes from the schemas of the AWS SDK, and [moto](https://docs.getmoto.org), which knows nothing of us. A test that is named has the command in brackets before
its title, and is part of every run of all tests. A gap is what moto does not do; it is a test too, which fails as soon as moto has learned it. Where a
command has both, the test is of what works without.`,
      [
        '| command | sandbox | moto |',
        '| --- | --- | --- |',
        ...rows.map((row) => `| ${row.join(' | ')} |`),
      ].join('\n'),
      '## What AWS does, and moto does not',
      gaps.map(({ what }) => `- ${what}`).join('\n'),
    ].join('\n\n');
    await expect(`${page}\n`).toMatchFileSnapshot(join(root, 'docs/conformance.md'));
  });

  it('leaves no command untried that no gap keeps from it', () => {
    expect(rows.filter((cells) => cells.includes(''))).toEqual([]);
  });

  it('names gaps that are tried, of commands that are there', () => {
    const known = new Set(gaps.map(({ what }) => what));
    const commands = new Set(oldCommands.map(({ name }) => name));
    const named = Object.entries(gapsOfCommands);
    expect(named.filter(([name, what]) => !commands.has(name) || !known.has(what))).toEqual([]);
  });
});
