import { oldFlags } from './flags.js';
import { oldCommands } from './sub-commands.js';

/** What the reference answers a wrong command line with, and `-h`. */
export const oldUsage = (): string =>
  [
    'Usage: ami-publisher [flags...] sub-command [args...]',
    'Flags:',
    ...oldFlags.flatMap(({ name, kind, default: usual, summary }) => [
      `  -${name}${kind.name === 'bool' ? '' : ` ${kind.name}`}`,
      `    \t${summary}${usual === '' || usual === 'false' ? '' : ` (default ${usual})`}`,
    ]),
    'Sub-commands:',
    ...oldCommands.map(({ name, arguments: names }) => `  ${[name, ...names].join(' ')}`),
    '',
    'This is the old form of the command line; `ami-publisher --help` shows the new one.',
    '',
  ].join('\n');
