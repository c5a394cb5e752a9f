import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import { wrapText } from './wrap-text.js';

/** How rows of a result are shown to people. */
export interface TableView<T> {
  readonly head: readonly string[];
  readonly rows: (value: T) => readonly (readonly string[])[];
  /** Lines below the table. */
  readonly footer?: (value: T) => readonly string[];
  /** Said instead of a table without rows. @default the heading alone */
  readonly empty?: string;
  /** The last column holds sentences: left out if all are empty, put below its row where the table would be wider than the terminal. */
  readonly sentences?: true;
  /** Columns that may go, in this order, where even that is too wide. */
  readonly expendable?: readonly string[];
}

export interface TableOptions {
  /** Columns of the terminal. @default no limit */
  readonly width?: number | undefined;
  /** @default plain */
  readonly bold?: ((text: string) => string) | undefined;
}

interface Cells {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A table without lines that is no wider than the terminal, if it can be. */
export const drawTable = <T>(value: T, view: TableView<T>, options: TableOptions = {}): string => {
  const { width = Number.POSITIVE_INFINITY, bold = (text: string) => text } = options;
  const whole = withoutEmptySentences({ head: view.head, rows: view.rows(value) }, view);
  const footer = view.footer?.(value) ?? [];
  if (whole.rows.length === 0 && view.empty !== undefined) return [view.empty, ...footer].join('\n');
  if (widthOf(whole) <= width) return [...draw(whole, bold), ...footer].join('\n');
  const hasSentences = view.sentences === true && whole.head.length === view.head.length;
  const last = whole.head.length - 1;
  const { cells, gone } = dropColumns(hasSentences ? withoutColumn(whole, last) : whole, view, width);
  const [head = '', ...rows] = draw(cells, bold);
  const lines = hasSentences
    ? rows.flatMap((row, index) => [row, ...wrapText(whole.rows[index]?.[last] ?? '', width, '  ')])
    : rows;
  return [head, ...lines, ...note(gone), ...footer].join('\n');
};

const withoutEmptySentences = (cells: Cells, view: { readonly sentences?: true }): Cells =>
  view.sentences === true && cells.rows.every((row) => row.at(-1) === '')
    ? withoutColumn(cells, cells.head.length - 1)
    : cells;

const withoutColumn = ({ head, rows }: Cells, column: number): Cells => ({
  head: head.toSpliced(column, 1),
  rows: rows.map((row) => row.toSpliced(column, 1)),
});

const dropColumns = (
  cells: Cells,
  { expendable = [] }: { readonly expendable?: readonly string[] },
  width: number,
): { readonly cells: Cells; readonly gone: readonly string[] } => {
  const gone: string[] = [];
  let left = cells;
  for (const name of expendable) {
    if (widthOf(left) <= width) break;
    left = withoutColumn(left, left.head.indexOf(name));
    gone.push(name);
  }
  return { cells: left, gone };
};

const note = (gone: readonly string[]): string[] =>
  gone.length === 0 ? [] : ['', `not shown for want of room: ${gone.join(', ')} (a wider terminal has them)`];

const widthOf = (cells: Cells): number =>
  Math.max(...draw(cells, (text) => text).map((line) => stripVTControlCharacters(line).length));

const chars = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};

const draw = ({ head, rows }: Cells, bold: (text: string) => string): string[] => {
  const table = new Table({
    head: head.map(bold),
    chars,
    style: { 'padding-left': 0, 'padding-right': 0, border: [], head: [] },
  });
  for (const row of rows) table.push(row.map((cell) => cell.replaceAll('\n', ' ')));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
};
