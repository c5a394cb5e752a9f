import { exitCodes } from '../exit-codes.js';
import { type Candidate, candidatesFor } from './candidates.js';
import { isShell, type Shell } from './scripts.js';
import { completionSources } from './sources.js';

/** Nobody waits longer for a Tab, whatever hangs, ms. */
const endAfterMs = 3_000;

const lineOf: Readonly<Record<Shell, (candidate: Candidate) => string>> = {
  bash: ({ value }) => value,
  zsh: ({ value, about }) => [value.replaceAll(':', '\\:'), ...(about ? [about] : [])].join(':'),
  fish: ({ value, about }) => [value, ...(about ? [about] : [])].join('\t'),
};

/** `complete SHELL WORD...`: what the scripts of `completion` call. Prints one candidate a line, and says nothing of what went wrong. */
export const complete = async ([shell, ...words]: readonly string[]): Promise<number> => {
  if (!isShell(shell)) return exitCodes.usage;
  setTimeout(() => process.exit(exitCodes.failure), endAfterMs).unref();
  const candidates = await candidatesFor(words, completionSources(process.env), process.env);
  process.stdout.write(candidates.map((candidate) => `${lineOf[shell](candidate)}\n`).join(''));
  return exitCodes.success;
};
