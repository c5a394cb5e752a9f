type Tags = Readonly<Record<string, string>>;

/** A row of a report about resources: its fixed columns, and the tags. */
export interface CsvRow {
  readonly columns: readonly string[];
  readonly tags: Tags;
}

/**
 * A report as CSV (RFC 4180, but for line feeds alone at the ends of lines, as the Go tool writes them). Tags have columns of their own,
 * `tag:KEY` in order of the keys, so that none is mistaken for a fixed one.
 */
export const csvReport = (head: readonly string[], rows: readonly CsvRow[]): string => {
  const keys = [...new Set(rows.flatMap(({ tags }) => Object.keys(tags)))].sort();
  const lines = [
    [...head, ...keys.map((key) => `tag:${key}`)],
    ...rows.map(({ columns, tags }) => [
      ...columns,
      ...keys.map((key) => (Object.hasOwn(tags, key) ? (tags[key] ?? '') : '')),
    ]),
  ];
  return lines.map((line) => `${line.map(field).join(',')}\n`).join('');
};

/** What spreadsheets would take for a formula begins with an apostrophe, which they do not show. */
const field = (value: string): string => {
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
};
