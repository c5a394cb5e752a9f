import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { independentWalk } from '../../../packages/image/test/support/independent-walk.js';

export const volumeId = 'vol-0123456789abcdef0';

/** An attached volume of a test. */
export interface Volume {
  /** Flags of the unpacker that make it find the volume. */
  readonly flags: readonly string[];
  /** What comes before the command of the daemon. */
  readonly before: readonly string[];
  /** The tree as whoever boots from a snapshot finds it. Only while no daemon has the volume open. */
  look(): Promise<readonly string[]>;
  /** Makes the volume a new one. */
  erase(): void;
  /** What is still mounted of it. */
  mounted(): readonly string[];
  detach(): void;
}

/** Attaches a volume below a folder. */
export type AttachVolume = (place: string) => Volume;

const link = (place: string, target: string): string => {
  const devices = join(place, 'devices');
  mkdirSync(devices);
  symlinkSync(target, join(devices, `nvme-Amazon_Elastic_Block_Store_${volumeId.replace('-', '')}`));
  return devices;
};

const run = (program: string, ...parameters: string[]): string =>
  execFileSync(program, parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** Lines of the mount tables of all processes, whatever namespace they live in. */
const mountsOf = (device: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return readFileSync(`/proc/${pid}/mountinfo`, 'utf8').split('\n');
      } catch {
        // It has ended meanwhile.
        return [];
      }
    })
    .filter((line) => line.includes(`${device}p`));

/** A volume of the driver `block`: a file as a loop device. */
export const blockVolume: AttachVolume = (place) => {
  const [file, mountPoint] = [join(place, 'disk'), join(place, 'look')];
  writeFileSync(file, '');
  truncateSync(file, 400 * 2 ** 20);
  mkdirSync(mountPoint);
  const device = run('losetup', '--find', '--show', file).trim();
  return {
    flags: ['--driver', 'block', '--devices-dir', link(place, device)],
    before: ['unshare', '--mount'],
    look: async () => {
      run('mount', '-t', 'ext4', '-o', 'ro,noload', `${device}p1`, mountPoint);
      try {
        return independentWalk(mountPoint);
      } finally {
        run('umount', mountPoint);
      }
    },
    erase: () => {
      run('partx', '--delete', device);
      run('blkdiscard', '--force', device);
    },
    mounted: () => mountsOf(device),
    detach: () => {
      run('losetup', '--detach', device);
    },
  };
};

/** A volume of the driver `directory`. */
export const directoryVolume: AttachVolume = (place) => {
  const content = join(place, 'volumes', volumeId, 'content');
  mkdirSync(content, { recursive: true });
  writeFileSync(join(content, '../volume.json'), '{"sizeBytes": 1073741824}');
  return {
    flags: ['--devices-dir', link(place, content)],
    before: [],
    look: async () => independentWalk(join(content, 'tree')),
    erase: () => {
      rmSync(content, { recursive: true });
      mkdirSync(content);
    },
    mounted: () => [],
    detach: () => {},
  };
};
