import { posix } from 'node:path';
import type { OldFlag } from './flags.js';
import { UsageFault } from './go-flags.js';
import type { GoValue } from './go-values.js';
import { arityOf, type OldCommand } from './sub-commands.js';

/** What the old form of a call means. */
export interface Translation {
  /** The call in the new form, from the command's name on. */
  readonly words: readonly string[];
  /** Environment variables that it needs besides. */
  readonly variables: Readonly<Record<string, string>>;
  /** What was given to no effect, as sentences. */
  readonly ignored: readonly string[];
}

/** The flags of a call. */
export interface CallFlags {
  readonly all: readonly OldFlag[];
  /** Of every flag, defaults included. */
  readonly values: ReadonlyMap<string, GoValue>;
  /** Names of the flags that somebody gave. */
  readonly given: ReadonlySet<string>;
}

/**
 * Puts a call of the old form into the new one.
 *
 * @throws {UsageFault} for a wrong number of arguments
 * @throws `Error` for a flag that is refused
 */
export const translate = (
  command: OldCommand,
  positional: readonly string[],
  { all, values, given }: CallFlags,
): Translation => {
  const { min, max } = arityOf(command);
  if (positional.length < min || positional.length > max) throw wrongNumber(command);
  const read = all.filter(({ name }) => command.flags.includes(name));
  const refused = read.find((flag) => given.has(flag.name) && isRefused(flag, values.get(flag.name)));
  if (refused !== undefined && 'refused' in refused.becomes)
    throw new Error(`-${refused.name}: ${refused.becomes.refused}`);
  const options = [...read.flatMap((flag) => wordsOf(flag, values)), ...(command.added ?? [])];
  return {
    words: [
      command.name,
      ...argumentsAndOptions(
        positional.map((word, at) => cleaned(command, word, at)),
        options,
      ),
    ],
    variables: Object.fromEntries(
      all.flatMap(({ name, becomes }) =>
        'variable' in becomes && given.has(name) ? [[becomes.variable, String(values.get(name))]] : [],
      ),
    ),
    ignored: all.flatMap(({ name, becomes }) => {
      const why = 'ignored' in becomes ? becomes.ignored : unneeded(command, name);
      return why !== undefined && given.has(name) ? [`-${name} has no effect: ${why}`] : [];
    }),
  };
};

const unneeded = (command: OldCommand, flag: string): string | undefined =>
  command.unneeded?.flags.includes(flag) ? command.unneeded.why : undefined;

/** Image names are paths: the reference takes `base//x/` for `base/x`. */
const cleaned = (command: OldCommand, word: string, at: number): string =>
  pathArguments.has(command.arguments[at] ?? '') ? posix.normalize(word).replace(/(?<=.)\/$/, '') : word;

const pathArguments = new Set(['boot-image', 'image-stream', 'leaf-name', 'stream-name', '[stream-name]']);

const argumentsAndOptions = (positional: readonly string[], options: readonly string[]): readonly string[] =>
  positional.some((word) => word.startsWith('-'))
    ? [...options, '--', ...positional]
    : [...positional, ...options];

const isRefused = ({ becomes, default: usual }: OldFlag, value: GoValue | undefined): boolean =>
  'refused' in becomes && value !== usual;

const wordsOf = ({ name, becomes }: OldFlag, values: ReadonlyMap<string, GoValue>): string[] => {
  const value = values.get(name) ?? '';
  if ('withPort' in becomes) return [`${becomes.option}=${value}:${values.get(becomes.withPort)}`];
  if ('option' in becomes) return String(value) === becomes.unless ? [] : [`${becomes.option}=${value}`];
  if ('eachTag' in becomes)
    return Object.entries(value).map(([key, text]) => `${becomes.eachTag}=${key}=${text}`);
  if ('duration' in becomes) {
    const ms = Number(value);
    return becomes.aboveZero && ms <= 0 ? [] : [`${becomes.duration}=${formatMs(ms)}`];
  }
  if ('whenTrue' in becomes) return value === true ? [becomes.whenTrue] : [];
  if ('whenFalse' in becomes) return value === true ? [] : [becomes.whenFalse];
  return [];
};

const units: readonly (readonly [string, number])[] = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
];

/** In the largest unit that takes it whole. */
const formatMs = (ms: number): string => {
  const [unit, size] = units.find(([, one]) => ms % one === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
};

const wrongNumber = (command: OldCommand): UsageFault =>
  new UsageFault(`expected: ${[command.name, ...command.arguments].join(' ')} (flags go before it)`);
