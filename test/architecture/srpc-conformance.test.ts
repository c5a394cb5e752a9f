import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findTaggedTests, root } from './weaknesses/tagged-tests.js';

interface Section {
  readonly title: string;
  readonly rows: readonly { readonly id: string; readonly line: string }[];
}

const file = join(import.meta.dirname, 'srpc-conformance.json');
const sections = JSON.parse(readFileSync(file, 'utf8')) as readonly Section[];
const rows = sections.flatMap((section) => section.rows);
const tests = findTaggedTests();

const proofsOf = (id: string): string =>
  (tests.get(id) ?? []).map(({ file, title }) => `\`${file}\`: ${title}`).join('<br>');

describe('the checklist of SRPC', () => {
  it('has every line, and each has a test that is named after it', () => {
    const numbered = (letter: string, count: number) =>
      Array.from({ length: count }, (_, at) => `${letter}${at + 1}`);
    expect(rows.map(({ id }) => id)).toEqual([...numbered('C', 18), ...numbered('S', 10)]);
    expect(rows.filter(({ id }) => !tests.has(id)).map(({ id }) => id)).toEqual([]);
  });

  it('is what titles of tests say', () => {
    const known = new Set(rows.map(({ id }) => id));
    const tags = [...tests.keys()].filter((tag) => /^[CS]\d+$/.test(tag));
    expect(tags.filter((tag) => !known.has(tag))).toEqual([]);
  });

  it('is what docs/srpc-conformance.md holds; `node scripts/docs.mjs` writes it anew', async () => {
    const page = [
      '<!-- Written by `node scripts/docs.mjs`; a test compares it. Change the sources, not this file. -->',
      '# Conformance to SRPC',
      `What a client and a server of the Go daemons' wire must cope with, and the tests that prove it of ours: those whose titles begin with the number of the
line. They play what was recorded of real daemons and of the tools of Go (\`packages/srpc/test/transcripts\`). A run of all tests sees to it that one of each has passed.`,
      ...sections.map(({ title, rows }) =>
        [
          `## ${title}`,
          '',
          '| # | what | proven by |',
          '| --- | --- | --- |',
          ...rows.map(({ id, line }) => `| ${id} | ${line} | ${proofsOf(id)} |`),
        ].join('\n'),
      ),
    ].join('\n\n');
    await expect(`${page}\n`).toMatchFileSnapshot(join(root, 'docs/srpc-conformance.md'));
  });
});
