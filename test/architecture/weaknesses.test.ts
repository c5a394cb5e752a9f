import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderOldForm } from '../../packages/cli/src/docs/old-form.js';
import { readSeries, renderSeries } from './weaknesses/series.js';
import { findTaggedTests, root } from './weaknesses/tagged-tests.js';

const tests = findTaggedTests();
const publisher = readSeries('publisher');
const unpacker = readSeries('unpacker');
const lifecycle = readSeries('lifecycle');

const numbered = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}${at + 1}`);

const written =
  '<!-- Written by `node scripts/docs.mjs`; a test compares it. Change the sources, not this file. -->';

describe.each([
  ['publisher', /^W\d+$/, numbered('W', 96), publisher, 12],
  ['unpacker', /^U\d+$/, numbered('U', 68), unpacker, 2],
  [
    'orchestrator',
    /^W-[A-Z]\d+$/,
    [...numbered('W-S', 15), ...numbered('W-A', 29), ...numbered('W-E', 15), ...numbered('W-C', 11)],
    lifecycle,
    1,
  ],
] as const)('the weaknesses of the reference %s', (_name, form, ids, sections, mostNotApplicable) => {
  const rows = sections.flatMap((section) => section.rows);

  it('are all there, in order', () => {
    expect(rows.map(({ id }) => id)).toEqual(ids);
    expect(rows.filter(({ weakness }) => weakness === '')).toEqual([]);
  });

  it('are each proven gone by a test, or it is said why there is none', () => {
    const unsaid = rows.filter(
      ({ id, notApplicable, open }) => !tests.has(id) && (notApplicable ?? '') === '' && (open ?? '') === '',
    );
    expect(unsaid.map(({ id }) => id)).toEqual([]);
  });

  it('that have a test are not open any more; take `open` out of the data', () => {
    const proven = rows.filter(({ id, open }) => tests.has(id) && open !== undefined);
    expect(proven.map(({ id }) => id)).toEqual([]);
  });

  it('that have a test say what ours does, and are few that have no place here', () => {
    const empty = rows.filter(({ id, ours }) => tests.has(id) && ours === '');
    expect(empty.map(({ id }) => id)).toEqual([]);
    const both = rows.filter(({ id, notApplicable }) => tests.has(id) && notApplicable !== undefined);
    expect(both.map(({ id }) => id)).toEqual([]);
    const without = rows.filter(({ notApplicable }) => notApplicable !== undefined);
    expect(without.length).toBeLessThanOrEqual(mostNotApplicable);
  });

  it('are what titles of tests say', () => {
    const known = new Set(rows.map(({ id }) => id));
    const tags = [...tests.keys()].filter((tag) => form.test(tag));
    expect(tags.filter((tag) => !known.has(tag))).toEqual([]);
  });
});

describe('the pages about the reference', () => {
  it('are what docs/weaknesses-unpacker.md holds; `node scripts/docs.mjs` writes it anew', async () => {
    const page = [
      written,
      '# Weaknesses of the reference unpacker, and ours',
      `The unpacker that ours replaces has 68 known weaknesses, numbered here in the order of its analysis. Each row says what ours does in its place, and which
tests prove it: those whose titles begin with its number. A run of all tests sees to it that one of them has passed.`,
      renderSeries(unpacker, tests, '##'),
    ].join('\n\n');
    await expect(`${page}\n`).toMatchFileSnapshot(join(root, 'docs/weaknesses-unpacker.md'));
  });

  it('are what docs/weaknesses-lifecycle.md holds; `node scripts/docs.mjs` writes it anew', async () => {
    const page = [
      written,
      '# Weaknesses of the reference orchestrator, and ours',
      `The AMI Lifecycle Orchestrator has 70 known weaknesses: of security (S), of routes and rules (A), of executors (E) and of its clients (C). Each row says what
ours does in its place, and which tests prove it: those whose titles begin with its number. What is open is still to be built.`,
      renderSeries(lifecycle, tests, '##'),
    ].join('\n\n');
    await expect(`${page}\n`).toMatchFileSnapshot(join(root, 'docs/weaknesses-lifecycle.md'));
  });

  it('are what docs/migrating.md holds; `node scripts/docs.mjs` writes it anew', async () => {
    const page = [
      written,
      renderOldForm(),
      '## What was weak, and what ours does',
      `The Go tool has 96 known weaknesses, numbered in the order of its analysis. Each row says what ours does in its place, and which tests prove it: those
whose titles begin with its number. A run of all tests sees to it that one of them has passed.`,
      renderSeries(publisher, tests, '###'),
    ].join('\n\n');
    await expect(`${page}\n`).toMatchFileSnapshot(join(root, 'docs/migrating.md'));
  });
});
