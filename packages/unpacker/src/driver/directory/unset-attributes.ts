import { readFile } from 'node:fs/promises';
import type { UnsettableAttributes } from '@ami-publisher/image';
import * as z from 'zod';
import { writeDurably } from '../../state/durable-file.js';
import { isSystemError } from '../../system-error.js';

const headSchema = z.object({ euid: z.number() });
const lineSchema = z.looseObject({ path: z.string() });

/**
 * Writes what could not be set: a first line `{"euid": N}` with the user that tried, then one line for each inode, `{"path": …}` with
 * those attributes of the manifest that the tree lacks.
 */
export const writeUnset = (file: string, unset: UnsettableAttributes): Promise<void> => {
  const lines = Object.entries(unset.paths).map(([path, attributes]) =>
    JSON.stringify({ path, ...attributes }),
  );
  return writeDurably(file, `${[JSON.stringify({ euid: unset.euid }), ...lines].join('\n')}\n`);
};

/** Reads it again; undefined if it is not there or not whole, which only means that everything is tried anew. */
export const readUnset = async (file: string): Promise<UnsettableAttributes | undefined> => {
  try {
    const [head, ...lines] = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const { euid } = headSchema.parse(JSON.parse(head ?? ''));
    const parsed = lines.map((line) => lineSchema.parse(JSON.parse(line)));
    return { euid, paths: Object.fromEntries(parsed.map(({ path, ...attributes }) => [path, attributes])) };
  } catch (error) {
    const unreadable = error instanceof SyntaxError || error instanceof z.ZodError;
    if (unreadable || isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
};
