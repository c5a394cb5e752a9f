import { describe, expect, it } from 'vitest';
import { drawTable, type TableView } from './table.js';

interface Row {
  readonly name: string;
  readonly size: string;
  readonly message: string;
}

const view: TableView<readonly Row[]> = {
  head: ['NAME', 'SIZE', 'MESSAGE'],
  rows: (rows) => rows.map(({ name, size, message }) => [name, size, message]),
  sentences: true,
  expendable: ['SIZE'],
  footer: (rows) => [`${rows.length} in all`],
};

const rows: readonly Row[] = [
  { name: 'dev,us-east-1', size: '12.0 MiB', message: '' },
  { name: 'dev,eu-west-1', size: '1 B', message: 'the volume vol-0123456789abcdef0 is not there any more' },
];

const widest = (text: string) => Math.max(...text.split('\n').map((line) => line.length));

describe('a table', () => {
  it('has no lines and no blanks at the ends', () => {
    expect(drawTable(rows, view)).toBe(
      [
        'NAME           SIZE      MESSAGE',
        'dev,us-east-1  12.0 MiB',
        'dev,eu-west-1  1 B       the volume vol-0123456789abcdef0 is not there any more',
        '2 in all',
      ].join('\n'),
    );
  });

  it('leaves out the column of sentences where there are none', () => {
    expect(drawTable(rows.slice(0, 1), view)).toBe('NAME           SIZE\ndev,us-east-1  12.0 MiB\n1 in all');
  });

  it('puts sentences below their rows where the terminal is too narrow', () => {
    expect(drawTable(rows, view, { width: 40 })).toBe(
      [
        'NAME           SIZE',
        'dev,us-east-1  12.0 MiB',
        'dev,eu-west-1  1 B',
        '  the volume vol-0123456789abcdef0 is',
        '  not there any more',
        '2 in all',
      ].join('\n'),
    );
  });

  it('leaves out what it can spare where even that is too wide, and says so', () => {
    const text = drawTable(rows, view, { width: 20 });
    expect(text).toContain('NAME\ndev,us-east-1\ndev,eu-west-1\n  the volume\n');
    expect(text).toContain('not shown for want of room: SIZE');
  });

  it('keeps within the terminal at every width that its essential columns fit', () => {
    for (let width = 24; width < 90; width++) {
      const [table = ''] = drawTable(rows, { ...view, footer: () => [] }, { width }).split('\n\nnot shown');
      expect(widest(table), `at ${width}`).toBeLessThanOrEqual(width);
    }
  });

  it('says in words that there is nothing', () => {
    expect(drawTable([], { ...view, empty: 'no volumes' })).toBe('no volumes\n0 in all');
  });

  it('keeps a cell on its line', () => {
    expect(drawTable([{ name: 'a', size: 'b\nc', message: '' }], view)).toContain('a     b c');
  });

  it('reckons without the codes of a bold heading', () => {
    const bold = (text: string) => `\u001b[1m${text}\u001b[22m`;
    expect(drawTable(rows, view, { width: 78, bold })).toContain('any more');
    expect(drawTable(rows, view, { width: 79, bold })).toContain('\u001b[1mNAME\u001b[22m ');
  });
});
