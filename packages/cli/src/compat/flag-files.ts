import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseGoValue, type ReadableFlag, UsageFault } from './go-flags.js';
import type { GoValue } from './go-values.js';

/** In a folder of flag files, the later overriding the earlier. */
const names = ['flags.default', 'flags.extra'];

/**
 * Reads the flag files of a folder: one `name=value` a line; blank lines and those that begin with `#` or `;` are ignored.
 *
 * @returns the flags that they give; none where there are no files
 * @throws `Error` for a file that cannot be read, a line that is malformed, an unknown flag, or a bad value
 */
export const readFlagFiles = async (
  folder: string,
  flags: readonly ReadableFlag[],
): Promise<ReadonlyMap<string, GoValue>> => {
  const values = new Map<string, GoValue>();
  for (const name of names) {
    const file = join(folder, name);
    for (const [flag, value] of await readFlagFile(file, flags)) values.set(flag, value);
  }
  return values;
};

const readFlagFile = async (
  file: string,
  flags: readonly ReadableFlag[],
): Promise<readonly (readonly [string, GoValue])[]> => {
  const lines = (await readIfThere(file)).split('\n').map((line) => line.trim());
  const meant = lines.filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith(';'));
  return Promise.all(
    meant.map(async (line) => {
      const equals = line.indexOf('=');
      const name = line.slice(0, Math.max(equals, 0));
      if (equals < 0 || /\s/.test(name)) throw new Error(`${file}: bad line: ${line}`);
      const flag = flags.find((candidate) => candidate.name === name);
      if (flag === undefined) throw new Error(`${file}: no such flag -${name}`);
      return [name, await parseGoValue(flag, line.slice(equals + 1)).catch(inFile(file))] as const;
    }),
  );
};

const inFile =
  (file: string) =>
  (reason: unknown): never => {
    throw reason instanceof UsageFault ? new Error(`${file}: ${reason.message}`, { cause: reason }) : reason;
  };

const readIfThere = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (reason) {
    const { code } = reason as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return '';
    throw reason;
  }
};
