import { isAmiPublisherError } from '@ami-publisher/base';
import { exitCodes } from './exit-codes.js';
import { coloursFor } from './output/colours.js';
import { wrapText } from './output/wrap-text.js';

const usageCodes = new Set(['INVALID_OPTION', 'INVALID_NAME', 'INVALID_CONFIGURATION', 'TARGET_MALFORMED']);

/** Says on stderr what went wrong; with --debug also where. Returns the exit code. */
export const reportError = (reason: unknown): number => {
  const error = isAmiPublisherError(reason) ? reason : undefined;
  const message = reason instanceof Error ? reason.message : String(reason);
  const { columns, isTTY } = process.stderr;
  const text = `error${error === undefined ? '' : ` ${error.code}`}: ${message}`;
  const lines = isTTY ? wrapText(text, columns) : [text];
  process.stderr.write(`${lines.join('\n').replace('error', coloursFor(process.stderr).red)}\n`);
  if (process.argv.includes('--debug') || error === undefined) process.stderr.write(`${stackOf(reason)}\n`);
  if (error === undefined) return exitCodes.failure;
  if (error.code === 'CANCELLED') return exitCodes.interrupted;
  return usageCodes.has(error.code) ? exitCodes.usage : exitCodes.failure;
};

const stackOf = (reason: unknown): string => {
  if (!(reason instanceof Error)) return '';
  const cause =
    reason.cause === undefined ? '' : `\ncaused by: ${stackOf(reason.cause) || String(reason.cause)}`;
  return (reason.stack ?? '') + cause;
};
