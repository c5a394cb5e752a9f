import { type NewForm, type OldFlag, oldFlags } from '../compat/flags.js';
import { type OldCommand, oldCommands } from '../compat/sub-commands.js';
import { code, codeBlock, table } from './markdown.js';

/** The first part of docs/migrating.md: the old form of the command line, from the tables that it runs by. */
export const renderOldForm = (): string =>
  [
    '# From the Go tool',
    `Calls of the Go \`ami-publisher\` run as they are. A flag with a single dash, such as \`-targets\`, or \`AMI_PUBLISHER_COMPAT=go\` makes a call one of the
old form: the flags and defaults of the Go tool, its flag files, its results as JSON on standard output, its exit codes 0, 1 and 2, and no questions. One
notice on standard error names the new form of the call, which does exactly the same:`,
    codeBlock('', [
      "$ ami-publisher -targets 'prod,*' -expiresIn=0 prepare-unpackers base/debian-12",
      "note: this is the old form of the call; the new one is:  ami-publisher prepare-unpackers base/debian-12 --targets='prod,*'",
    ]),
    `In the old form flags go before the sub-command, and the first word that is none ends them. Flag files are read as ever: \`flags.default\` and
\`flags.extra\` in \`/etc/config/ami-publisher\`, where a fault is a warning, and then in \`~/.config/ami-publisher\`, where it is an error. The profile \`default\` is
left alone, and \`AWS_PROFILE\` does not matter. \`AMI_PUBLISHER_CONFIG\`, \`AMI_PUBLISHER_JOURNAL\` and \`AWS_ENDPOINT_URL\` count in both forms. An interrupted call ends with 130.`,
    `Results files of both are read by both forms; what the Go tool published can be listed, tagged, launched and deleted here. Images, unpackers and image servers
are our own: the image server takes trees, tar files and OCI layouts (docs/imageserver.md), and the unpackers' volumes are filled anew by the first publication.`,
    '## Flags',
    table(
      ['old form', 'value', 'default', 'new form', 'what differs'],
      oldFlags.map((flag) => [
        code(`-${flag.name}`),
        flag.kind.name,
        code(flag.default),
        newFormOf(flag.becomes),
        differenceOf(flag),
      ]),
    ),
    '## Sub-commands',
    `All 23 have the same name in the new form. What is added is what the new form needs to do what the old one did without being told; after an error the exit
status is 1 in both forms.`,
    table(
      ['old form', 'reads', 'new form adds', 'what differs'],
      oldCommands.map((command) => [
        code([command.name, ...command.arguments].join(' ')),
        command.flags.map((flag) => code(`-${flag}`)).join(', '),
        (command.added ?? []).map(code).join(', '),
        [command.difference ?? [], unneededOf(command)].flat().join('; '),
      ]),
    ),
  ].join('\n\n');

const unneededOf = ({ unneeded }: OldCommand): string[] =>
  unneeded === undefined
    ? []
    : [`no effect have ${unneeded.flags.map((flag) => code(`-${flag}`)).join(', ')}: ${unneeded.why}`];

/** How a flag is given in the new form. */
const newFormOf = (form: NewForm): string => {
  if ('withPort' in form) return code(`${form.option} HOST:PORT`);
  if ('option' in form) return code(form.option);
  if ('portOf' in form) return `the port of ${code(form.portOf)}`;
  if ('eachTag' in form) return `${code(`${form.eachTag} KEY=VALUE`)}, repeated`;
  if ('duration' in form) return code(form.duration);
  if ('whenTrue' in form) return code(form.whenTrue);
  if ('whenFalse' in form) return `without it ${code(form.whenFalse)}`;
  if ('variable' in form) return `the variable ${code(form.variable)}`;
  return 'none';
};

const differenceOf = ({ becomes, difference = '' }: OldFlag): string => {
  if ('ignored' in becomes) return `no effect: ${becomes.ignored}`;
  if ('refused' in becomes) return `refused: ${becomes.refused}`;
  return difference;
};
