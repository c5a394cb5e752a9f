import { stringify } from 'yaml';
import {
  type CommandName,
  commandNames,
  type InputDefinition,
  inputDefinitions,
  outputDefinitions,
} from '../inputs/definitions.js';

const isForAll = (names: readonly CommandName[]): boolean => names.length === commandNames.length;

/** `action.yml`. */
export const renderActionFile = (): string =>
  `# Written by \`node scripts/docs.mjs\` from src/inputs/definitions.ts.\n${stringify(
    {
      name: 'ami-publisher',
      description: 'Publish one disk image as encrypted AMIs in every AWS account and region',
      branding: { icon: 'copy', color: 'orange' },
      inputs: Object.fromEntries(
        Object.entries(inputDefinitions).map(([name, definition]) => [name, inputEntry(definition)]),
      ),
      outputs: Object.fromEntries(
        Object.entries(outputDefinitions).map(([name, description]) => [name, { description }]),
      ),
      runs: { using: 'node24', main: 'dist/main.js', post: 'dist/post.js' },
    },
    { lineWidth: 0 },
  )}`;

const inputEntry = ({ description, required = [], default: normal }: InputDefinition) => ({
  description,
  required: isForAll(required),
  ...(normal !== undefined && { default: normal }),
});

/** The tables of inputs and outputs, for the documentation. */
export const renderTables = (): string =>
  `${[
    '# Inputs and outputs of the GitHub action',
    'What they are for is in [github-action.md](../github-action.md).',
    '## Inputs',
    table(
      ['input', 'meaning', 'default', 'commands'],
      Object.entries(inputDefinitions).map(([name, definition]) => [
        code(name),
        definition.description,
        code(definition.default ?? ''),
        commandsOf(definition),
      ]),
    ),
    'Commands in **bold** cannot do without the input.',
    '## Outputs',
    table(
      ['output', 'meaning'],
      Object.entries(outputDefinitions).map(([name, description]) => [code(name), description]),
    ),
  ].join('\n\n')}\n`;

const commandsOf = ({ commands, required = [] }: InputDefinition): string => {
  if (isForAll(required)) return '**all**';
  return commands.map((name) => (required.includes(name) ? `**${name}**` : name)).join(', ');
};

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');

const code = (text: string): string => (text === '' ? '' : `\`${text}\``);
