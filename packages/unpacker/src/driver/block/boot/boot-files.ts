import { type FileEntry, fromText, type OverlayFile, readContent } from '@ami-publisher/image';
import type { Architecture, BootFilesRequest } from '../boot-path.js';
import { fstabWithRoot } from './fstab.js';
import { grubConfig } from './grub-config.js';
import { architectureOf, kernelHeadBytes } from './kernel-head.js';
import { fileAt, newestKernel, unbootable } from './kernels.js';
import type { ResolvedBootSettings } from './resolve-boot-settings.js';

export interface BootFilesOptions extends BootFilesRequest {
  readonly settings: ResolvedBootSettings;
}

/** What a volume gets beside its image so that it boots. */
export interface BootFiles {
  /** Nothing for an image without a kernel, which is data. */
  readonly files: readonly OverlayFile[];
  /** Of the kernel; undefined for an image without one. */
  readonly architecture: Architecture | undefined;
}

/** An fstab of more than this is not one. */
const maxFstabBytes = 1024 * 1024;
const mode = 0o644;

/**
 * Makes the files that an image is booted by: `/etc/fstab` with the volume as root, the configuration of GRUB for the image's newest kernel,
 * and `/var/lib/initial-image` with the image's name. Equal arguments give equal files.
 *
 * @throws `IMAGE_NOT_BOOTABLE` naming the file; what reading the image's objects throws.
 */
export const bootFiles = async (options: BootFilesOptions): Promise<BootFiles> => {
  const { manifest, rootUuid, image } = options;
  const found = newestKernel(manifest);
  if (found === undefined) return { files: [], architecture: undefined };
  const architecture = await kernelArchitecture(found.kernel, options);
  const title = `${image.stream}/${image.leaf}`;
  const entry = { title, rootUuid, kernel: `/${found.kernel.path}`, initrd: `/${found.initrd.path}` };
  const texts = {
    'boot/grub/grub.cfg': grubConfig(entry, options.settings),
    'etc/fstab': fstabWithRoot(await readFstab(options), rootUuid),
    'var/lib/initial-image': `${title}\n`,
  };
  const files = Object.entries(texts).map(([path, text]) => ({
    path: fromText(path),
    content: Buffer.from(text, 'latin1'),
    mode,
  }));
  return { files, architecture };
};

const kernelArchitecture = async (
  kernel: FileEntry,
  { source, signal }: BootFilesOptions,
): Promise<Architecture> => {
  const head = await readContent(source, kernel, { firstBytes: kernelHeadBytes, signal });
  const architecture = architectureOf(head);
  if (architecture !== undefined) return architecture;
  throw unbootable(kernel.path, 'is no Linux kernel for x86_64 or arm64');
};

const readFstab = async ({ manifest, source, signal }: BootFilesOptions): Promise<string> => {
  const fstab = fileAt(manifest, 'etc/fstab');
  if (fstab === undefined) return '';
  if (fstab.size > maxFstabBytes) throw unbootable('etc/fstab', `has ${fstab.size} bytes`);
  return (await readContent(source, fstab, { signal })).toString('latin1');
};
