import { type ArgumentName, type OrchestratorArgument, orchestratorArguments } from './arguments.js';

/** What a command line gives. */
export interface GivenArguments {
  /** The last value of an argument; undefined if it was not given, or is empty. */
  one(name: ArgumentName): string | undefined;
  /** All values of an argument. */
  all(name: ArgumentName): readonly string[];
  /** Whether a flag was given. */
  is(name: ArgumentName): boolean;
}

/** A command line that the parser refuses; the message is the original's. */
export class ArgumentFault extends Error {
  override readonly name = 'ArgumentFault';
}

/** Somebody asks for help. */
export class HelpAsked extends Error {
  override readonly name = 'HelpAsked';
}

type Word =
  | { readonly kind: 'value'; readonly text: string }
  | { readonly kind: 'unknown'; readonly text: string }
  | { readonly kind: 'argument'; readonly argument: OrchestratorArgument; readonly value?: string };

const all: readonly OrchestratorArgument[] = orchestratorArguments;
const originals = all.filter(({ added }) => added !== true);

/**
 * Reads a command line by the rules of Python's argparse, which the original's is read by: unambiguous prefixes of names, `--name value` and
 * `--name=value`, the last of several values, words that begin with a dash but cannot be names as values.
 *
 * @throws ArgumentFault, HelpAsked
 */
export const parseArguments = (words: readonly string[]): GivenArguments => {
  const values = new Map<string, string[]>();
  const strangers: string[] = [];
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  const queue = [...words.slice(0, end).map(classify), ...words.slice(end + 1).map(asValue)];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word.kind !== 'argument') strangers.push(word.text);
    else take(word.argument, word.value ?? nextValue(word.argument, queue), values);
  }
  if (!values.has('--mode')) throw new ArgumentFault('the following arguments are required: --mode');
  if (strangers.length > 0) throw new ArgumentFault(`unrecognized arguments: ${strangers.join(' ')}`);
  return givenOf(values);
};

/** Arguments by their values. */
export const givenOf = (values: ReadonlyMap<string, readonly string[]>): GivenArguments => ({
  one: (name) => values.get(name)?.at(-1) || undefined,
  all: (name) => values.get(name) ?? [],
  is: (name) => values.has(name),
});

const take = (
  { name, choices, flag }: OrchestratorArgument,
  value: string | undefined,
  values: Map<string, string[]>,
): void => {
  if (name === '--help') throw new HelpAsked();
  if (flag === true && value !== undefined) {
    throw new ArgumentFault(`argument ${name}: ignored explicit argument '${value}'`);
  }
  const text = value ?? '';
  if (choices !== undefined && !choices.includes(text)) {
    const known = choices.map((choice) => `'${choice}'`).join(', ');
    throw new ArgumentFault(`argument ${name}: invalid choice: '${text}' (choose from ${known})`);
  }
  values.set(name, [...(values.get(name) ?? []), text]);
};

const nextValue = ({ name, flag }: OrchestratorArgument, queue: Word[]): string | undefined => {
  if (flag === true) return undefined;
  const next = queue.shift();
  if (next?.kind !== 'value') throw new ArgumentFault(`argument ${name}: expected one argument`);
  return next.text;
};

const asValue = (text: string): Word => ({ kind: 'value', text });

const classify = (text: string): Word => {
  if (!text.startsWith('-') || text === '-') return asValue(text);
  if (text === '-h') return { kind: 'argument', argument: named('--help') };
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  const argument = find(text, name);
  if (argument !== undefined) {
    return { kind: 'argument', argument, ...(equals >= 0 && { value: text.slice(equals + 1) }) };
  }
  const isNoName = /^-\d+$|^-\d*\.\d+$/.test(text) || text.includes(' ');
  return { kind: isNoName ? 'value' : 'unknown', text };
};

/** The argument of that name, or of which it is the beginning, or that the original's documents spell so (`--stacktag`). */
const find = (text: string, name: string): OrchestratorArgument | undefined => {
  const exact = all.find((argument) => argument.name === name);
  if (exact !== undefined) return exact;
  const begun = name.startsWith('--') ? originals.filter((argument) => argument.name.startsWith(name)) : [];
  if (begun.length > 1) {
    const could = begun.map((argument) => argument.name).join(', ');
    throw new ArgumentFault(`ambiguous option: ${text} could match ${could}`);
  }
  return begun[0] ?? originals.find((argument) => argument.name.toLowerCase() === name.toLowerCase());
};

const named = (name: ArgumentName): OrchestratorArgument =>
  all.find((argument) => argument.name === name) as OrchestratorArgument;
