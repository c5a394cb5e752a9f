import { AmiPublisherError } from '@ami-publisher/base';
import { exitCodes } from '../../exit-codes.js';
import type { GivenArguments } from '../orchestrator/parse-arguments.js';
import { serverOptionsOf } from '../orchestrator/server-options.js';
import { carryOutWith } from './carry-out.js';
import { runMachine } from './machine.js';
import { openMenuSession } from './session.js';
import { openMenuTerminal } from './terminal.js';

/**
 * Runs the menus (reference 7.5).
 *
 * @throws `INVALID_OPTION` where there is no terminal, `INVALID_CONFIGURATION` without a good `cli-config.json`.
 */
export const runMenu = async (given: GivenArguments): Promise<number> => {
  if (!(process.stdin.isTTY && process.stdout.isTTY)) {
    throw new AmiPublisherError('INVALID_OPTION', {
      message: 'the menus need a terminal',
      remedy: 'use --mode BATCH, or `ami-publisher lifecycle --help`',
    });
  }
  const terminal = openMenuTerminal();
  const session = await openMenuSession(serverOptionsOf(given), terminal.say);
  await runMachine(terminal, carryOutWith(session, terminal));
  return exitCodes.success;
};
