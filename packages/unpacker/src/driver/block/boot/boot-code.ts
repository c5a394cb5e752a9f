import { mkdir, open, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AmiPublisherError } from '@ami-publisher/base';
import { runTool } from '../../../tools/run-tool.js';
import type { Architecture, BootCodeRequest } from '../boot-path.js';
import { bootSector, placedCoreImage, sectorBytes } from './bios-boot.js';
import { efiFileSystem } from './efi-system.js';
import { embeddedConfig, grubPrefix } from './grub-config.js';
import { writeChanged } from './write-changed.js';

export interface BootCodeOptions extends BootCodeRequest {
  /** Folder with a folder of GRUB's modules for each platform. */
  readonly grubDirectory: string;
}

type Platform = 'i386-pc' | 'x86_64-efi' | 'arm64-efi';

const platformPackages: Readonly<Record<Platform, string>> = {
  'i386-pc': 'grub-pc-bin',
  'x86_64-efi': 'grub-efi-amd64-bin',
  'arm64-efi': 'grub-efi-arm64-bin',
};

/** All that the configuration needs is built in, so that no module has to fit the version of another GRUB on the volume. */
const modules = [
  ...['part_gpt', 'ext2', 'search', 'search_fs_uuid', 'normal', 'configfile', 'linux', 'gzio'],
  ...['echo', 'test', 'true', 'sleep', 'ls', 'cat', 'reboot', 'halt', 'all_video'],
];
const platformModules: Readonly<Record<Platform, readonly string[]>> = {
  'i386-pc': [...modules, 'biosdisk', 'serial', 'terminal'],
  'x86_64-efi': [...modules, 'serial', 'terminal'],
  'arm64-efi': [...modules, 'terminal'],
};

const firmware: Readonly<Record<Architecture, { readonly efi: Platform; readonly program: string }>> = {
  x86_64: { efi: 'x86_64-efi', program: 'BOOTX64.EFI' },
  arm64: { efi: 'arm64-efi', program: 'BOOTAA64.EFI' },
};

/**
 * Puts GRUB onto a disk: for x86_64 where a BIOS starts it and on the EFI system partition, for arm64 on the latter only. It boots what
 * `/boot/grub/grub.cfg` says on the file system with the UUID. Only what differs is written, and nothing is executed or mounted.
 *
 * @throws `TOOL_MISSING` naming the Debian package, `TOOL_FAILED`, `NO_SPACE`, or the signal's reason.
 */
export const writeBootCode = async (options: BootCodeOptions): Promise<void> => {
  const { architecture, workDirectory } = options;
  // What a predecessor that was killed left there is of no use.
  await rm(workDirectory, { recursive: true, force: true });
  await mkdir(workDirectory, { recursive: true });
  try {
    if (architecture === 'x86_64') await writeBiosBoot(options);
    await writeEfiSystem(options);
  } finally {
    await rm(workDirectory, { recursive: true, force: true });
  }
};

const writeBiosBoot = async (options: BootCodeOptions): Promise<void> => {
  const core = await grubImage('i386-pc', options);
  const bootImage = await readModule('i386-pc', 'boot.img', options);
  const partition = await readPartition(options.partitions.biosBoot);
  await writeChanged(partition.path, 0, placedCoreImage(core, partition.firstSector, partition));
  const present = await readFirstSector(options.device);
  await writeChanged(options.device, 0, bootSector(bootImage, present, partition.firstSector));
};

const writeEfiSystem = async (options: BootCodeOptions): Promise<void> => {
  const { rootUuid, architecture, workDirectory, signal } = options;
  const { efi, program } = firmware[architecture];
  const content = await grubImage(efi, options);
  const partition = await readPartition(options.partitions.efi);
  const fileSystem = await efiFileSystem({
    ...{ partition, workDirectory, signal },
    program: { name: program, content },
    serialNumber: rootUuid.replaceAll('-', '').slice(0, 8),
  });
  await writeChanged(partition.path, 0, fileSystem);
};

/** Builds GRUB for a platform; equal versions of GRUB give equal bytes. */
const grubImage = async (platform: Platform, options: BootCodeOptions): Promise<Buffer> => {
  await readModule(platform, 'kernel.img', options);
  const config = join(options.workDirectory, `${platform}.cfg`);
  const image = join(options.workDirectory, `${platform}.img`);
  await writeFile(config, embeddedConfig(options.rootUuid));
  const parameters = [
    ...['--format', platform, '--directory', join(options.grubDirectory, platform)],
    ...['--prefix', grubPrefix, '--config', config, '--output', image],
    ...platformModules[platform],
  ];
  await runTool('grub-mkimage', parameters, { device: options.device, signal: options.signal });
  return readFile(image);
};

const readModule = async (
  platform: Platform,
  name: string,
  { grubDirectory }: BootCodeOptions,
): Promise<Buffer> => {
  const path = join(grubDirectory, platform, name);
  try {
    return await readFile(path);
  } catch (cause) {
    throw new AmiPublisherError('TOOL_MISSING', {
      message: `this host has no GRUB for ${platform}: cannot read ${path}`,
      resource: path,
      remedy: `install ${platformPackages[platform]} (name of the Debian package), or name the folder of GRUB's modules with --grub-dir`,
      cause,
    });
  }
};

const readFirstSector = async (device: string): Promise<Buffer> => {
  const disk = await open(device, 'r');
  try {
    const sector = Buffer.alloc(sectorBytes);
    await disk.read(sector, 0, sectorBytes, 0);
    return sector;
  } finally {
    await disk.close();
  }
};

interface Partition {
  readonly path: string;
  readonly firstSector: number;
  readonly sizeBytes: number;
}

/** sysfs counts sectors of 512 bytes, whatever the disk's are. */
const readPartition = async (node: string): Promise<Partition> => {
  const path = await realpath(node);
  const attribute = async (name: string): Promise<number> =>
    Number(await readFile(join('/sys/class/block', basename(path), name), 'utf8'));
  return { path, firstSector: await attribute('start'), sizeBytes: (await attribute('size')) * sectorBytes };
};
