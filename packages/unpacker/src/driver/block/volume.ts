import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { AmiPublisherError } from '@ami-publisher/base';
import { posix } from '@ami-publisher/image';
import { isSystemError } from '../../system-error.js';
import { runTool } from '../../tools/run-tool.js';
import type { Device, VolumeContents } from '../driver.js';
import { type Disk, readDisk, readPartitions } from './disk.js';
import { settleDevices } from './file-system.js';
import { layoutScript, recognise, type VolumePartitions } from './layout.js';
import { readRecord, type VolumeRecord } from './record.js';
import { isBlank, signaturesOf } from './signatures.js';
import { isUntouched, readSuperblock } from './superblock.js';

/** What a volume holds, and the record that says so. */
export interface Inspection {
  readonly contents: VolumeContents;
  readonly record: VolumeRecord | undefined;
}

const arrivalMs = 10_000;
const lockMs = 10_000;
const intervalMs = 100;

/** The disk of a device. @throws `DEVICE_NOT_FOUND` if it has gone. */
export const diskOf = async (device: Device): Promise<Disk> => {
  const disk = await readDisk(device.path);
  if (disk !== undefined && disk.sizeBytes > 0) return disk;
  throw new AmiPublisherError('DEVICE_NOT_FOUND', {
    message: `volume ${device.id} is no longer ${device.path}`,
    resource: device.id,
    remedy: 'attach it again; it is used as soon as it shows up',
  });
};

/** Reads what a volume says of itself, and whether that is still so. Changes nothing. */
export const inspectVolume = async (device: Device): Promise<Inspection> => {
  const disk = await diskOf(device);
  const record = await readRecord(disk.path);
  if (record === undefined || record.volumeId !== device.id) {
    return { contents: { kind: (await isBlank(disk)) ? 'blank' : 'foreign' }, record: undefined };
  }
  const partitions = await findPartitions(disk);
  if (partitions === undefined && (record.phase !== 'making' || (await holdsOther(disk)))) {
    return { contents: { kind: 'foreign' }, record: undefined };
  }
  return { contents: await contentsOf(record, partitions), record };
};

/** Whether something else than a partition table is on a disk that was being laid out. */
const holdsOther = async (disk: Disk): Promise<boolean> =>
  (await signaturesOf(disk)).some((type) => type !== 'gpt' && type !== 'PMBR');

const contentsOf = async (
  record: VolumeRecord,
  partitions: VolumePartitions | undefined,
): Promise<VolumeContents> => {
  const { stream, generation } = record;
  if (record.phase !== 'clean' || partitions === undefined) return { kind: 'partial', stream, generation };
  const superblock = await readSuperblock(partitions.root.path);
  // Somebody else has mounted it: what it holds now is not known.
  if (superblock === undefined || !isUntouched(superblock, record.superblock)) {
    return { kind: 'partial', stream, generation };
  }
  const { leaf, manifestDigest, sealed } = record;
  return { kind: 'image', stream, leaf, manifestDigest, generation, sealed };
};

/** The partitions of a volume; undefined if its disk is not laid out as ours are. */
export const findPartitions = async (disk: Disk): Promise<VolumePartitions | undefined> => {
  const known = recognise(await readPartitions(disk));
  if (known !== undefined) return known;
  // What the kernel knows may be of a disk that was there before, or nothing at all.
  await runTool('partx', ['--update', '--nr', '1:15', disk.path], { device: disk.path, accept: [0, 1] });
  await settleDevices(disk.path);
  return recognise(await readPartitions(disk));
};

/** Lays the disk of a volume out, or lets its root partition fill a disk that has grown. Destroys no partition that is there already. */
export const layOut = async (disk: Disk, volumeId: string, stream: string): Promise<VolumePartitions> => {
  await runTool('sfdisk', ['--quiet', '--no-reread', '--no-tell-kernel', '--wipe', 'never', disk.path], {
    device: disk.path,
    input: layoutScript(volumeId, stream),
  });
  for (const end = Date.now() + arrivalMs; Date.now() < end; await setTimeout(intervalMs)) {
    await runTool('partx', ['--update', '--nr', '1:15', disk.path], { device: disk.path, accept: [0, 1] });
    await settleDevices(disk.path);
    const partitions = recognise(await readPartitions(disk));
    if (partitions !== undefined && fills(partitions, disk)) return partitions;
  }
  throw new AmiPublisherError('TIMED_OUT', {
    message: `the partitions of ${disk.path} did not show up within ${arrivalMs} ms`,
    resource: volumeId,
    remedy: 'check what else uses the device, then try again',
  });
};

/** Whether the root partition goes to the end of the disk, but for the second partition table and what alignment leaves. */
export const fills = ({ root }: VolumePartitions, disk: Disk): boolean =>
  disk.sizeBytes - (root.startBytes + root.sizeBytes) < 3 * 2 ** 20;

/**
 * Runs work that changes a volume while nobody else has it: not another daemon, not udev, not a file system or volume manager of the host.
 *
 * @throws `DEVICE_IN_USE`, `DEVICE_NOT_FOUND`; `FILE_SYSTEM_FAILED` if it cannot be written to.
 */
export const withVolume = async <T>(device: Device, work: (disk: Disk) => Promise<T>): Promise<T> => {
  const disk = await diskOf(device);
  if (disk.readOnly) throw readOnly(device);
  const file = await open(disk.path, 'r');
  try {
    await lock(file, device);
    await refuseBusy(device);
    return await work(disk);
  } finally {
    await file.close();
  }
};

/** By the lock that systemd documents for block devices; udev holds it for moments. */
const lock = async (file: FileHandle, device: Device): Promise<void> => {
  for (const end = Date.now() + lockMs; !posix().tryLock(file.fd); await setTimeout(intervalMs)) {
    if (Date.now() >= end) throw inUse(device, 'is locked by another process');
  }
};

/** The kernel gives an exclusive opening to nobody while the disk or a partition of it is mounted anywhere or part of something else. */
const refuseBusy = async (device: Device): Promise<void> => {
  try {
    const file = await open(device.path, constants.O_RDONLY | constants.O_EXCL);
    await file.close();
  } catch (error) {
    if (isSystemError(error, 'EBUSY')) throw inUse(device, 'is mounted, or part of another device');
    throw error;
  }
};

const inUse = ({ id, path }: Device, how: string): AmiPublisherError =>
  new AmiPublisherError('DEVICE_IN_USE', {
    message: `volume ${id} (${path}) ${how}`,
    resource: id,
    remedy: 'let go of it there, or use another volume',
  });

const readOnly = ({ id, path }: Device): AmiPublisherError =>
  new AmiPublisherError('FILE_SYSTEM_FAILED', {
    message: `volume ${id} (${path}) is read-only`,
    resource: id,
    remedy: 'attach it so that it can be written to',
  });
