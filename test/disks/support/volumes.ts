import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

/** A volume of the driver `directory`. */
export const directoryVolume = (place: string): Volume => {
  const content = join(place, 'volumes', volumeId, 'content');
  const devices = join(place, 'devices');
  mkdirSync(content, { recursive: true });
  mkdirSync(devices);
  writeFileSync(join(content, '../volume.json'), '{"sizeBytes": 1073741824}');
  symlinkSync(content, join(devices, `nvme-Amazon_Elastic_Block_Store_${volumeId.replace('-', '')}`));
  return {
    flags: ['--devices-dir', devices],
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
