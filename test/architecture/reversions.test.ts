import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Irreversible, type Reversion, readReversions } from './weaknesses/reversions.js';
import { findTaggedTests, root } from './weaknesses/tagged-tests.js';

const tests = findTaggedTests();
const rows = readReversions();
const reversions = rows.filter((row): row is Reversion => 'edits' in row);
const irreversible = rows.filter((row): row is Irreversible => 'because' in row);
const isWeakness = (tag: string) => /^(?:[WU]\d+|W-[A-Z]\d+)$/.test(tag);

describe('the reversions of weaknesses', () => {
  it('are there for each that a test proves gone, or it is said why there is none', () => {
    const known = new Set(rows.map(({ id }) => id));
    const without = [...tests.keys()].filter((tag) => isWeakness(tag) && !known.has(tag));
    expect(without).toEqual([]);
  });

  it('are few that cannot be made, with a reason', () => {
    expect(irreversible.filter(({ because }) => because.length < 20)).toEqual([]);
    expect(irreversible.length).toBeLessThanOrEqual(3);
  });

  it('change what their files hold exactly once, to something else', () => {
    const stale = reversions.flatMap(({ id, edits }) =>
      edits
        .filter(({ file, fix, weak }) => {
          const parts = readFileSync(join(root, file), 'utf8').split(fix);
          return parts.length !== 2 || fix === weak;
        })
        .map(({ file, fix }) => ({ id, file, fix })),
    );
    expect(stale).toEqual([]);
  });

  it('name files with a test that has their tag', () => {
    const wrong = reversions.filter(
      ({ id, test, suite = test }) => !tests.get(id)?.some(({ file }) => file === suite),
    );
    expect(wrong.map(({ id, test }) => `${id} ${test}`)).toEqual([]);
  });
});
