import { realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isSystemError } from '../../system-error.js';
import type { Device } from '../driver.js';
import { identityName } from '../identity.js';
import { readDisk } from './disk.js';

/**
 * Finds an attached disk: by its identity, or, on a host that has no names by identity, by the name that was asked for at the attachment.
 *
 * @returns undefined if it is not there.
 */
export const findDisk = async (
  devicesDirectory: string,
  deviceId: string,
  hint: string | undefined,
): Promise<Device | undefined> => {
  for (const name of [join(devicesDirectory, identityName(deviceId)), ...hintedNames(hint)]) {
    const path = await resolved(name);
    const disk = path === undefined ? undefined : await readDisk(path);
    // An empty drive: a loop device or a multi-path that has lost what was behind it.
    if (disk !== undefined && disk.sizeBytes > 0) {
      return { id: deviceId, path: disk.path, sizeBytes: disk.sizeBytes };
    }
  }
  return undefined;
};

/** Xen hosts show what was attached as /dev/sdf as xvdf or sdf. Where there are NVMe names, a hint says nothing. */
const hintedNames = (hint: string | undefined): string[] => {
  const letter = /^(?:xvd|sd)([a-z]{1,2})$/.exec(basename(hint ?? ''))?.[1];
  return letter === undefined ? [] : [`/dev/xvd${letter}`, `/dev/sd${letter}`];
};

const resolved = async (name: string): Promise<string | undefined> => {
  try {
    return await realpath(name);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
    throw error;
  }
};
