/** One option as `--help` shows it; its value arrives under its camel-case name. */
export interface OptionDefinition {
  readonly flags: string;
  readonly summary: string;
  readonly choices?: readonly string[];
  /** Environment variable that gives the value where the flag is left out. */
  readonly environment?: string;
  /** What holds where neither flag, environment nor configuration file says anything; for people, the command itself puts it in place. */
  readonly default?: string;
  /** May be given several times; the value is a list. */
  readonly repeatable?: true;
  /** Heading in `--help`. @default 'Options' */
  readonly group?: string;
}

/** Does the work of a command; returns the exit code. Options are as given: text, `true`, or a list of text. */
export type CommandRunner = (positional: string[], options: Record<string, unknown>) => Promise<number>;

export interface CommandDefinition {
  readonly name: string;
  readonly summary: string;
  readonly arguments?: readonly { readonly name: string; readonly summary: string }[];
  readonly options?: readonly OptionDefinition[];
  readonly examples?: readonly string[];
  readonly commands?: readonly CommandDefinition[];
  /** Runs where the command above it is given without one of its commands. */
  readonly isDefault?: true;
  /** Loads what the command needs, and no sooner. */
  readonly load?: () => Promise<CommandRunner>;
}

export interface CommandGroup {
  readonly title: string;
  readonly commands: readonly CommandDefinition[];
}

/** The summary of an option with its choices, default and environment variable, as `--help` shows it. */
export const describeOption = ({ summary, choices, environment, ...option }: OptionDefinition): string => {
  const notes = [
    ...(choices === undefined ? [] : [choices.join(' | ')]),
    ...(option.default === undefined ? [] : [`default: ${option.default}`]),
    ...(environment === undefined ? [] : [`env: ${environment}`]),
    ...(option.repeatable ? ['may be repeated'] : []),
  ];
  return notes.length === 0 ? summary : `${summary} (${notes.join('; ')})`;
};

/** Puts options under one heading. */
export const under = (group: string, options: readonly OptionDefinition[]): OptionDefinition[] =>
  options.map((option) => ({ ...option, group }));
