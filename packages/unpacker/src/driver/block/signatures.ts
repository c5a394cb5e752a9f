import { open } from 'node:fs/promises';
import * as z from 'zod';
import { runTool } from '../../tools/run-tool.js';
import { type Disk, readPartitions } from './disk.js';

const MiB = 2 ** 20;
/** Partition table and record. */
const recordBytes = 4 * MiB;
/** That, boot loaders, and the beginning of the root file system. */
const headBytes = 128 * MiB;
const listSchema = z.object({ signatures: z.array(z.object({ type: z.string() })) });

/**
 * Whether a disk has anything on it: a signature of a file system, of a partition table, of a volume manager, or any bytes where
 * such things begin and end.
 */
export const isBlank = async (disk: Disk): Promise<boolean> => {
  if ((await signaturesOf(disk)).length > 0) return false;
  return (await isZero(disk, 0)) && (await isZero(disk, disk.sizeBytes - MiB));
};

/** Types of the signatures at the top of a disk, such as `gpt` and `xfs`. */
export const signaturesOf = async (disk: Disk): Promise<string[]> => {
  const { stdout } = await runTool('wipefs', ['--no-act', '--json', disk.path], { device: disk.path });
  if (stdout.trim() === '') return [];
  return listSchema.parse(JSON.parse(stdout)).signatures.map(({ type }) => type);
};

const isZero = async (disk: Disk, offset: number): Promise<boolean> => {
  const file = await open(disk.path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MiB), 0, MiB, Math.max(0, offset));
    return buffer.subarray(0, bytesRead).every((byte) => byte === 0);
  } finally {
    await file.close();
  }
};

/** Makes nothing on a disk readable as what it was; all of it where the disk takes discards, else its signatures and its ends. */
export const wipeDisk = async (disk: Disk): Promise<void> => {
  for (const { path } of await readPartitions(disk))
    await runTool('wipefs', ['--all', path], { device: path });
  if (disk.discards)
    await runTool('blkdiscard', ['--force', disk.path], { device: disk.path, timeoutMs: 600_000 });
  await zero(disk, Math.max(0, disk.sizeBytes - MiB), MiB);
  // Discarding need not give zeros.
  await zero(disk, 0, Math.min(disk.discards ? recordBytes : headBytes, disk.sizeBytes));
};

const zero = async (disk: Disk, offset: number, length: number): Promise<void> => {
  const file = await open(disk.path, 'r+');
  try {
    const zeros = Buffer.alloc(Math.min(MiB, length));
    for (let at = length; at > 0; at -= zeros.length) {
      // From behind, so that what says that the disk is not blank goes last.
      const start = Math.max(0, at - zeros.length);
      await file.write(zeros, 0, at - start, offset + start);
    }
    await file.sync();
  } finally {
    await file.close();
  }
};
