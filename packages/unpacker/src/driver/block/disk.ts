import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeDevice } from '@ami-publisher/image';
import { isSystemError } from '../../system-error.js';

/** A block device as the kernel describes it. */
export interface Disk {
  /** Its node. */
  readonly path: string;
  /** Its folder below /sys. */
  readonly sysfs: string;
  readonly sizeBytes: number;
  readonly readOnly: boolean;
  /** Whether it takes discards. */
  readonly discards: boolean;
}

/** A partition that the kernel knows. */
export interface Partition {
  readonly number: number;
  readonly startBytes: number;
  readonly sizeBytes: number;
  /** Its node. */
  readonly path: string;
}

/** What the kernel counts in, whatever the device's own sectors are. */
const sectorBytes = 512;

/**
 * Looks at the whole disk that `path` is the node of.
 *
 * @returns undefined if it is none: no block device, a partition, or gone.
 */
export const readDisk = async (path: string): Promise<Disk | undefined> => {
  try {
    const status = await stat(path, { bigint: true });
    if (!status.isBlockDevice()) return undefined;
    const { major, minor } = decodeDevice(status.rdev);
    const sysfs = await realpath(`/sys/dev/block/${major}:${minor}`);
    if ((await readNumber(join(sysfs, 'partition'))) !== undefined) return undefined;
    const sectors = await readNumber(join(sysfs, 'size'));
    return {
      path,
      sysfs,
      sizeBytes: (sectors ?? 0) * sectorBytes,
      readOnly: (await readNumber(join(sysfs, 'ro'))) === 1,
      discards: ((await readNumber(join(sysfs, 'queue/discard_max_bytes'))) ?? 0) > 0,
    };
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO')) return undefined;
    throw error;
  }
};

/** The partitions of a disk, as its children below /sys: nothing is guessed from names. */
export const readPartitions = async ({ sysfs }: Disk): Promise<Partition[]> => {
  const found: Partition[] = [];
  for (const { name } of await childFolders(sysfs)) {
    const folder = join(sysfs, name);
    const number = await readNumber(join(folder, 'partition'));
    const start = await readNumber(join(folder, 'start'));
    const size = await readNumber(join(folder, 'size'));
    const path = await nodeOf(folder);
    if (number === undefined || start === undefined || size === undefined || path === undefined) continue;
    found.push({ number, startBytes: start * sectorBytes, sizeBytes: size * sectorBytes, path });
  }
  return found;
};

const childFolders = async (folder: string) =>
  (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());

/** The device node of a folder below /sys, once it is there and is that very device. */
const nodeOf = async (folder: string): Promise<string | undefined> => {
  try {
    const event = await readFile(join(folder, 'uevent'), 'utf8');
    const name = /^DEVNAME=(.+)$/m.exec(event)?.[1];
    if (name === undefined) return undefined;
    const path = join('/dev', name);
    const status = await stat(path, { bigint: true });
    const { major, minor } = decodeDevice(status.rdev);
    const numbers = (await readFile(join(folder, 'dev'), 'utf8')).trim();
    return status.isBlockDevice() && numbers === `${major}:${minor}` ? path : undefined;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
};

const readNumber = async (path: string): Promise<number | undefined> => {
  try {
    return Number((await readFile(path, 'utf8')).trim());
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
};
