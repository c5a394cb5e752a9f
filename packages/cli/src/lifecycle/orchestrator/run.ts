import { exitCodes } from '../../exit-codes.js';
import { reportError } from '../../report-error.js';
import { ArgumentFault, HelpAsked, parseArguments } from './parse-arguments.js';
import { faultText, orchestratorHelp } from './usage.js';

/**
 * Runs a command line of the AMI Lifecycle Orchestrator (reference 7).
 *
 * @param words what follows `ami-publisher lifecycle`
 * @returns 0; 1 if something failed; 2 for a wrong command line; 99 for a missing argument; 130 if interrupted
 */
export const runOrchestratorCall = async (words: readonly string[]): Promise<number> => {
  try {
    const given = parseArguments(words);
    if (given.one('--mode') === 'BATCH') return await (await import('./batch.js')).runBatch(given);
    return await (await import('../menu/run.js')).runMenu(given);
  } catch (reason) {
    if (reason instanceof HelpAsked) {
      process.stdout.write(orchestratorHelp());
      return exitCodes.success;
    }
    if (!(reason instanceof ArgumentFault)) return reportError(reason);
    process.stderr.write(faultText(reason.message));
    return exitCodes.usage;
  }
};
