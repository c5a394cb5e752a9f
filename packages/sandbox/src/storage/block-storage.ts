import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AmiPublisherError } from '@ami-publisher/base';
import { readVolumeRecord } from '@ami-publisher/unpacker';
import type { SnapshotContent, StoredSnapshot, VolumeStorage } from '../model/ports.js';
import type { Place } from '../model/region-state.js';
import { copyTree } from './copy-tree.js';
import { LoopDevice } from './loop-device.js';
import { notSealed } from './not-sealed.js';

const bytesPerGiB = 2 ** 30;

/**
 * Volumes and snapshots as sparse files with a disk's bytes, which are loop devices while they are attached:
 *
 * ```text
 * ACCOUNT/REGION/volumes/vol-….img
 * ACCOUNT/REGION/snapshots/snap-….img
 * ```
 */
export class BlockStorage implements VolumeStorage {
  readonly #directory: string;
  readonly #attached = new Map<string, LoopDevice>();

  /** @throws `INVALID_OPTION` unless this is root on Linux. */
  constructor(directory: string) {
    if (process.platform !== 'linux' || process.geteuid?.() !== 0) throw needsRoot();
    this.#directory = directory;
  }

  async createVolume(
    place: Place,
    volumeId: string,
    sizeGiB: number,
    source?: StoredSnapshot,
  ): Promise<void> {
    const file = this.volumePath(place, volumeId);
    await mkdir(dirname(file), { recursive: true });
    if (source !== undefined) await copyTree(this.snapshotPath(source, source.snapshotId), file);
    await setSize(file, sizeGiB);
  }

  async resizeVolume(place: Place, volumeId: string, sizeGiB: number): Promise<void> {
    await setSize(this.volumePath(place, volumeId), sizeGiB);
    await this.#attached.get(volumeId)?.takeSizeOfFile();
  }

  async deleteVolume(place: Place, volumeId: string): Promise<void> {
    await rm(this.volumePath(place, volumeId), { force: true });
  }

  /** The copy gets its name when it is complete, and only if what the volume says of itself was the same all the while. */
  async createSnapshot(
    place: Place,
    volumeId: string,
    snapshotId: string,
  ): Promise<SnapshotContent | undefined> {
    const file = this.volumePath(place, volumeId);
    const snapshot = this.snapshotPath(place, snapshotId);
    const partial = `${snapshot}.partial`;
    const content = await sealedContent(file, volumeId);
    await mkdir(dirname(snapshot), { recursive: true });
    try {
      await copyTree(file, partial);
      const copied = await sealedContent(partial, volumeId);
      const after = await sealedContent(file, volumeId);
      if (!isSame(content, copied) || !isSame(content, after)) {
        throw notSealed(volumeId, 'was unsealed while it was copied');
      }
      await rename(partial, snapshot);
      return content;
    } finally {
      await rm(partial, { force: true });
    }
  }

  async copySnapshot(source: StoredSnapshot, place: Place, snapshotId: string): Promise<void> {
    const snapshot = this.snapshotPath(place, snapshotId);
    await mkdir(dirname(snapshot), { recursive: true });
    await copyTree(this.snapshotPath(source, source.snapshotId), snapshot);
  }

  async deleteSnapshot(place: Place, snapshotId: string): Promise<void> {
    await rm(this.snapshotPath(place, snapshotId), { force: true });
  }

  async attach(place: Place, volumeId: string): Promise<string> {
    const device = await LoopDevice.attach(this.volumePath(place, volumeId));
    this.#attached.set(volumeId, device);
    return device.path;
  }

  async detach(_place: Place, volumeId: string): Promise<void> {
    await this.#attached.get(volumeId)?.detach();
    this.#attached.delete(volumeId);
  }

  volumePath({ accountId, region }: Place, volumeId: string): string {
    return join(this.#directory, accountId, region, 'volumes', `${volumeId}.img`);
  }

  snapshotPath({ accountId, region }: Place, snapshotId: string): string {
    return join(this.#directory, accountId, region, 'snapshots', `${snapshotId}.img`);
  }

  async close(): Promise<void> {
    const devices = [...this.#attached.values()];
    this.#attached.clear();
    await Promise.all(devices.map((device) => device.detach()));
  }
}

/** What is added reads as zeros and takes no room. */
const setSize = async (file: string, sizeGiB: number): Promise<void> => {
  const handle = await open(file, 'a');
  try {
    await handle.truncate(sizeGiB * bytesPerGiB);
  } finally {
    await handle.close();
  }
};

/**
 * What a volume holds by its own record; undefined for one without a record, on which no unpacker works.
 *
 * @throws `SandboxVolumeNotSealed` unless it is sealed.
 */
const sealedContent = async (file: string, volumeId: string): Promise<SnapshotContent | undefined> => {
  const record = await readVolumeRecord(file);
  if (record === undefined) return undefined;
  if (record.phase !== 'clean' || !record.sealed)
    throw notSealed(volumeId, 'holds a file system and is not sealed');
  const { stream, leaf, manifestDigest, generation } = record;
  return { stream, leaf, manifestDigest, generation };
};

const isSame = (one: SnapshotContent | undefined, other: SnapshotContent | undefined): boolean =>
  one?.generation === other?.generation && one?.manifestDigest === other?.manifestDigest;

const needsRoot = (): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: 'expected volumes that are disks to be used by root on Linux, where there are loop devices',
    resource: 'volumes',
    remedy: 'run as root, or use volumes that are folders',
  });
