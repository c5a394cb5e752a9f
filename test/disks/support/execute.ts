import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs a program to its end in a folder. @returns its standard output. */
export const executeIn = async (cwd: string, program: string, ...parameters: string[]): Promise<string> => {
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  return (await run(program, parameters, { cwd, env, maxBuffer: 64 * 2 ** 20 })).stdout;
};

/** Runs a program to its end. @returns its standard output. */
export const execute = (program: string, ...parameters: string[]): Promise<string> =>
  executeIn('/', program, ...parameters);
