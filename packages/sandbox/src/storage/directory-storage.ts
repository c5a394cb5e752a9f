import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SnapshotContent, StoredSnapshot, VolumeStorage } from '../model/ports.js';
import type { Place } from '../model/region-state.js';
import { copyTree } from './copy-tree.js';
import { notSealed } from './not-sealed.js';

/** The unpacker keeps the file tree here, and this file exactly while the tree is whole and nobody writes it. */
const treeName = 'tree';
const sealName = 'seal.json';

const bytesPerGiB = 2 ** 30;

/**
 * Volumes and snapshots as folders:
 *
 * ```text
 * ACCOUNT/REGION/volumes/vol-…/content/      the volume, as its instance sees it
 * ACCOUNT/REGION/volumes/vol-…/volume.json   its size, as the unpacker's directory driver reads it
 * ACCOUNT/REGION/snapshots/snap-…/           a copy of a content folder
 * ```
 */
export class DirectoryStorage implements VolumeStorage {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async createVolume(
    place: Place,
    volumeId: string,
    sizeGiB: number,
    source?: StoredSnapshot,
  ): Promise<void> {
    const content = this.volumePath(place, volumeId);
    await mkdir(join(content, '..'), { recursive: true });
    await (source === undefined
      ? mkdir(content)
      : copyTree(this.snapshotPath(source, source.snapshotId), content));
    await this.resizeVolume(place, volumeId, sizeGiB);
  }

  async resizeVolume(place: Place, volumeId: string, sizeGiB: number): Promise<void> {
    const file = join(this.#volumeFolder(place, volumeId), 'volume.json');
    await writeFile(`${file}.new`, `${JSON.stringify({ volumeId, sizeBytes: sizeGiB * bytesPerGiB })}\n`);
    await rename(`${file}.new`, file);
  }

  async deleteVolume(place: Place, volumeId: string): Promise<void> {
    await rm(this.#volumeFolder(place, volumeId), { recursive: true, force: true });
  }

  /** The copy gets its name when it is complete, and only if the seal held all the while. */
  async createSnapshot(
    place: Place,
    volumeId: string,
    snapshotId: string,
  ): Promise<SnapshotContent | undefined> {
    const content = this.volumePath(place, volumeId);
    const snapshot = this.snapshotPath(place, snapshotId);
    const partial = `${snapshot}.partial`;
    const seal = await readSeal(content, volumeId);
    await mkdir(join(snapshot, '..'), { recursive: true });
    try {
      await copyTree(content, partial);
      if ((await readSeal(content, volumeId)) !== seal)
        throw notSealed(volumeId, 'was unsealed while it was copied');
      await rename(partial, snapshot);
      return contentOf(seal);
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
  }

  async copySnapshot(source: StoredSnapshot, place: Place, snapshotId: string): Promise<void> {
    const snapshot = this.snapshotPath(place, snapshotId);
    await mkdir(join(snapshot, '..'), { recursive: true });
    await copyTree(this.snapshotPath(source, source.snapshotId), snapshot);
  }

  async deleteSnapshot(place: Place, snapshotId: string): Promise<void> {
    await rm(this.snapshotPath(place, snapshotId), { recursive: true, force: true });
  }

  async attach(place: Place, volumeId: string): Promise<string> {
    return this.volumePath(place, volumeId);
  }

  /** Nothing is held of a folder. */
  async detach(): Promise<void> {}

  async close(): Promise<void> {}

  volumePath(place: Place, volumeId: string): string {
    return join(this.#volumeFolder(place, volumeId), 'content');
  }

  snapshotPath({ accountId, region }: Place, snapshotId: string): string {
    return join(this.#directory, accountId, region, 'snapshots', snapshotId);
  }

  #volumeFolder({ accountId, region }: Place, volumeId: string): string {
    return join(this.#directory, accountId, region, 'volumes', volumeId);
  }
}

const isAbsent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

const exists = async (path: string): Promise<boolean> => {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
};

/**
 * The seal of a volume, byte for byte; undefined for a volume without a file tree, which needs none.
 *
 * @throws `SandboxVolumeNotSealed` for a volume that has a tree but no seal.
 */
const readSeal = async (content: string, volumeId: string): Promise<string | undefined> => {
  try {
    return await readFile(join(content, sealName), 'utf8');
  } catch (error) {
    if (!isAbsent(error)) throw error;
    if (await exists(join(content, treeName)))
      throw notSealed(volumeId, 'holds a file tree and is not sealed');
    return undefined;
  }
};

/** The unpacker's seal is its label of the image: stream, leaf, manifest digest and generation. Another seal says nothing. */
const contentOf = (seal: string | undefined): SnapshotContent | undefined => {
  const label = parseObject(seal ?? '');
  const { stream, leaf, manifestDigest, generation } = label;
  if (typeof stream !== 'string' || typeof leaf !== 'string' || typeof manifestDigest !== 'string')
    return undefined;
  return { stream, leaf, manifestDigest, generation: Number(generation) };
};

const parseObject = (text: string): Readonly<Record<string, unknown>> => {
  try {
    return { ...JSON.parse(text) };
  } catch {
    // A seal of other origin, which no more than holds.
    return {};
  }
};
