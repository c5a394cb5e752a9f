import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

interface Row {
  readonly name: string;
  readonly cells: readonly string[];
}

const rows: readonly Row[] = readFileSync(join(root, 'docs/weaknesses-unpacker.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| U'))
  .map((line) => {
    const [name = '', ...cells] = line.slice(2, -2).split(' | ');
    return { name, cells };
  });

/** What a test that is named begins with. */
const isTest = /^`(?<file>[^`]+\.test\.ts)`: (?<title>.+)$/;

describe('the table of weaknesses of the reference unpacker', () => {
  it('has all 68, in order, each with what ours does and how that is proven', () => {
    expect(rows.map(({ name }) => name)).toEqual(Array.from({ length: 68 }, (_, i) => `U${i + 1}`));
    expect(rows.filter(({ cells }) => cells.length !== 3 || cells.includes(''))).toEqual([]);
  });

  it('names tests that are there, or says why there is none', () => {
    const wrong = rows
      .flatMap(({ name, cells }) => (cells[2] ?? '').split('<br>').map((proof) => ({ name, proof })))
      .filter(({ proof }) => !proof.startsWith('n/a: ') && !isThere(proof));
    expect(wrong).toEqual([]);
  });
});

const isThere = (proof: string): boolean => {
  const { file = '', title = '' } = isTest.exec(proof)?.groups ?? {};
  const path = join(root, file);
  return title !== '' && existsSync(path) && readFileSync(path, 'utf8').includes(`'${title}'`);
};
