import { coloursFor } from './colours.js';
import { type OutputOptions, type TableView, writeResult } from './render.js';

/** How rows are shown before all of them are known. */
export interface StreamedView<T> extends TableView<readonly T[]> {
  /** Columns of the terminal that each but the last takes at least. */
  readonly widths: readonly number[];
}

/** Shows rows as they are found, where the form of the result has rows: as text, and as a table on a terminal. */
export interface RowStream<T> {
  add(rows: readonly T[]): void;
  /** Shows what was not shown yet. */
  end(all: readonly T[]): Promise<void>;
}

/** Rows of `stream` go to standard output. */
export const openRowStream = <T>(view: StreamedView<T>, options: OutputOptions): RowStream<T> => {
  const isWhole = options.present !== undefined || options.query !== undefined;
  if (!isWhole && options.output === 'text') return asText(view);
  const isTable = options.output === 'table' || options.output === undefined;
  if (!isWhole && isTable && process.stdout.isTTY) return asTable(view);
  return { add: () => {}, end: (all) => writeResult(all, view, options) };
};

const write = (line: string): void => void process.stdout.write(`${line}\n`);

const asText = <T>({ rows }: StreamedView<T>): RowStream<T> => ({
  add: (found) => {
    for (const row of rows(found)) write(row.join('\t'));
  },
  end: async () => {},
});

const asTable = <T>(view: StreamedView<T>): RowStream<T> => {
  const { bold } = coloursFor(process.stdout);
  const widths = view.head.map((title, column) => Math.max(title.length, view.widths[column] ?? 0));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.replaceAll('\n', ' ').padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  let isBegun = false;
  return {
    add: (found) => {
      for (const row of view.rows(found)) {
        if (!isBegun) write(bold(line(view.head)));
        isBegun = true;
        for (const [column, cell] of row.entries())
          widths[column] = Math.max(widths[column] ?? 0, column + 1 < row.length ? cell.length : 0);
        write(line(row));
      }
    },
    end: async (all) => {
      if (!isBegun && view.empty !== undefined) write(view.empty);
      for (const below of view.footer?.(all) ?? []) write(below);
    },
  };
};
