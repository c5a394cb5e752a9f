/** A row as it is written: objects and lists go into jsonb columns, as text. */
export const columns = <Row extends object>(
  row: Row,
): {
  [Name in keyof Row]: Row[Name] extends string | number | boolean | Date | null ? Row[Name] : string | null;
} =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, isJson(value) ? JSON.stringify(value) : value]),
  ) as never;

const isJson = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !(value instanceof Date);
