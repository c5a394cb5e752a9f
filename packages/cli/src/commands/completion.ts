import { invalidOption } from '@ami-publisher/base';
import { completionScripts, isShell } from '../completion/scripts.js';
import { exitCodes } from '../exit-codes.js';
import type { CommandRunner } from './definition.js';

/** `completion SHELL` */
export const completion: CommandRunner = async ([shell]) => {
  if (!isShell(shell)) throw invalidOption('shell', Object.keys(completionScripts).join(', '), shell);
  process.stdout.write(completionScripts[shell]);
  return exitCodes.success;
};
