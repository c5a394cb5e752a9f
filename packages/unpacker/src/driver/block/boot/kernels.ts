import { AmiPublisherError } from '@ami-publisher/base';
import {
  type ByteString,
  type FileEntry,
  type Manifest,
  type ManifestEntry,
  toText,
} from '@ami-publisher/image';
import { compareVersions } from './compare-versions.js';

/** A kernel with its initial RAM disk. */
export interface Kernel {
  readonly kernel: FileEntry;
  readonly initrd: FileEntry;
}

const kernelPrefix = 'boot/vmlinuz-';

/** By distribution: Debian; Fedora and its kin; SUSE. */
const initrdNames: readonly ((version: ByteString) => ByteString)[] = [
  (version) => `boot/initrd.img-${version}`,
  (version) => `boot/initramfs-${version}.img`,
  (version) => `boot/initrd-${version}`,
];

/** What GRUB's script takes as one quoted word, and no terminal takes for something else. */
const plainName = /^[A-Za-z0-9._+~:@=/-]+$/;

/** The entry at a path; undefined if there is none. */
export const entryAt = (
  { entries }: Pick<Manifest, 'entries'>,
  path: ByteString,
): ManifestEntry | undefined => {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (entries[middle]!.path < path) low = middle + 1;
    else high = middle;
  }
  return entries[low]?.path === path ? entries[low] : undefined;
};

/** The file at a path, by whichever of its names; undefined if there is none, or something else. */
export const fileAt = (manifest: Pick<Manifest, 'entries'>, path: ByteString): FileEntry | undefined => {
  const entry = entryAt(manifest, path);
  if (entry?.type === 'hardlink') return fileAt(manifest, entry.target);
  return entry?.type === 'file' ? entry : undefined;
};

/**
 * The newest kernel of an image and its initial RAM disk. `/boot` has to be a folder of the image's one file system.
 *
 * @returns undefined for an image without a kernel.
 * @throws `IMAGE_NOT_BOOTABLE` if kernel or RAM disk is missing, empty or no regular file.
 */
export const newestKernel = (manifest: Pick<Manifest, 'entries'>): Kernel | undefined => {
  const boot = entryAt(manifest, 'boot');
  if (boot === undefined) return undefined;
  if (boot.type !== 'directory') throw unbootable('boot', `is a ${boot.type}, not a directory`);
  const versions = manifest.entries
    .filter(({ path }) => path.startsWith(kernelPrefix) && !path.includes('/', kernelPrefix.length))
    .map(({ path }) => path.slice(kernelPrefix.length));
  const newest = versions.sort(compareVersions).at(-1);
  if (newest === undefined) return undefined;
  const kernel = checkedFile(manifest, `${kernelPrefix}${newest}`);
  const initrd = initrdNames
    .map((name) => name(newest))
    .find((path) => entryAt(manifest, path) !== undefined);
  if (initrd === undefined) throw unbootable(kernel.path, 'has no initial RAM disk of its version beside it');
  return { kernel, initrd: checkedFile(manifest, initrd) };
};

/** The file keeps the path that it was asked for by. */
const checkedFile = (manifest: Pick<Manifest, 'entries'>, path: ByteString): FileEntry => {
  const file = fileAt(manifest, path);
  if (file === undefined) throw unbootable(path, 'is no regular file');
  if (file.size === 0) throw unbootable(path, 'is empty');
  if (!plainName.test(path)) throw unbootable(path, 'has a name that the boot loader cannot be given');
  return { ...file, path };
};

/** The error of an image that a machine could not boot. */
export const unbootable = (path: ByteString, problem: string): AmiPublisherError =>
  new AmiPublisherError('IMAGE_NOT_BOOTABLE', {
    message: `/${toText(path)} of the image ${problem}`,
    resource: toText(path),
    remedy:
      'build the image with a complete kernel package and its initial RAM disk, or without any kernel in /boot if it is not to boot',
  });
