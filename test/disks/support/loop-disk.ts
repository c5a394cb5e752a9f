import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeManifest, type Manifest, parseManifest, walkTree } from '@ami-publisher/image';
import { MemorySource } from '../../../packages/image/test/support/memory-source.js';

/** Runs a program of the host. @returns its standard output. */
export const run = (program: string, ...parameters: string[]): string =>
  execFileSync(program, parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

/** Folders for a driver, and disks that are attached to it. */
export class DiskHost {
  readonly directory = mkdtempSync(join(tmpdir(), 'ami-publisher-disks-'));
  readonly devicesDirectory = join(this.directory, 'devices');
  readonly stateDirectory = join(this.directory, 'state');
  readonly #disks: LoopDisk[] = [];

  constructor() {
    mkdirSync(this.devicesDirectory);
    mkdirSync(this.stateDirectory);
  }

  attach(volumeId = 'vol-0123456789abcdef0', sizeMiB = 512): LoopDisk {
    const disk = new LoopDisk(this, volumeId, sizeMiB);
    this.#disks.push(disk);
    return disk;
  }

  dispose(): void {
    for (const disk of this.#disks) disk.detach();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A file as a loop device, linked as udev links an EBS volume. */
export class LoopDisk {
  readonly file: string;
  readonly link: string;
  #path: string | undefined;

  constructor(
    host: DiskHost,
    readonly volumeId: string,
    sizeMiB: number,
  ) {
    this.file = join(host.directory, `${volumeId}.img`);
    this.link = join(host.devicesDirectory, `nvme-Amazon_Elastic_Block_Store_${volumeId.replace('-', '')}`);
    writeFileSync(this.file, '');
    truncateSync(this.file, sizeMiB * 2 ** 20);
    this.attach();
  }

  get path(): string {
    if (this.#path === undefined) throw new Error(`${this.volumeId} is not attached`);
    return this.#path;
  }

  get root(): string {
    return `${this.path}p1`;
  }

  attach(...flags: string[]): void {
    this.#path = run('losetup', '--find', '--show', ...flags, this.file);
    symlinkSync(this.#path, this.link);
  }

  detach(): void {
    if (this.#path === undefined) return;
    run('sh', '-c', `partx --delete ${this.#path} 2>/dev/null || true`);
    run('losetup', '--detach', this.#path);
    unlinkSync(this.link);
    this.#path = undefined;
  }

  /** Lets the disk have another size, as a volume that is modified. */
  resize(sizeMiB: number): void {
    truncateSync(this.file, sizeMiB * 2 ** 20);
    run('losetup', '--set-capacity', this.path);
  }

  /** Mounts the root file system beside it, for reading only, while something looks at it. */
  looked<T>(look: (place: string) => T): T {
    const place = `${this.file}.mounted`;
    mkdirSync(place, { recursive: true });
    run('mount', '-t', 'ext4', '-o', 'ro,noload', this.root, place);
    try {
      return look(place);
    } finally {
      run('umount', place);
    }
  }

  /** What the disk takes up of the host's own, as a snapshot would. */
  allocatedBytes(): number {
    return statSync(this.file).blocks * 512;
  }

  /** Sectors that have been read from the disk. */
  sectorsRead(): number {
    return Number(run('cat', `/sys/class/block/${this.path.replace('/dev/', '')}/stat`).split(/\s+/)[2]);
  }
}

/** The manifest of a tree, and a source of its objects. */
export const imageOf = async (
  tree: string,
): Promise<{ readonly manifest: Manifest; readonly source: MemorySource }> => ({
  manifest: parseManifest(encodeManifest((await walkTree(tree)).entries).bytes),
  source: new MemorySource().addTree(tree),
});
