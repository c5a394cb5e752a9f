import { interruptSignal } from '../context.js';
import { exitCodes } from '../exit-codes.js';
import { parseWholeNumber } from '../input/duration.js';
import { loadSandbox } from '../load-sandbox.js';
import type { CommandRunner } from './definition.js';

/** `sandbox up`: prints the environment as shell commands, then runs until it is interrupted. */
export const sandboxUp: CommandRunner = async (_positional, options) => {
  const { startSandboxCloud } = await loadSandbox();
  const signal = interruptSignal();
  const count = (name: string, otherwise: number) =>
    typeof options[name] === 'string' ? parseWholeNumber(name, options[name], 1) : otherwise;
  const sandbox = await startSandboxCloud({
    accounts: count('accounts', 3),
    regions: count('regions', 4),
    directory: typeof options.directory === 'string' ? options.directory : undefined,
    signal,
  });
  const exports = Object.entries(sandbox.environment).map(
    ([name, value]) => `export ${name}=${quote(value)}`,
  );
  process.stdout.write(`${exports.join('\n')}\n`);
  const { accounts, regions } = sandbox;
  process.stderr.write(
    `sandbox with ${accounts.length} accounts x ${regions.length} regions is up in ${sandbox.directory}; Ctrl-C ends it\n`,
  );
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  await sandbox.close();
  return exitCodes.success;
};

/** For POSIX shells. */
const quote = (value: string): string => `'${value.replaceAll("'", `'\\''`)}'`;
