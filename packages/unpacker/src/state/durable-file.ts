import { link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isSystemError } from '../system-error.js';

export interface WriteDurablyOptions {
  /** Where the version that is replaced stays, if one is there. */
  readonly keepPreviousAs?: string;
}

/**
 * Replaces a file so that a crash at any point leaves either its old or its new content: written beside it, flushed, renamed over it, and
 * the folder flushed.
 */
export const writeDurably = async (
  path: string,
  content: string,
  options: WriteDurablyOptions = {},
): Promise<void> => {
  const next = `${path}.new`;
  const file = await open(next, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  if (options.keepPreviousAs !== undefined) await keep(path, options.keepPreviousAs);
  await rename(next, path);
  await syncDirectory(dirname(path));
};

/** Removes a file for good, and succeeds if it is not there. */
export const removeDurably = async (path: string): Promise<void> => {
  await rm(path, { force: true });
  await syncDirectory(dirname(path));
};

/** Flushes the entries of a folder. */
export const syncDirectory = async (path: string): Promise<void> => {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
};

/** A second name rather than a rename: at no moment is there no file at `path`. */
const keep = async (path: string, previous: string): Promise<void> => {
  await rm(previous, { force: true });
  try {
    await link(path, previous);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
};
