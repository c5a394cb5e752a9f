import { configurationJsonSchema } from '@ami-publisher/core';
import { exitCodes } from '../exit-codes.js';
import type { CommandRunner } from './definition.js';

/** `schema` */
export const printSchema: CommandRunner = async () => {
  process.stdout.write(`${JSON.stringify(configurationJsonSchema(), undefined, 2)}\n`);
  return exitCodes.success;
};
