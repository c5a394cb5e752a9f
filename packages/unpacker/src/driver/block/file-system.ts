import { open } from 'node:fs/promises';
import { runTool } from '../../tools/run-tool.js';
import { hasTool } from '../../tools/tools.js';
import { flushFileSystem } from '../flush.js';
import { derivedId } from './derived-id.js';
import type { Disk } from './disk.js';

const blockBytes = 4096;
const GiB = 2 ** 30;
const minuteMs = 60_000;
/** Labels are for people, and ext4 has 16 bytes for them. */
const labelBytes = 16;

/**
 * What every kernel since 3.10 and every boot loader of its time can read. Pinned, so that the version of mke2fs does not decide; without
 * metadata checksums, which the e2fsck of older images would refuse at boot.
 */
const features = [
  'none',
  'has_journal',
  'ext_attr',
  'resize_inode',
  'dir_index',
  'filetype',
  'extent',
  '64bit',
  'flex_bg',
  'sparse_super',
  'large_file',
  'huge_file',
  'uninit_bg',
  'dir_nlink',
  'extra_isize',
].join(',');

/** What a file system is made for. */
export interface FileSystemPlan {
  readonly volumeId: string;
  readonly stream: string;
  readonly sizeBytes: number;
  /** Inodes of the first image. */
  readonly inodes: number;
}

/** UUID of the file system of a volume. */
export const rootUuid = (volumeId: string, stream: string): string => derivedId(volumeId, stream, 'root');

/** An inode for every 16 KiB, and twice as many as the first image has, so that one of many small files fits as well. */
export const inodeCount = ({ sizeBytes, inodes }: FileSystemPlan): number =>
  Math.min(Math.floor(sizeBytes / 1024), Math.max(Math.ceil(sizeBytes / (16 * 1024)), 2 * inodes + 1024));

/** Arguments of `mke2fs`: everything that is not given here would be up to its version and to the size of the disk. */
export const makeArguments = (plan: FileSystemPlan, partition: string): string[] => {
  const { volumeId, stream, sizeBytes } = plan;
  const extended = [
    // Inodes that nothing uses are not written, so that the first snapshot does not carry them; kernels tell by a checksum which those are.
    'lazy_itable_init=1',
    'lazy_journal_init=0',
    'nodiscard',
    'root_owner=0:0',
    `hash_seed=${derivedId(volumeId, stream, 'hash seed')}`,
  ].join(',');
  const label = stream.replace(/[^\w/.-]/g, '_').slice(-labelBytes);
  return [
    ...['-q', '-F', '-t', 'ext4', '-O', features, '-b', `${blockBytes}`, '-I', '256', '-G', '16', '-m', '0'],
    ...['-J', `size=${sizeBytes < 2 * GiB ? 16 : 64}`, '-N', `${inodeCount(plan)}`, '-E', extended],
    ...['-U', rootUuid(volumeId, stream), '-L', label, '-e', 'remount-ro', partition],
  ];
};

/** Makes the file system of a volume. */
export const makeFileSystem = async (
  plan: FileSystemPlan,
  partition: string,
  signal: AbortSignal,
): Promise<void> => {
  await runTool('mke2fs', makeArguments(plan, partition), {
    device: partition,
    timeoutMs: 30 * minuteMs,
    signal,
  });
};

/**
 * Lets a file system that is unmounted and sound fill its partition. Not while it is mounted, which takes a capability (CAP_SYS_RESOURCE) that is
 * needed for nothing else; and without the check by e2fsck that it would want, which makes a lost+found. A crash meanwhile leaves a file
 * system that is of no use.
 */
export const growFileSystem = async (partition: string): Promise<void> => {
  await runTool('resize2fs', ['-f', partition], { device: partition, timeoutMs: 30 * minuteMs });
};

/** Gives what is free back to the disk, so that snapshots do not carry what was deleted. */
export const discardFree = async (disk: Disk, place: string, signal: AbortSignal): Promise<void> => {
  if (!disk.discards) return;
  // ext4 trims nothing of what was freed since it last wrote its journal.
  await flushFileSystem(place);
  await runTool('fstrim', ['--', place], { device: disk.path, timeoutMs: 10 * minuteMs, signal });
};

/** Whether the structure of an unmounted file system is sound. */
export const isSound = async (partition: string, signal?: AbortSignal): Promise<boolean> => {
  const damaged = 4;
  const { code } = await runTool('e2fsck', ['-f', '-n', partition], {
    device: partition,
    timeoutMs: 30 * minuteMs,
    signal,
    accept: [0, damaged, damaged | 8],
  });
  return code === 0;
};

/** Writes what the kernel and the disk still hold in memory. */
export const flushDisk = async (path: string): Promise<void> => {
  const disk = await open(path, 'r+');
  try {
    await disk.sync();
  } finally {
    await disk.close();
  }
};

/** Waits until udev, where there is one, has done with the nodes that it makes. */
export const settleDevices = async (device: string): Promise<void> => {
  if (await hasTool('udevadm')) {
    await runTool('udevadm', ['settle', '--timeout=30'], { device, timeoutMs: minuteMs, accept: [0, 1] });
  }
};
