import { AmiPublisherError, invalidOption, parsePair } from '@ami-publisher/base';
import { type CommandName, commandNames, type InputName, inputDefinitions } from './definitions.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** The inputs of a step, checked. */
export interface Inputs {
  readonly command: CommandName;
  /** The value without blanks around it; undefined where there is neither a value nor a default. */
  text(name: InputName): string | undefined;
  /** The value of an input that the command cannot do without. */
  needed(name: InputName): string;
  flag(name: InputName): boolean;
  /** Lines that are not blank. */
  lines(name: InputName): readonly string[];
  /** The lines as `key=value`. @throws `INVALID_OPTION` */
  pairs(name: InputName): Readonly<Record<string, string>>;
}

const names = Object.keys(inputDefinitions) as InputName[];

/** How the runner passes an input on. */
export const inputVariable = (name: string): string => `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`;

const given = (environment: Environment, name: InputName): string | undefined =>
  environment[inputVariable(name)]?.trim() || undefined;

/** The values of secret inputs, to be masked before anything is logged: each as a whole, each of its lines, and the password alone. */
export const secretsOf = (environment: Environment): readonly string[] =>
  names
    .filter((name) => inputDefinitions[name].secret)
    .flatMap((name) => {
      const value = given(environment, name);
      if (value === undefined) return [];
      const password = name === 'proxy-credentials' ? value.slice(value.indexOf(':') + 1) : value;
      return [...value.split(/\r?\n/), password].map((text) => text.trim());
    })
    .filter((text, index, all) => text !== '' && all.indexOf(text) === index);

/**
 * Reads and checks the inputs of a step.
 *
 * @throws `INVALID_OPTION` naming the input, its value unless it is secret, and what is allowed.
 */
export const readInputs = (environment: Environment): Inputs => {
  const command = commandOf(environment);
  for (const name of names) check(name, command, given(environment, name));
  const text = (name: InputName) => given(environment, name) ?? inputDefinitions[name].default;
  const lines = (name: InputName) => linesOf(given(environment, name) ?? '');
  return {
    command,
    text,
    needed: (name) => text(name) ?? missing(name, command),
    flag: (name) => text(name)?.toLowerCase() === 'true',
    lines,
    pairs: (name) => Object.fromEntries(lines(name).map((line) => parsePair(name, line))),
  };
};

const commandOf = (environment: Environment): CommandName => {
  const value = given(environment, 'command');
  const command = commandNames.find((name) => name === value);
  if (command === undefined) throw invalidInput('command', `one of ${commandNames.join(', ')}`, value ?? '');
  return command;
};

const check = (name: InputName, command: CommandName, value: string | undefined): void => {
  const { commands, required, choices, kind, default: normal } = inputDefinitions[name];
  if (value === undefined) {
    if (required?.includes(command)) missing(name, command);
    return;
  }
  // The runner passes defaults on as if they were given.
  if (!commands.includes(command) && value !== normal)
    throw invalidInput(name, `left out with command ${command} (it is for ${commands.join(', ')})`, value);
  if (choices !== undefined && !choices.includes(value))
    throw invalidInput(name, `one of ${choices.join(', ')}`, value);
  // As YAML 1.2 writes them in its core schema.
  if (kind === 'flag' && !/^(true|True|TRUE|false|False|FALSE)$/.test(value))
    throw invalidInput(name, 'true or false', value);
};

const linesOf = (text: string): readonly string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** An error about an input; of a secret it does not show the value. */
export const invalidInput = (name: InputName, rule: string, value: string): AmiPublisherError => {
  if (!inputDefinitions[name].secret) return invalidOption(name, rule, value);
  return new AmiPublisherError('INVALID_OPTION', { message: `expected \`${name}\` to be ${rule}` });
};

const missing = (name: InputName, command: CommandName): never => {
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `the input \`${name}\` is needed for command ${command}`,
    resource: name,
    remedy: `give it under \`with:\` (${inputDefinitions[name].description})`,
  });
};
