import { homedir } from 'node:os';
import type { CommandDefinition, OptionDefinition } from '../commands/definition.js';
import { commandGroups } from '../commands/index.js';

/** Something that may be typed next. */
export interface Candidate {
  readonly value: string;
  /** What it is; shown by shells that can. */
  readonly about?: string | undefined;
}

/** Options that were given before the cursor, and their variables of the environment, by camel-case name. */
export type GivenOptions = Readonly<Record<string, string | true>>;

/** What only the machine or a server knows. */
export interface CompletionSources {
  targets(given: GivenOptions): Promise<readonly string[]>;
  profiles(): Promise<readonly string[]>;
  streams(given: GivenOptions): Promise<readonly string[]>;
  leaves(stream: string, given: GivenOptions): Promise<readonly string[]>;
  errorCodes(): Promise<readonly string[]>;
}

interface Line {
  /** The command so far; undefined before one is named. */
  readonly command: CommandDefinition | undefined;
  /** The commands that may come next. */
  readonly commands: readonly CommandDefinition[];
  readonly positional: readonly string[];
  readonly given: GivenOptions;
  /** The option whose value is being typed. */
  readonly open: OptionDefinition | undefined;
}

const allCommands: readonly CommandDefinition[] = commandGroups.flatMap(({ commands }) => commands);

/**
 * What may stand in place of the last word.
 *
 * @param words after the program's name, the last being typed and perhaps empty
 */
export const candidatesFor = async (
  words: readonly string[],
  sources: CompletionSources,
  environment: NodeJS.ProcessEnv = {},
): Promise<readonly Candidate[]> => {
  const { before, current, joined } = split(words);
  const line = read(before, environment);
  const all = await candidatesAt(line, current, sources);
  return all
    .filter(({ value }) => value.startsWith(current))
    .map((candidate) => ({ ...candidate, value: `${joined}${candidate.value}` }));
};

/** Bash hands `--targets=prod` over as three words, other shells as one, which a candidate replaces as a whole; a quote that is open is no part of it. */
const split = (words: readonly string[]) => {
  const [last = '', ...earlier] = words.toReversed();
  const joined = /^(--[\w-]+)=(.*)$/s.exec(last);
  const [option, value] = joined === null ? [undefined, last === '=' ? '' : last] : [joined[1], joined[2]];
  return {
    before: [...earlier.reverse(), ...(option === undefined ? [] : [option])]
      .filter((word) => word !== '=')
      .map(unquote),
    current: (value ?? '').replace(/^['"]/, ''),
    joined: option === undefined ? '' : `${option}=`,
  };
};

/** Shells hand words over as they were typed: with quotes or backslashes, and a tilde for the home folder. */
const unquote = (word: string): string => {
  const quoted = /^(['"])(.*)\1$/s.exec(word);
  if (quoted?.[2] !== undefined) return quoted[2];
  return word.replaceAll(/\\(.)/gs, '$1').replace(/^~(?=\/)/, homedir());
};

const read = (words: readonly string[], environment: NodeJS.ProcessEnv): Line => {
  let command: CommandDefinition | undefined;
  let commands = allCommands;
  let open: OptionDefinition | undefined;
  const positional: string[] = [];
  const given: Record<string, string | true> = {};
  for (const word of words) {
    if (open !== undefined) {
      given[nameOf(open)] = word;
      open = undefined;
    } else if (word.startsWith('-')) {
      const [, flag = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
      const option = command?.options?.find(({ flags }) => flagsOf(flags).includes(flag));
      if (option === undefined) continue;
      if (takesValue(option) && value === undefined) open = option;
      else given[nameOf(option)] = value ?? true;
    } else {
      const next = commands.find(({ name }) => name === word);
      if (next === undefined) positional.push(word);
      else {
        command = next;
        commands = next.commands ?? [];
      }
    }
  }
  return {
    command,
    commands,
    positional,
    given: { ...fromEnvironment(command, environment), ...given },
    open,
  };
};

const fromEnvironment = (command: CommandDefinition | undefined, environment: NodeJS.ProcessEnv) =>
  Object.fromEntries(
    (command?.options ?? []).flatMap((option) => {
      const value = option.environment === undefined ? undefined : environment[option.environment];
      return value ? [[nameOf(option), value]] : [];
    }),
  );

/** The flags of `-t, --targets <list>`. */
const flagsOf = (flags: string): string[] => flags.split(/,? /).filter((part) => part.startsWith('-'));
const longOf = ({ flags }: OptionDefinition): string => flagsOf(flags).at(-1) ?? '';
const takesValue = ({ flags }: OptionDefinition): boolean => flags.includes('<');
const nameOf = (option: OptionDefinition): string =>
  longOf(option)
    .slice(2)
    .replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

const candidatesAt = async (
  { command, commands, positional, given, open }: Line,
  current: string,
  sources: CompletionSources,
): Promise<readonly Candidate[]> => {
  if (open !== undefined) return valuesOf(open, given, sources);
  if (current.startsWith('-')) return optionsOf(command, given);
  if (command === undefined && positional.length > 0) return [];
  const named = commands.map(({ name, summary }) => ({ value: name, about: summary }));
  const argument = command?.arguments?.[positional.length]?.name;
  return argument === undefined
    ? named
    : [...named, ...(await argumentsOf(argument, positional, given, sources))];
};

const optionsOf = (command: CommandDefinition | undefined, given: GivenOptions): readonly Candidate[] => [
  ...(command?.options ?? [])
    .filter((option) => option.repeatable || !(nameOf(option) in given))
    .map((option) => ({ value: longOf(option), about: option.summary })),
  { value: '--help', about: 'show this help' },
];

const valuesOf = async (
  option: OptionDefinition,
  given: GivenOptions,
  sources: CompletionSources,
): Promise<readonly Candidate[]> => {
  if (option.choices !== undefined) return plain(option.choices);
  const name = longOf(option);
  if (name === '--targets' || name === '--skip-targets') return plain(await sources.targets(given));
  return name === '--profile' ? plain(await sources.profiles()) : [];
};

const argumentsOf = async (
  argument: string,
  positional: readonly string[],
  given: GivenOptions,
  sources: CompletionSources,
): Promise<readonly Candidate[]> => {
  const name = argument.replaceAll(/[<>[\].]/g, '');
  if (name === 'stream') return plain(await sources.streams(given));
  if (name === 'leaf') return plain(await sources.leaves(positional.at(-1) ?? '', given));
  if (name === 'code') return plain(await sources.errorCodes());
  return name === 'shell' ? plain(['bash', 'zsh', 'fish']) : [];
};

const plain = (values: readonly string[]): readonly Candidate[] => values.map((value) => ({ value }));
