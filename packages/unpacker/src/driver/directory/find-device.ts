import { readFile, realpath, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { isSystemError } from '../../system-error.js';
import type { Device } from '../driver.js';
import { identityName } from '../identity.js';

/**
 * Finds the folder that stands for a device.
 *
 * @returns undefined if there is none.
 */
export const findDirectory = async (
  devicesDirectory: string,
  deviceId: string,
): Promise<Device | undefined> => {
  try {
    const path = await realpath(join(devicesDirectory, identityName(deviceId)));
    if (!(await stat(path)).isDirectory()) return undefined;
    return { id: deviceId, path, sizeBytes: await sizeOf(path) };
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
    throw error;
  }
};

/** A folder has no size of its own: a `volume.json` beside it tells it, or else it is that of its file system. */
const sizeOf = async (path: string): Promise<number> => {
  const declared = await declaredSize(join(dirname(path), 'volume.json'));
  if (declared !== undefined) return declared;
  const { blocks, bsize } = await statfs(path);
  return blocks * bsize;
};

const declaredSize = async (file: string): Promise<number | undefined> => {
  try {
    const parsed = declarationSchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
    return parsed.success ? parsed.data.sizeBytes : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isSystemError(error, 'ENOENT', 'EISDIR')) return undefined;
    throw error;
  }
};

const declarationSchema = z.object({ sizeBytes: z.int().positive() });
