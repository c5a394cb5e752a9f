import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { AmiPublisherError } from '@ami-publisher/base';

/** The programs that disks are made with, by the Debian package that has them. */
const blockPackages = {
  mke2fs: 'e2fsprogs',
  e2fsck: 'e2fsprogs',
  resize2fs: 'e2fsprogs',
  sfdisk: 'fdisk',
  blockdev: 'util-linux',
  partx: 'util-linux',
  wipefs: 'util-linux',
  blkdiscard: 'util-linux',
  fstrim: 'util-linux',
  mount: 'mount',
  umount: 'mount',
  'grub-mkimage': 'grub-common',
  mformat: 'mtools',
  mmd: 'mtools',
  mcopy: 'mtools',
} as const;

const packages = {
  ...blockPackages,
  // Left out on hosts that have no udev.
  udevadm: 'udev',
  // For the formats of exports that need them.
  zstd: 'zstd',
  'qemu-img': 'qemu-utils',
} as const;

/** A program of the host that the unpacker runs. */
export type Tool = keyof typeof packages;

/** What the driver `block` cannot do without. */
export const blockTools = Object.keys(blockPackages) as readonly Tool[];

/** Where programs are looked for: the `PATH`, and where Debian keeps those for root, which a service's `PATH` may lack. */
export const searchPath = (): string =>
  [process.env.PATH || '/usr/bin:/bin', '/usr/sbin', '/sbin'].join(delimiter);

/** Whether a program is installed. */
export const hasTool = async (tool: Tool): Promise<boolean> => {
  const tries = searchPath()
    .split(delimiter)
    .map((folder) => access(join(folder, tool), constants.X_OK));
  return (await Promise.allSettled(tries)).some(({ status }) => status === 'fulfilled');
};

/** @throws `TOOL_MISSING` naming every one of the programs that is missing, and the packages to install. */
export const checkTools = async (tools: readonly Tool[]): Promise<void> => {
  const absent: Tool[] = [];
  for (const tool of tools) {
    if (!(await hasTool(tool))) absent.push(tool);
  }
  if (absent.length > 0) throw missing(absent);
};

/** The error of programs that are not installed. */
export const missing = (tools: readonly Tool[], cause?: Error): AmiPublisherError => {
  const names = [...new Set(tools.map((tool) => packages[tool]))];
  return new AmiPublisherError('TOOL_MISSING', {
    message: `${tools.join(', ')} cannot be found on this host`,
    resource: tools.join(', '),
    remedy: `install the Debian package${names.length === 1 ? '' : 's'} ${names.join(', ')} on the unpacker`,
    cause,
  });
};
