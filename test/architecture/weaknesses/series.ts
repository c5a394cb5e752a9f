import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaggedTest } from './tagged-tests.js';

/** A weakness of what ours replaces, as the data files have it. */
export interface Weakness {
  /** Such as `W33`; titles of tests that prove it gone begin with `[W33]`. */
  readonly id: string;
  readonly weakness: string;
  /** What ours does in its place. */
  readonly ours: string;
  /** Why there is nothing to prove. */
  readonly notApplicable?: string;
  /** The part that is still to prove it. */
  readonly open?: string;
}

export interface Section {
  readonly title: string;
  readonly rows: readonly Weakness[];
}

/** The weaknesses of one data file beside this module. */
export const readSeries = (name: 'publisher' | 'unpacker' | 'lifecycle'): readonly Section[] =>
  JSON.parse(readFileSync(join(import.meta.dirname, `${name}.json`), 'utf8')) as Section[];

/** The weaknesses of a series as sections with tables, with the tests that prove each gone. */
export const renderSeries = (
  sections: readonly Section[],
  tests: ReadonlyMap<string, readonly TaggedTest[]>,
  heading: '##' | '###',
): string =>
  sections
    .map(({ title, rows }) =>
      [
        `${heading} ${title}`,
        '',
        '| # | weakness | ours | proven by |',
        '| --- | --- | --- | --- |',
        ...rows.map(
          (row) => `| ${[row.id, row.weakness, row.ours || '—', proofOf(row, tests)].join(' | ')} |`,
        ),
      ].join('\n'),
    )
    .join('\n\n');

const proofOf = (
  { id, notApplicable, open }: Weakness,
  tests: ReadonlyMap<string, readonly TaggedTest[]>,
): string => {
  const proofs = tests.get(id);
  if (proofs !== undefined) return proofs.map(({ file, title }) => `\`${file}\`: ${title}`).join('<br>');
  return notApplicable === undefined ? `open (${open})` : `n/a: ${notApplicable}`;
};
