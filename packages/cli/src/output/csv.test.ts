import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { csvReport } from './csv.js';
import { replaceFile } from './replace-file.js';

/** As RFC 4180 has it, written from there. */
const parse = (text: string): string[][] => {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\n)/g)) {
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
};

describe('a report as CSV', () => {
  it('[W87] gives tags columns that cannot be mistaken for fixed ones', () => {
    const rows = [
      { columns: ['dev', 'ami-1'], tags: { Account: 'x', team: 'web' } },
      { columns: ['prod', 'ami-2'], tags: {} },
    ];
    expect(csvReport(['Account', 'AmiId'], rows)).toBe(
      'Account,AmiId,tag:Account,tag:team\ndev,ami-1,x,web\nprod,ami-2,,\n',
    );
  });

  it('reads back as it was, whatever the values hold', () => {
    const values = [
      '',
      'plain',
      'a,b',
      'say "hi"',
      '"',
      'two\nlines',
      'with\r\nreturn',
      ' blank ',
      'é,"\n"',
      ',,',
    ];
    const rows = values.flatMap((one) => values.map((other) => [one, other]));
    const text = csvReport(
      ['One', 'Two'],
      rows.map((columns) => ({ columns, tags: {} })),
    );
    expect(parse(text)).toEqual([['One', 'Two'], ...rows]);
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])(
    '[W87] makes %j harmless in a spreadsheet',
    (value) => {
      const [, [shown] = []] = parse(csvReport(['Name'], [{ columns: [value], tags: {} }]));
      expect(shown).toBe(`'${value}`);
    },
  );
});

describe('a file that is replaced', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ami-publisher-csv-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('[W87] has all of the new text, and nothing else is left beside it', async () => {
    const file = join(folder, 'report.csv');
    await writeFile(file, 'old');
    await replaceFile(file, 'new\n');
    expect(await readFile(file, 'utf8')).toBe('new\n');
    expect(await readdir(folder)).toEqual(['report.csv']);
  });

  it('[W87] is refused where it cannot be written, naming it', async () => {
    const file = join(folder, 'none', 'report.csv');
    await expect(replaceFile(file, 'new')).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      resource: file,
    });
  });
});
