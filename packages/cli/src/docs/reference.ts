import { type ErrorCode, errorCodes, errorSummaries, eventCodes } from '@ami-publisher/core';
import { commandGroups } from '../commands/index.js';
import { exitCodes } from '../exit-codes.js';
import { commandSections, optionVariables } from './commands.js';
import { configurationSection } from './configuration.js';
import { code, codeBlock, table } from './markdown.js';

/** The reference of the command line, `docs/cli.md`, from what the program itself is made of. */
export const renderReference = (): string =>
  `${[
    '<!-- Written by `node scripts/docs.mjs`; a test compares it. Change the sources, not this file. -->',
    '# Command line',
    'Results go to standard output, all else to standard error. `ami-publisher --help` and `ami-publisher COMMAND --help` say the same as this page.',
    codeBlock('sh', [
      'ami-publisher demo                                  # the whole thing on this machine, without AWS',
      'ami-publisher plan base/debian-12 2026-11-22        # what publishing would do',
      "ami-publisher publish base/debian-12 2026-11-22 -t 'prod,us-east-1;dev,*'",
    ]),
    commandSections(commandGroups),
    targetsSection,
    outputSection,
    exitCodeSection,
    environmentSection(),
    configurationSection(),
    errorSection(),
    eventSection(),
  ].join('\n\n')}\n`;

const targetsSection = `## Targets

A target is an account in a region. \`--targets\` takes pairs \`account,region\` with \`;\` between them; in both parts \`*\` stands for any run of
characters, and an empty part for all. \`@FILE\` reads pairs from a file, one or more a line; \`#\` begins a comment. Accounts are the names of the
configuration file, or else the AWS profiles. An account whose credentials do not work fails its own targets only.
A profile with \`mfa_serial\` has the code of its device asked for at the terminal.

Order of precedence: flag, environment variable, configuration file, default.

Durations are written \`90s\`, \`1h30m\`, \`2d\`; sizes \`512MiB\`, \`2GiB\`.`;

const outputSection = `## Output

| \`--output\` | what |
| --- | --- |
| \`table\` | for people; the default on a terminal. Never wider than the terminal: messages go below their row, then columns are left out and named |
| \`json\` | for programs; the default where standard output is no terminal. Fields stay as they are from release to release |
| \`yaml\` | the same as YAML |
| \`text\` | a line per row, cells between tabs; what a query finds as the AWS CLI prints it |

\`--query\` takes a [JMESPath](https://jmespath.org) expression over the JSON result.

Progress on a terminal is a block of one line per target that is redrawn in place; elsewhere, and with \`--debug\`, it is a line per event with its
time. \`--no-progress\` and \`--quiet\` leave it out. Colours follow [\`NO_COLOR\`](https://no-color.org).

Ctrl-C ends the work in order, so that \`resume\` can finish it and \`rollback\` undo it; a second Ctrl-C leaves at once.`;

const exitCodeSection = [
  '## Exit codes',
  table(
    ['code', 'meaning'],
    [
      [
        String(exitCodes.success),
        'all good; also when only best-effort targets failed (`partial: true`, and a warning)',
      ],
      [String(exitCodes.failure), 'something failed'],
      [String(exitCodes.usage), 'wrong usage: an option, a name, a target list or the configuration file'],
      [String(exitCodes.interrupted), 'interrupted'],
    ],
  ),
].join('\n\n');

/** Variables that no option is for. */
const otherVariables: readonly (readonly [string, string])[] = [
  [
    'AMI_PUBLISHER_COMPAT',
    '`go`: every call is one of the old form, as a call with a flag such as `-targets` is anyway (docs/migrating.md)',
  ],
  [
    'XDG_STATE_HOME',
    'without `--journal`, journals are in `ami-publisher/publications` below it; default `~/.local/state`',
  ],
  ['NO_COLOR, FORCE_COLOR', 'no colours; colours even where there is no terminal'],
  ['CI', 'progress as lines even on a terminal'],
  [
    'AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, AWS_ACCESS_KEY_ID, …',
    'as for every AWS client: profiles, keys, single sign-on, roles',
  ],
];

const environmentSection = (): string =>
  [
    '## Environment variables',
    table(
      ['variable', 'meaning'],
      [
        ...[...optionVariables(commandGroups)].map(([name, { flags }]) => [
          code(name),
          `the same as ${code(flags.replace(/^-\w, /, ''))}`,
        ]),
        ...otherVariables.map(([name, meaning]) => [
          name
            .split(', ')
            .map((one) => (one === '…' ? one : code(one)))
            .join(', '),
          meaning,
        ]),
      ],
    ),
  ].join('\n\n');

const errorSection = (): string =>
  [
    '## Error codes',
    'Errors on standard error are `error CODE: message`; results carry them in `code`. *Again*: the same call may succeed if it is simply made again.',
    table(
      ['code', 'meaning', 'again'],
      Object.entries(errorSummaries).map(([name, summary]) => [
        code(name),
        summary,
        errorCodes[name as ErrorCode] ? 'yes' : '',
      ]),
    ),
  ].join('\n\n');

const eventSection = (): string =>
  [
    '## Event codes',
    'Events are what `Publication.events` of the SDK yields, and what progress is made of.',
    table(
      ['code', 'meaning'],
      Object.entries(eventCodes).map(([name, meaning]) => [code(name), meaning]),
    ),
  ].join('\n\n');
