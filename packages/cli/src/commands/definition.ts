/** One option as `--help` shows it; its value arrives under its camel-case name. */
export interface OptionDefinition {
  readonly flags: string;
  readonly summary: string;
  readonly choices?: readonly string[];
  /** Environment variable that gives the value where the flag is left out. */
  readonly environment?: string;
  readonly default?: string | boolean;
  /** May be given several times; the value is a list. */
  readonly repeatable?: true;
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
  /** Loads what the command needs, and no sooner. */
  readonly load?: () => Promise<CommandRunner>;
}

export interface CommandGroup {
  readonly title: string;
  readonly commands: readonly CommandDefinition[];
}
