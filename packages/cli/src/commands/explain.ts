import { exitCodes } from '../exit-codes.js';
import { type ExplainedCode, explainAll, explainCode } from '../explain/explanation.js';
import { coloursFor } from '../output/colours.js';
import { wrapText } from '../output/wrap-text.js';
import type { CommandRunner } from './definition.js';

/** `explain [CODE]` */
export const explain: CommandRunner = async ([code]) => {
  const lines = code === undefined ? explainAll().map(inALine) : inFull(explainCode(code));
  process.stdout.write(`${lines.join('\n')}\n`);
  return exitCodes.success;
};

const inALine = ({ code, summary }: ExplainedCode): string => `${code.padEnd(26)}${summary}`;

const inFull = ({ code, summary, retryable, look, remedy }: ExplainedCode): readonly string[] => [
  `${coloursFor(process.stdout).bold(code)}: ${summary}`,
  '',
  ...paragraph('Look at', look),
  ...paragraph('Do', remedy),
  ...paragraph(
    'Again',
    retryable ? 'the same call may succeed if it is simply made again' : 'the same call fails again',
  ),
];

const margin = 10;

const paragraph = (title: string, text: string): readonly string[] => {
  const width = Math.min(process.stdout.columns ?? Number.POSITIVE_INFINITY, 100);
  const [first = '', ...rest] = wrapText(`${text}.`, width - margin);
  return [`${`${title}:`.padEnd(margin)}${first}`, ...rest.map((line) => ' '.repeat(margin) + line)];
};
