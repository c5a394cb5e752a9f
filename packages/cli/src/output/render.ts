import { AmiPublisherError } from '@ami-publisher/base';
import { coloursFor } from './colours.js';
import { drawTable, type TableView } from './table.js';

export type { TableView } from './table.js';

export type OutputFormat = 'table' | 'json' | 'yaml' | 'text';

/** Makes a text of a command's results; what is no option of any command. */
export type Present = (results: unknown) => string;

export interface OutputOptions {
  readonly output?: OutputFormat;
  readonly query?: string;
  /** Goes before all forms of output. */
  readonly present?: Present;
}

/** Reads the output options of a command. */
export const outputOptionsOf = (options: Record<string, unknown>): OutputOptions => ({
  ...(typeof options.output === 'string' && { output: options.output as OutputFormat }),
  ...(typeof options.query === 'string' && { query: options.query }),
  ...(typeof options.present === 'function' && { present: options.present as Present }),
});

/** Writes a result to stdout: a table on a terminal, JSON elsewhere, unless asked for otherwise. */
export const writeResult = async <T>(value: T, view: TableView<T>, options: OutputOptions): Promise<void> => {
  if (options.present !== undefined) {
    process.stdout.write(options.present(value));
    return;
  }
  const format = options.output ?? (process.stdout.isTTY && options.query === undefined ? 'table' : 'json');
  const shown = options.query === undefined ? value : await search(options.query, value);
  const text = await formats[format](
    shown,
    options.query === undefined ? (view as TableView<unknown>) : undefined,
  );
  process.stdout.write(text.endsWith('\n') || text === '' ? text : `${text}\n`);
};

const search = async (query: string, value: unknown): Promise<unknown> => {
  const jmespath = await import('@jmespath-community/jmespath');
  try {
    return jmespath.search(JSON.parse(JSON.stringify(value)), query);
  } catch (cause) {
    throw new AmiPublisherError('INVALID_OPTION', {
      message: `--query ${JSON.stringify(query)}: ${(cause as Error).message}`,
      remedy: 'see https://jmespath.org',
      cause,
    });
  }
};

const formats: Readonly<
  Record<OutputFormat, (value: unknown, view: TableView<unknown> | undefined) => string | Promise<string>>
> = {
  json: (value) => JSON.stringify(value, undefined, 2),
  yaml: async (value) => (await import('yaml')).stringify(JSON.parse(JSON.stringify(value))),
  text: (value, view) =>
    view === undefined
      ? plain(value)
      : view
          .rows(value)
          .map((row) => row.join('\t'))
          .join('\n'),
  table: (value, view) =>
    view === undefined ? JSON.stringify(value, undefined, 2) : drawForTerminal(value, view),
};

/** The table as wide as the terminal at most; as wide as it gets where stdout is none. */
export const drawForTerminal = <T>(value: T, view: TableView<T>): string =>
  drawTable(value, view, { width: process.stdout.columns, bold: coloursFor(process.stdout).bold });

/** A query's answer as the AWS CLI's text output has it: scalars by tab, lists of lists by line. */
const plain = (value: unknown): string => {
  if (value === null || value === undefined) return 'None';
  if (!Array.isArray(value)) return typeof value === 'object' ? JSON.stringify(value) : String(value);
  const isNested = value.some((item) => typeof item === 'object' && item !== null);
  return value.map(plain).join(isNested ? '\n' : '\t');
};
