import { join } from 'node:path';
import { AmiPublisherError, isAmiPublisherError } from '@ami-publisher/base';
import { overlayImage, walkTree } from '@ami-publisher/image';
import { runTool } from '../../tools/run-tool.js';
import type {
  Device,
  Driver,
  DriverOptions,
  ScanOptions,
  UpdateOptions,
  UpdateResult,
  VolumeContents,
} from '../driver.js';
import { notSealable } from '../not-sealable.js';
import { nothingDone, pickResult } from '../results.js';
import type { BootPath } from './boot-path.js';
import type { Disk } from './disk.js';
import { flushDisk, growFileSystem, isSound, makeFileSystem, rootUuid } from './file-system.js';
import { findDisk } from './find-disk.js';
import { KnownTrees } from './known-trees.js';
import { checkSize, type VolumePartitions } from './layout.js';
import { mountAt, unmount } from './mounts.js';
import { type CleanRecord, type VolumeRecord, writeRecord } from './record.js';
import { wipeDisk } from './signatures.js';
import { readSuperblock, stateOf } from './superblock.js';
import { damaged, updateTree } from './update.js';
import {
  diskOf,
  fills,
  findPartitions,
  type Inspection,
  inspectVolume,
  layOut,
  withVolume,
} from './volume.js';

export interface BlockDriverOptions {
  /** Folder of links to the devices, named as udev names EBS volumes. */
  readonly devicesDirectory: string;
  /** Folder for mount points, and for what is known of the volumes. */
  readonly stateDirectory: string;
  /** What makes volumes boot. @default nothing: they are data disks */
  readonly boot?: BootPath | undefined;
}

/**
 * A volume is a disk: GPT, a record of what it holds, room for boot code, and an ext4 file system with exactly the image and the files that make
 * it boot. Linux and root only. Nothing is mounted between calls, so that a volume is always either being worked on or whole on its disk.
 */
export class BlockDriver implements Driver {
  readonly name = 'block';
  readonly #options: BlockDriverOptions;
  readonly #trees: KnownTrees;

  constructor(options: BlockDriverOptions) {
    this.#options = options;
    this.#trees = new KnownTrees(join(options.stateDirectory, 'trees'));
  }

  find(deviceId: string, { hint }: { readonly hint?: string | undefined }): Promise<Device | undefined> {
    return findDisk(this.#options.devicesDirectory, deviceId, hint);
  }

  async inspect(device: Device): Promise<VolumeContents> {
    return (await onDevice(device, 'read', () => inspectVolume(device))).contents;
  }

  scan(device: Device, options: ScanOptions): Promise<void> {
    options.onProgress({ phase: 'scan', filesDone: 0, filesTotal: 0, bytesDone: 0, bytesTotal: 0 });
    return this.#work(device, 'scan', async (disk, inspection) => {
      const record = imageRecord(inspection);
      // What is blank or half done has nothing that the next update could build on.
      if (record === undefined) return;
      if (!options.full && (await this.#trees.find(device.id, record.treeDigest)) !== undefined) return;
      const { root } = await partitionsOf(device, disk);
      const digest = await this.#readTree(device, root.path, options);
      const isAsRecorded = digest === record.treeDigest;
      const isWhole = !options.full || (await isSound(root.path, options.signal));
      if (isAsRecorded && isWhole) await this.#trees.accept(device.id);
      else await writeRecord(disk.path, unfinished(record, isWhole ? 'updating' : 'making'));
    });
  }

  update(device: Device, options: UpdateOptions): Promise<UpdateResult> {
    const { label, signal } = options;
    return this.#work(device, 'update', async (disk, inspection) => {
      if (inspection.contents.kind === 'foreign') throw foreign(device);
      const { files, architecture } = await this.#bootFiles(device, options);
      const image = overlayImage(options.manifest, options.source, files);
      const treeDigest = await this.#trees.prepare(device.id, image.entries, signal);
      const record = imageRecord(inspection);
      if (record?.treeDigest === treeDigest) {
        const { generation } = record;
        await writeRecord(disk.path, { ...record, ...label, generation, sealed: false });
        return nothingDone;
      }
      const partitions = await prepareFileSystem(device, disk, inspection, options, image.entries.length);
      const known = record && (await this.#trees.find(device.id, record.treeDigest));
      const applied = await updateTree({
        ...{ device, disk, image, treeDigest, architecture, options },
        partition: partitions.root.path,
        place: this.#place(device),
        before: record && { record, known },
      });
      await this.#trees.accept(device.id);
      return pickResult(applied);
    });
  }

  seal(device: Device, options: DriverOptions): Promise<void> {
    return this.#work(device, 'seal', async (disk, inspection) => {
      const record = imageRecord(inspection);
      if (record === undefined) throw notSealable(device, inspection.contents);
      if (record.sealed) return;
      options.onProgress({ phase: 'seal', filesDone: 0, filesTotal: 0, bytesDone: 0, bytesTotal: 0 });
      await this.#installBootCode(device, disk, record, options.signal);
      await flushDisk(disk.path);
      await writeRecord(disk.path, { ...record, sealed: true });
    });
  }

  unseal(device: Device, generation: number): Promise<void> {
    return this.#work(device, 'open', async (disk, inspection) => {
      const record = imageRecord(inspection);
      if (record !== undefined) await writeRecord(disk.path, { ...record, generation, sealed: false });
    });
  }

  grow(device: Device): Promise<void> {
    return this.#work(device, 'grow', async (disk, inspection) => {
      const { record } = inspection;
      if (record === undefined || record.phase === 'making') return;
      const found = await partitionsOf(device, disk);
      const { root } = fills(found, disk) ? found : await layOut(disk, device.id, record.stream);
      const before = await readSuperblock(root.path);
      if (before === undefined || root.sizeBytes - before.sizeBytes < worthGrowingBytes) return;
      await writeRecord(disk.path, unfinished(record, 'making'));
      if (!before.clean) await this.#replayJournal(device, root.path);
      if (!(await isSound(root.path))) throw damaged(device, root.path);
      await growFileSystem(root.path);
      await flushDisk(disk.path);
      const after = await readSuperblock(root.path);
      const clean = imageRecord(inspection);
      await writeRecord(
        disk.path,
        clean !== undefined && after?.clean
          ? { ...clean, superblock: stateOf(after) }
          : unfinished(record, 'updating'),
      );
    });
  }

  /** Nothing is mounted between calls, unless letting go failed. */
  release(device: Device): Promise<void> {
    return onDevice(device, 'let go of', () => unmount(this.#place(device)));
  }

  /** The disk itself. What the kernel has read of it before its partitions were written, it would still tell: they have caches of their own. */
  async rawPath(device: Device): Promise<string> {
    const { path } = await diskOf(device);
    await runTool('blockdev', ['--flushbufs', path], { device: path });
    return path;
  }

  forget(device: Device): Promise<void> {
    return this.#work(device, 'wipe', async (disk, { record }) => {
      if (record !== undefined) {
        // Cut short, it is no image any more.
        await writeRecord(disk.path, {
          ...unfinished(record, 'making'),
          generation: record.generation + 1,
        });
      }
      await wipeDisk(disk);
      await runTool('partx', ['--delete', disk.path], { device: disk.path, accept: [0, 1] });
      await this.#trees.forget(device.id);
    });
  }

  /** Runs work on a volume that nobody else has, beginning with what it holds. */
  #work<T>(
    device: Device,
    doing: string,
    work: (disk: Disk, inspection: Inspection) => Promise<T>,
  ): Promise<T> {
    return onDevice(device, doing, async () => {
      await unmount(this.#place(device));
      try {
        return await withVolume(device, async (disk) => work(disk, await inspectVolume(device)));
      } finally {
        await this.#trees.discard(device.id);
      }
    });
  }

  #place(device: Device): string {
    return join(this.#options.stateDirectory, 'mnt', device.id);
  }

  /** A file system that was not unmounted is put in order when it is mounted. */
  async #replayJournal(device: Device, partition: string): Promise<void> {
    await mountAt(partition, this.#place(device), { readOnly: false });
    await unmount(this.#place(device));
  }

  /** Reads every file, and keeps the manifest of what it finds. @returns its digest. */
  async #readTree(device: Device, partition: string, { onProgress, signal }: ScanOptions): Promise<string> {
    const place = this.#place(device);
    await mountAt(partition, place, { readOnly: true });
    try {
      const { entries } = await walkTree(place, {
        signal,
        onProgress: (progress) => onProgress({ ...progress, phase: 'scan' }),
      });
      return await this.#trees.prepare(device.id, entries, signal);
    } finally {
      await unmount(place);
    }
  }

  async #bootFiles(device: Device, { manifest, source, label, signal }: UpdateOptions) {
    const { boot } = this.#options;
    if (boot === undefined) return { files: [], architecture: undefined };
    const { stream, leaf } = label;
    const image = { stream, leaf };
    return boot.files({ manifest, source, image, rootUuid: rootUuid(device.id, stream), signal });
  }

  async #installBootCode(
    device: Device,
    disk: Disk,
    { architecture, stream }: CleanRecord,
    signal: AbortSignal,
  ): Promise<void> {
    if (architecture === undefined) return;
    const { biosBoot, efi } = await partitionsOf(device, disk);
    await this.#options.boot?.install({
      device: disk.path,
      partitions: { biosBoot: biosBoot.path, efi: efi.path },
      rootUuid: rootUuid(device.id, stream),
      architecture,
      workDirectory: join(this.#options.stateDirectory, 'boot', device.id),
      signal,
    });
  }
}

/** Less than a group of blocks cannot always be used. */
const worthGrowingBytes = 128 * 2 ** 20;

/** The record of a volume that holds exactly one image. */
const imageRecord = ({ contents, record }: Inspection): CleanRecord | undefined =>
  contents.kind === 'image' && record?.phase === 'clean' ? record : undefined;

const unfinished = (
  { volumeId, stream, generation }: VolumeRecord,
  phase: 'making' | 'updating',
): VolumeRecord => ({ phase, volumeId, stream, generation });

const partitionsOf = async (device: Device, disk: Disk): Promise<VolumePartitions> => {
  const partitions = await findPartitions(disk);
  if (partitions === undefined) throw foreign(device);
  return partitions;
};

/** The partitions of a volume, with a file system of the stream that is to hold an image; made if it is not there. */
const prepareFileSystem = async (
  device: Device,
  disk: Disk,
  { record }: Inspection,
  { label, signal }: UpdateOptions,
  inodes: number,
): Promise<VolumePartitions> => {
  const { stream, generation } = label;
  const found = record === undefined || record.phase === 'making' ? undefined : await findPartitions(disk);
  const superblock = found && (await readSuperblock(found.root.path));
  if (found !== undefined && superblock?.uuid === rootUuid(device.id, stream)) return found;
  checkSize(device.id, disk.sizeBytes);
  await writeRecord(disk.path, { phase: 'making', volumeId: device.id, stream, generation });
  const made = await layOut(disk, device.id, stream);
  const plan = { volumeId: device.id, stream, sizeBytes: made.root.sizeBytes, inodes };
  await makeFileSystem(plan, made.root.path, signal);
  return made;
};

/** Runs work on a device. @throws `FILE_SYSTEM_FAILED` for errors of the system. */
const onDevice = async <T>(device: Device, doing: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (cause) {
    if (isAmiPublisherError(cause) || !(cause instanceof Error && 'syscall' in cause)) throw cause;
    throw new AmiPublisherError('FILE_SYSTEM_FAILED', {
      message: `cannot ${doing} volume ${device.id} (${device.path}): ${cause.message}`,
      resource: device.id,
      remedy: 'check that it is attached and that the log of the kernel (dmesg) tells of no errors',
      cause,
    });
  }
};

const foreign = (device: Device): AmiPublisherError =>
  new AmiPublisherError('DEVICE_IN_USE', {
    message: `volume ${device.id} (${device.path}) holds something that no unpacker wrote`,
    resource: device.id,
    remedy: 'use a new volume, or give its content up: claim it with force and associate it',
  });
