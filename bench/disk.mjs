import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { run } from './measure.mjs';

/** Sectors in the kernel's statistics, whatever the device's own are, bytes. */
const sectorBytes = 512;
/** In /sys/block/NAME/stat, counted from 0. */
const sectorsWritten = 6;

/** A loop device over a sparse file: a disk whose writes the kernel counts. Needs root. */
export const makeDisk = async (directory, name, sizeGiB) => {
  await mkdir(directory, { recursive: true });
  const file = join(directory, `${name}.img`);
  await writeFile(file, '');
  await truncate(file, sizeGiB * 2 ** 30);
  const path = (await run('losetup', ['--find', '--show', file])).trim();
  return {
    path,
    /** Bytes that were written to it so far. */
    written: async () => {
      const text = await readFile(join('/sys/block', basename(path), 'stat'), 'utf8');
      return Number(text.trim().split(/\s+/)[sectorsWritten]) * sectorBytes;
    },
    detach: async () => {
      await run('partx', ['--delete', path]).catch(() => {});
      await run('losetup', ['--detach', path]);
    },
  };
};

/** Runs `action` while a file system is mounted at `place`; what it wrote is on the disk afterwards. */
export const whileMounted = async (partition, place, options, action) => {
  await run('mount', ['-t', 'ext4', '-o', options, partition, place]);
  try {
    return await action();
  } finally {
    await run('umount', [place]);
  }
};

/** A disk with a bare ext4 file system, for a peer to work on. */
export const makeFileSystem = async (directory, name, sizeGiB) => {
  const disk = await makeDisk(directory, name, sizeGiB);
  await run('mke2fs', ['-q', '-F', '-t', 'ext4', '-m', '0', '-E', 'lazy_itable_init=0', disk.path]);
  return disk;
};

/** Nothing is left to be written, and nothing that was read is remembered. */
export const dropCaches = async () => {
  await run('sync', []);
  await writeFile('/proc/sys/vm/drop_caches', '3');
};
