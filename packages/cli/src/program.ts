import { Command, Option } from 'commander';
import type { CommandDefinition, CommandGroup } from './commands/definition.js';
import { commandGroups } from './commands/index.js';
import { version } from './version.js';

/** The whole command line. Nothing but the table of commands is loaded until one of them runs. */
export const createProgram = (): Command => {
  const program = new Command('ami-publisher')
    .description('Publish one disk image as encrypted AMIs in every AWS account and region.')
    .version(version, '-V, --version')
    .showHelpAfterError('(add --help for the usage)')
    .helpCommand(true)
    .exitOverride();
  program.addHelpText(
    'after',
    `
Start here:
  ami-publisher demo                                    the whole thing on this machine, without AWS
  ami-publisher plan base/debian-12 2026-11-22          what publishing would do
  ami-publisher publish base/debian-12 2026-11-22 --targets 'prod,us-east-1;dev,*'
`,
  );
  for (const group of commandGroups) addGroup(program, group);
  return program;
};

const addGroup = (program: Command, group: CommandGroup): void => {
  program.commandsGroup(`${group.title}:`);
  for (const definition of group.commands) addCommand(program, definition);
};

const addCommand = (parent: Command, definition: CommandDefinition): void => {
  const command = parent.command(definition.name).description(definition.summary).exitOverride();
  for (const argument of definition.arguments ?? []) command.argument(argument.name, argument.summary);
  for (const option of definition.options ?? []) command.addOption(toOption(option));
  if (definition.examples !== undefined) {
    command.addHelpText(
      'after',
      `\nExamples:\n${definition.examples.map((example) => `  ${example}`).join('\n')}\n`,
    );
  }
  for (const child of definition.commands ?? []) addCommand(command, child);
  const { load } = definition;
  if (load === undefined) return;
  command.action(async (...given: unknown[]) => {
    // Commander gives the arguments, then the options, then the command.
    const positional = given.slice(0, -2) as string[];
    const run = await load();
    process.exitCode = await run(positional, given.at(-2) as Record<string, unknown>);
  });
};

const toOption = (definition: NonNullable<CommandDefinition['options']>[number]): Option => {
  const option = new Option(definition.flags, definition.summary);
  if (definition.choices !== undefined) option.choices([...definition.choices]);
  if (definition.environment !== undefined) option.env(definition.environment);
  if (definition.default !== undefined) option.default(definition.default);
  if (definition.repeatable) {
    option.argParser((value: string, previous: readonly string[] | undefined) => [
      ...(previous ?? []),
      value,
    ]);
  }
  return option;
};
