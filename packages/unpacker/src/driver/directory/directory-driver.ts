import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { applyImage, TreeIndex, walkTree } from '@ami-publisher/image';
import { isSystemError } from '../../system-error.js';
import type {
  Device,
  Driver,
  DriverOptions,
  DriverProgress,
  ScanOptions,
  UpdateOptions,
  UpdateResult,
  VolumeContents,
} from '../driver.js';
import { flushFileSystem } from '../flush.js';
import { notSealable } from '../not-sealable.js';
import { applyPhases, nothingDone, pickResult } from '../results.js';
import { findDirectory } from './find-device.js';
import { readUnset, writeUnset } from './unset-attributes.js';
import { VolumeFiles } from './volume-files.js';

export interface DirectoryDriverOptions {
  /** Folder of links to the volumes, named as udev names EBS volumes. */
  readonly devicesDirectory: string;
}

/**
 * A volume is a folder with the image's `tree` and, beside it, what the driver knows of it. Needs no rights beyond those on the folder:
 * what an ordinary user cannot set is listed in `unset.jsonl`.
 */
export class DirectoryDriver implements Driver {
  readonly name = 'directory';
  readonly #devicesDirectory: string;

  constructor(options: DirectoryDriverOptions) {
    this.#devicesDirectory = options.devicesDirectory;
  }

  find(deviceId: string): Promise<Device | undefined> {
    return findDirectory(this.#devicesDirectory, deviceId);
  }

  inspect(device: Device): Promise<VolumeContents> {
    return new VolumeFiles(device.path).contents();
  }

  async scan(device: Device, options: ScanOptions): Promise<void> {
    const files = new VolumeFiles(device.path);
    await makeTree(files);
    const progress = (done: Omit<DriverProgress, 'phase'>) => options.onProgress({ ...done, phase: 'scan' });
    const { index } = await walkTree(files.tree, {
      index: options.full ? undefined : await readIndex(files),
      signal: options.signal,
      onProgress: progress,
    });
    await writeFile(files.index, index.encode());
  }

  async update(device: Device, options: UpdateOptions): Promise<UpdateResult> {
    const files = new VolumeFiles(device.path);
    const before = await files.contents();
    const { label } = options;
    if (before.kind === 'image' && before.manifestDigest === label.manifestDigest) {
      await files.markComplete({ ...label, generation: before.generation });
      return nothingDone;
    }
    if (before.kind === 'blank') await files.markUpdating(label.stream, label.generation);
    await makeTree(files);
    const applied = await applyImage({
      root: files.tree,
      stagingDir: files.staging,
      manifest: options.manifest,
      source: options.source,
      index: await readIndex(files),
      // After an update that was cut short, the list no longer tells what the tree lacks.
      attributeStore: before.kind === 'image' ? await readUnset(files.unset) : undefined,
      beforeFirstChange: () => files.markUpdating(label.stream, label.generation),
      onProgress: (progress) => options.onProgress({ ...progress, phase: applyPhases[progress.phase] }),
      signal: options.signal,
    });
    await writeFile(files.index, applied.index.encode());
    await writeUnset(files.unset, applied.unsettable);
    await files.markComplete(label);
    return pickResult(applied);
  }

  async seal(device: Device, options: DriverOptions): Promise<void> {
    const files = new VolumeFiles(device.path);
    const contents = await files.contents();
    if (contents.kind !== 'image') throw notSealable(device, contents);
    if (contents.sealed) return;
    options.onProgress({ phase: 'seal', filesDone: 0, filesTotal: 0, bytesDone: 0, bytesTotal: 0 });
    await rm(files.staging, { recursive: true, force: true });
    await flushFileSystem(files.root);
    await files.seal(contents);
  }

  async unseal(device: Device, generation: number): Promise<void> {
    const files = new VolumeFiles(device.path);
    const contents = await files.contents();
    if (contents.kind === 'image') await files.unseal({ ...contents, generation });
  }

  /** A folder has no file system of its own that could be grown. */
  async grow(): Promise<void> {}

  /** Nothing is held open between calls. */
  async release(): Promise<void> {}

  forget(device: Device): Promise<void> {
    return new VolumeFiles(device.path).wipe();
  }
}

/** Missing on a volume that is new, or whose first update was cut short before it came to that. */
const makeTree = (files: VolumeFiles): Promise<unknown> =>
  mkdir(files.tree, { recursive: true, mode: 0o755 });

/** A cache: what a power cut left of it is either whole or found to be nothing. */
const readIndex = async (files: VolumeFiles): Promise<TreeIndex | undefined> => {
  try {
    return TreeIndex.parse(await readFile(files.index, 'utf8'));
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
};
