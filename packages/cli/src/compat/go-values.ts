import { readFile } from 'node:fs/promises';

type Tags = Readonly<Record<string, string>>;

/** What a flag of the reference may hold once it is read. */
export type GoValue = string | number | boolean | Tags;

/** A kind of value as Go's flag package reads it. `parse` throws an `Error` that says what is wrong. */
export interface GoKind {
  /** As the usage text of a Go program names it. */
  readonly name: 'string' | 'uint' | 'int' | 'duration' | 'bool' | 'targets' | 'tags';
  readonly parse: (text: string) => GoValue | Promise<GoValue>;
}

const parseError = (): Error => new Error('parse error');

const wholeNumber = (text: string): number => {
  const value = Number(text.replaceAll('_', ''));
  if (!/^(0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+|[1-9]\d*|0)$/.test(text) || !Number.isSafeInteger(value))
    throw parseError();
  return value;
};

const signed = (text: string): number =>
  text.startsWith('-') ? -wholeNumber(text.slice(1)) : wholeNumber(text.replace(/^\+/, ''));

const booleans: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((text) => [text, false] as const),
]);

const boolean = (text: string): boolean => {
  const value = booleans.get(text);
  if (value === undefined) throw parseError();
  return value;
};

const unitsInMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** Milliseconds of a Go duration such as `90s`, `1h30m`, `-5m` or `0`; there are no days. */
const duration = (text: string): number => {
  const [, sign = '', amounts = ''] = /^([+-]?)(.*)$/.exec(text) ?? [];
  if (amounts === '0') return 0;
  const parts = [...amounts.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== amounts) throw parseError();
  const ms = parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (unitsInMs[unit] ?? 0), 0);
  return sign === '-' ? -ms : ms;
};

/** `account,region;account,region`, checked as strictly as the reference does: no blanks are trimmed, and no `;` may trail. */
const targets = (text: string): string => {
  const malformed = text === '' ? undefined : text.split(';').find((pair) => pair.split(',').length !== 2);
  if (malformed !== undefined) throw new Error(`malformed target: ${JSON.stringify(malformed)}`);
  return text;
};

/** `Key=Value` and `@path` (a JSON object of text to text), with commas between them; the later of two wins. */
const tags = async (text: string): Promise<Tags> => {
  let all: Tags = {};
  for (const item of text === '' ? [] : text.split(',')) all = { ...all, ...(await tagsOfItem(item)) };
  return all;
};

const tagsOfItem = async (item: string): Promise<Tags> => {
  if (item.startsWith('@')) return tagsOfFile(item.slice(1));
  const [key = '', value, ...more] = item.split('=');
  if (value === undefined || more.length > 0) throw new Error(`malformed tag: ${JSON.stringify(item)}`);
  return { [key]: value };
};

const tagsOfFile = async (file: string): Promise<Tags> => {
  try {
    const lines = (await readFile(file, 'utf8')).split('\n');
    const value: unknown = JSON.parse(lines.filter((line) => !/^\s*(#|\/\/|!)/.test(line)).join('\n'));
    if (isTags(value)) return value;
  } catch (cause) {
    throw new Error(`error loading tags file: ${(cause as Error).message}`, { cause });
  }
  throw new Error(`error loading tags file: ${file} holds no JSON object of text to text`);
};

const isTags = (value: unknown): value is Tags =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((one) => typeof one === 'string');

/** Every kind of value that the reference's flags have. */
export const kinds = {
  text: { name: 'string', parse: (text) => text },
  count: { name: 'uint', parse: wholeNumber },
  integer: { name: 'int', parse: signed },
  duration: { name: 'duration', parse: duration },
  boolean: { name: 'bool', parse: boolean },
  targets: { name: 'targets', parse: targets },
  tags: { name: 'tags', parse: tags },
} as const satisfies Readonly<Record<string, GoKind>>;
