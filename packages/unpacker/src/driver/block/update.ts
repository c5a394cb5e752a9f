import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AmiPublisherError } from '@ami-publisher/base';
import {
  type ApplyResult,
  applyImage,
  type KnownImage,
  type Manifest,
  type ManifestEntry,
  type OverlaidImage,
  posix,
  toText,
  type UnsettableAttributes,
} from '@ami-publisher/image';
import type { Device, ImageLabel, UpdateOptions } from '../driver.js';
import { applyPhases } from '../results.js';
import type { Architecture } from './boot-path.js';
import type { Disk } from './disk.js';
import { discardFree, flushDisk } from './file-system.js';
import { mountAt, unmount } from './mounts.js';
import { type CleanRecord, writeRecord } from './record.js';
import { readSuperblock, stateOf } from './superblock.js';

/** A laid out volume, what its tree holds, and what it is to hold. */
export interface TreeUpdate {
  readonly device: Device;
  readonly disk: Disk;
  /** Node of the root partition. */
  readonly partition: string;
  /** Where it is mounted meanwhile. */
  readonly place: string;
  /** What the tree is known to be; undefined after an update that was cut short. */
  readonly before: { readonly record: CleanRecord; readonly known: KnownImage | undefined } | undefined;
  readonly image: OverlaidImage;
  /** Digest of the image with its overlay. */
  readonly treeDigest: string;
  readonly architecture: Architecture | undefined;
  readonly options: UpdateOptions;
}

/** Makes the tree on a volume equal to an image. What the record says is right at every moment. */
export const updateTree = async (update: TreeUpdate): Promise<ApplyResult> => {
  const { device, disk, before, treeDigest, architecture, options } = update;
  const { label } = options;
  const { stream, generation } = label;
  await writeRecord(disk.path, { phase: 'updating', volumeId: device.id, stream, generation });
  const outcome = { isChanged: before === undefined };
  try {
    const applied = await withMounted(update, outcome);
    await writeCleanRecord(update, { ...label, treeDigest, architecture });
    return applied;
  } catch (error) {
    if (before !== undefined && !outcome.isChanged) {
      await writeCleanRecord(update, { ...before.record, generation });
    }
    throw error;
  }
};

/** Applies the image between mounting and unmounting; tells, also when it fails, whether the tree was changed. */
const withMounted = async (update: TreeUpdate, outcome: { isChanged: boolean }): Promise<ApplyResult> => {
  const { disk, partition, place, options } = update;
  const stagingDir = join(place, stagingName(update.image.entries));
  await mountAt(partition, place, { readOnly: false });
  const { mtimeNs } = await lstat(place, { bigint: true });
  try {
    const applied = await apply(update, stagingDir, outcome);
    outcome.isChanged = true;
    refuseUnset(update, applied.unsettable);
    await discardFree(disk, place, options.signal);
    return applied;
  } catch (error) {
    if (!outcome.isChanged) {
      await rm(stagingDir, { recursive: true, force: true });
      posix().setModificationTime(Buffer.from(place), mtimeNs);
    }
    throw error;
  } finally {
    await letGo(update).catch((error: unknown) => {
      // What has not been written cannot be told from what has.
      outcome.isChanged = true;
      throw error;
    });
  }
};

const letGo = async ({ place, disk }: TreeUpdate): Promise<void> => {
  await unmount(place);
  await flushDisk(disk.path);
};

const apply = (
  { place, before, image, treeDigest, options }: TreeUpdate,
  stagingDir: string,
  outcome: { isChanged: boolean },
): Promise<ApplyResult> => {
  const manifest: Manifest = { entries: image.entries, digest: treeDigest };
  return applyImage({
    root: place,
    stagingDir,
    manifest,
    source: image.source,
    known: before?.known,
    withIndex: false,
    beforeFirstChange: async () => {
      outcome.isChanged = true;
    },
    onProgress: (progress) => options.onProgress({ ...progress, phase: applyPhases[progress.phase] }),
    signal: options.signal,
  });
};

/** A name that the image does not have. */
const stagingName = (entries: readonly ManifestEntry[]): string => {
  const names = new Set(
    entries.filter(({ path }) => path.startsWith('.ami-publisher')).map(({ path }) => path),
  );
  let name = '.ami-publisher-staging';
  for (let i = 1; names.has(name); i += 1) name = `.ami-publisher-staging-${i}`;
  return name;
};

/** Root can set everything that ext4 can hold, but for the mode of symbolic links, which Linux does not have. */
const refuseUnset = ({ device, image }: TreeUpdate, { paths }: UnsettableAttributes): void => {
  const links = new Set(image.entries.filter(({ type }) => type === 'symlink').map(({ path }) => path));
  const [path, attributes] =
    Object.entries(paths).find(
      ([name, { mode: _mode, ...others }]) => !links.has(name) || Object.keys(others).length > 0,
    ) ?? [];
  if (path === undefined) return;
  throw new AmiPublisherError('FILE_SYSTEM_FAILED', {
    message: `volume ${device.id} cannot hold these attributes of ${toText(path)}: ${JSON.stringify(attributes)}`,
    resource: toText(path),
    remedy: 'leave them out of the image',
  });
};

const writeCleanRecord = async (
  { device, disk, partition }: TreeUpdate,
  image: ImageLabel & { readonly treeDigest: string; readonly architecture?: Architecture | undefined },
): Promise<void> => {
  const { stream, leaf, manifestDigest, generation, treeDigest, architecture } = image;
  const superblock = await readSuperblock(partition);
  if (superblock?.clean !== true) {
    await writeRecord(disk.path, { phase: 'making', volumeId: device.id, stream, generation });
    throw damaged(device, partition);
  }
  await writeRecord(disk.path, {
    ...{
      phase: 'clean',
      volumeId: device.id,
      stream,
      leaf,
      manifestDigest,
      generation,
      treeDigest,
      sealed: false,
    },
    ...(architecture !== undefined && { architecture }),
    superblock: stateOf(superblock),
  });
};

/** The error of a file system that cannot be relied on. */
export const damaged = (device: Device, partition: string): AmiPublisherError =>
  new AmiPublisherError('FILE_SYSTEM_FAILED', {
    message: `the file system of volume ${device.id} (${partition}) has errors`,
    resource: device.id,
    remedy: 'unpack the image again: the file system is made anew; replace the volume if that happens twice',
  });
