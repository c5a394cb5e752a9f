import type { GoKind, GoValue } from './go-values.js';

/** What reading flags needs to know of one. */
export interface ReadableFlag {
  readonly name: string;
  readonly kind: GoKind;
}

/** A command line that the reference would answer with its usage text and status 2. */
export class UsageFault extends Error {}

/** `-h` or `-help`: usage text and status 0. */
export class HelpWanted extends Error {}

export interface GoFlags {
  /** The flags that were given; of a flag given twice, the later value. */
  readonly values: ReadonlyMap<string, GoValue>;
  /** From the first word that is no flag on. */
  readonly rest: readonly string[];
}

/**
 * Reads words as Go's flag package does: `-name=value`, `-name value`, `--name=value`, booleans alone or with `=value`; the first word that is no
 * flag, or `--`, ends it.
 *
 * @throws {UsageFault} in Go's words
 * @throws {HelpWanted}
 */
export const parseGoFlags = async (
  words: readonly string[],
  flags: readonly ReadableFlag[],
): Promise<GoFlags> => {
  const values = new Map<string, GoValue>();
  const rest = [...words];
  for (let word = rest[0]; word !== undefined && isFlag(word); word = rest[0]) {
    rest.shift();
    if (word === '--') break;
    const { name, attached } = split(word);
    const flag = flags.find((candidate) => candidate.name === name);
    if (flag === undefined) throw unknown(name);
    const text = attached ?? (flag.kind.name === 'bool' ? 'true' : rest.shift());
    if (text === undefined) throw new UsageFault(`flag needs an argument: -${name}`);
    values.set(name, await parseGoValue(flag, text));
  }
  return { values, rest };
};

/** One flag's value. @throws {UsageFault} in Go's words */
export const parseGoValue = async ({ name, kind }: ReadableFlag, text: string): Promise<GoValue> => {
  try {
    return await kind.parse(text);
  } catch (cause) {
    const shown = JSON.stringify(text);
    const what =
      kind.name === 'bool' ? `boolean value ${shown} for -${name}` : `value ${shown} for flag -${name}`;
    throw new UsageFault(`invalid ${what}: ${(cause as Error).message}`, { cause });
  }
};

const isFlag = (word: string): boolean => word.length > 1 && word.startsWith('-');

const split = (word: string): { readonly name: string; readonly attached: string | undefined } => {
  const body = word.replace(/^--?/, '');
  if (body.startsWith('-') || body.startsWith('=')) throw new UsageFault(`bad flag syntax: ${word}`);
  const equals = body.indexOf('=');
  if (equals < 0) return { name: body, attached: undefined };
  return { name: body.slice(0, equals), attached: body.slice(equals + 1) };
};

const unknown = (name: string): Error =>
  name === 'h' || name === 'help'
    ? new HelpWanted('help')
    : new UsageFault(`flag provided but not defined: -${name}`);
