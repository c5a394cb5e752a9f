import { wrapText } from '../../output/wrap-text.js';
import { type OrchestratorArgument, orchestratorArguments } from './arguments.js';

const program = 'ami-publisher lifecycle';
const lineWidth = 80;
const all: readonly OrchestratorArgument[] = orchestratorArguments;

/** The short form of a call, which goes before what is wrong with one. */
export const usageLine = (): string => `usage: ${program} [-h] --mode {UI,BATCH} [--ARGUMENT VALUE ...]\n`;

/** What the parser's faults look like. */
export const faultText = (message: string): string => `${usageLine()}${program}: error: ${message}\n`;

/** The help of the Orchestrator's arguments. */
export const orchestratorHelp = (): string =>
  [
    usageLine(),
    'Takes the command lines of the AMI Lifecycle Orchestrator as they are.',
    'Commands that teach more: ami-publisher lifecycle --help\n',
    'arguments of the Orchestrator (unambiguous beginnings of names will do):',
    ...all.filter(({ added }) => added !== true).flatMap(helpOf),
    '',
    'added arguments (to be written out):',
    ...all.filter(({ added }) => added === true).flatMap(helpOf),
    '',
    'exit codes: 0 done, 1 refused or failed, 2 wrong call, 99 argument missing',
    '',
    'example:',
    `  ${program} --mode BATCH --operation AMI_CREATE \\`,
    '    --events SMOKE_TESTS --owner me --stackTag main \\',
    '    --notifications EMAIL::team@example.org \\',
    '    --productName edge-gateway --productVer 4.2.0',
    '',
  ].join('\n');

const helpOf = ({ name, choices, flag, summary, repeatable }: OrchestratorArgument): string[] => {
  const value = flag === true ? '' : ` ${name.slice(2).replaceAll('-', '_').toUpperCase()}`;
  const notes = [
    ...(choices === undefined ? [] : [choices.join(', ')]),
    ...(repeatable ? ['may be repeated'] : []),
  ];
  const text = notes.length === 0 ? summary : `${summary} (${notes.join('; ')})`;
  return [`  ${name}${value}`, ...wrapText(text, lineWidth, '        ')];
};
