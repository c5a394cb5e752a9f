import type { CommandDefinition, CommandGroup, OptionDefinition } from '../commands/definition.js';
import { code, codeBlock, table } from './markdown.js';

/** Every command of the groups with arguments, options and examples. */
export const commandSections = (groups: readonly CommandGroup[]): string =>
  groups
    .flatMap(({ title, commands }) => [
      `## ${title}`,
      ...commands.flatMap((command) => commandSection(command)),
    ])
    .join('\n\n');

const commandSection = (command: CommandDefinition, parents: readonly string[] = []): string[] => {
  const names = [...parents, command.name];
  if (command.commands !== undefined)
    return command.commands.flatMap((child) => commandSection(child, names));
  const form = ['ami-publisher', ...names, ...(command.arguments ?? []).map(({ name }) => name)].join(' ');
  const given = (command.arguments ?? []).map(({ name, summary }) => [code(name), summary]);
  const options = (command.options ?? []).map(optionRow);
  return [
    `### ${names.join(' ')}`,
    `${command.summary.charAt(0).toUpperCase()}${command.summary.slice(1)}.`,
    codeBlock('', [form]),
    ...(given.length > 0 ? [table(['argument', 'meaning'], given)] : []),
    ...(options.length > 0 ? [table(['option', 'meaning', 'default', 'environment'], options)] : []),
    ...(command.examples === undefined ? [] : [codeBlock('sh', command.examples)]),
  ];
};

const optionRow = (option: OptionDefinition): string[] => [
  code(option.flags),
  [
    option.summary,
    ...(option.choices === undefined ? [] : [`one of ${option.choices.map(code).join(', ')}`]),
    ...(option.repeatable ? ['may be repeated'] : []),
  ].join('; '),
  option.default ?? '',
  code(option.environment ?? ''),
];

/** Every option of every command that an environment variable can give: the variable, then the flags. */
export const optionVariables = (groups: readonly CommandGroup[]): Map<string, OptionDefinition> => {
  const options = groups.flatMap(({ commands }) => commands).flatMap(allOptions);
  return new Map(
    options
      .filter(({ environment }) => environment !== undefined)
      .map((option) => [option.environment ?? '', option] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
};

const allOptions = (command: CommandDefinition): readonly OptionDefinition[] => [
  ...(command.options ?? []),
  ...(command.commands ?? []).flatMap(allOptions),
];
