import { execFile } from 'node:child_process';
import { copyFile, mkdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a program of this machine needs to run: its interpreter and libraries. */
const librariesOf = async (program: string): Promise<string[]> => {
  const { stdout } = await run('ldd', [program]);
  return [...stdout.matchAll(/(\/\S+)(?= \(0x)/g)].map(([, path]) => path!);
};

/** Copies programs of this machine into a folder, with what they need, so that they run with the folder as `/`. */
export const addPrograms = async (tree: string, programs: readonly string[]): Promise<void> => {
  for (const program of programs) {
    for (const file of [program, ...(await librariesOf(program))]) {
      const copy = join(tree, file);
      await mkdir(dirname(copy), { recursive: true });
      await copyFile(await realpath(file), copy);
    }
  }
};
