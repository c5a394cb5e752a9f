import { Command, Option, type OutputConfiguration } from 'commander';
import {
  type CommandDefinition,
  type CommandGroup,
  describeOption,
  type OptionDefinition,
} from './commands/definition.js';
import { commandGroups } from './commands/index.js';
import type { Present } from './output/render.js';
import { version } from './version.js';

export interface ProgramOptions {
  /** Hears the exit code of the command that ran. */
  readonly onExit: (exitCode: number) => void;
  /** Where help and usage errors go. @default stdout and stderr */
  readonly output?: OutputConfiguration | undefined;
  /** Makes the text that a command writes to stdout. @default the form that `--output` names */
  readonly present?: Present | undefined;
}

/** The whole command line. Nothing but the table of commands is loaded until one of them runs. */
export const createProgram = (options: ProgramOptions): Command => {
  const program = new Command('ami-publisher')
    .description('Publish one disk image as encrypted AMIs in every AWS account and region.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .configureHelp({
      subcommandTerm,
      // Choices, defaults and variables are part of our summaries.
      optionDescription: ({ description }) => description,
    })
    .configureOutput(options.output ?? {})
    .showHelpAfterError('\nMore:     ami-publisher --help')
    .exitOverride();
  program.addHelpText('after', startHere);
  for (const group of commandGroups) addGroup(program, group, options);
  addHelpCommand(program);
  return program;
};

const startHere = `
Start here:
  ami-publisher demo                                    the whole thing on this machine, without AWS
  ami-publisher plan base/debian-12 2026-11-22          what publishing would do
  ami-publisher publish base/debian-12 2026-11-22 --targets 'prod,us-east-1;dev,*'

Options of a command: ami-publisher COMMAND --help
`;

const addGroup = (program: Command, group: CommandGroup, options: ProgramOptions): void => {
  program.commandsGroup(`${group.title}:`);
  for (const definition of group.commands) addCommand(program, definition, options);
};

const addCommand = (parent: Command, definition: CommandDefinition, options: ProgramOptions): void => {
  const command = parent
    .command(definition.name, { isDefault: definition.isDefault === true })
    .summary(definition.summary)
    .description(asSentence(definition.summary))
    .helpCommand(false);
  for (const argument of definition.arguments ?? []) command.argument(argument.name, argument.summary);
  for (const option of definition.options ?? []) command.addOption(toOption(option));
  command.showHelpAfterError(usageOf(command, definition));
  if (definition.examples !== undefined) {
    const lines = definition.examples.map((example) => `  ${example}`);
    command.addHelpText('after', `\nExamples:\n${lines.join('\n')}\n`);
  }
  for (const child of definition.commands ?? []) addCommand(command, child, options);
  const { load } = definition;
  if (load === undefined) return;
  command.action(async (...given: unknown[]) => {
    // Commander gives the arguments, then the options, then the command.
    const positional = given.slice(0, -2) as string[];
    const run = await load();
    const { present } = options;
    options.onExit(
      await run(positional, { ...(given.at(-2) as object), ...(present !== undefined && { present }) }),
    );
  });
};

/** `help image add` is `image add --help`. */
const addHelpCommand = (program: Command): void => {
  program
    .command('help')
    .argument('[command...]')
    .summary('show the help of a command')
    .description('Show the help of a command.')
    .action((names: readonly string[]) => {
      let command = program;
      for (const name of names) {
        command = command.commands.find((candidate) => candidate.name() === name) ?? unknown(command, name);
      }
      command.help();
    });
};

const unknown = (command: Command, name: string): never =>
  command.error(`error: unknown command '${name}'`, { code: 'commander.unknownCommand' });

/** What follows a usage error: the form, one example, and where there is more. */
const usageOf = (command: Command, { examples }: CommandDefinition): string => {
  const names = [];
  for (let at: Command | null = command; at !== null; at = at.parent) names.unshift(at.name());
  const name = names.join(' ');
  return [
    '',
    `Usage:    ${name} ${command.usage()}`,
    ...(examples?.slice(0, 1).map((example) => `Example:  ${example}`) ?? []),
    `More:     ${name} --help`,
  ].join('\n');
};

/** A command in a list: `publish <stream> <leaf>`; that it has options goes without saying. */
const subcommandTerm = (command: Command): string => {
  const given = command.registeredArguments.map((argument) => {
    const name = argument.variadic ? `${argument.name()}...` : argument.name();
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...(command.commands.length > 0 ? ['<command>'] : []), ...given].join(' ');
};

const asSentence = (summary: string): string => `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;

const toOption = (definition: OptionDefinition): Option => {
  const option = new Option(definition.flags, describeOption(definition));
  if (definition.group !== undefined) option.helpGroup(`${definition.group}:`);
  if (definition.choices !== undefined) option.choices([...definition.choices]);
  if (definition.environment !== undefined) option.env(definition.environment);
  if (definition.repeatable) {
    option.argParser((value: string, previous: readonly string[] | undefined) => [
      ...(previous ?? []),
      value,
    ]);
  }
  return option;
};
