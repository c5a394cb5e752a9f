import { CommanderError, type OutputConfiguration } from 'commander';
import { isOldStyle } from './compat/is-old-style.js';
import { exitCodes } from './exit-codes.js';
import { isOrchestratorCall } from './lifecycle/orchestrator/is-orchestrator-call.js';
import { createProgram } from './program.js';

/**
 * Runs one command line to its end; every error has been said on stderr when it resolves.
 *
 * @param argv as `process.argv`.
 * @returns the exit code.
 */
export const runCommandLine = async (
  argv: readonly string[],
  output?: OutputConfiguration,
): Promise<number> => {
  let exitCode: number = exitCodes.success;
  const program = createProgram({
    output,
    onExit: (code) => {
      exitCode = code;
    },
  });
  try {
    const words = argv.slice(2);
    if (words[0] === 'complete')
      return await (await import('./completion/complete.js')).complete(words.slice(1));
    if (await isOldStyle(words, process.env))
      return await (await import('./compat/run-old-style.js')).runOldStyle(words);
    if (isOrchestratorCall(words))
      return await (await import('./lifecycle/orchestrator/run.js')).runOrchestratorCall(words.slice(1));
    await program.parseAsync(words[0] === '--explain' ? explaining(argv) : argv);
    return exitCode;
  } catch (reason) {
    if (reason instanceof CommanderError) {
      return reason.exitCode === 0 ? exitCodes.success : exitCodes.usage;
    }
    const { reportError } = await import('./report-error.js');
    return reportError(reason);
  }
};

/** `--explain CODE` is `explain CODE`. */
const explaining = ([node = '', script = '', , ...code]: readonly string[]): string[] => [
  ...[node, script, 'explain'],
  ...code,
];
