import { AmiPublisherError } from '@ami-publisher/base';
import { derivedId } from './derived-id.js';
import type { Partition } from './disk.js';

const MiB = 2 ** 20;

/** A partition as the layout has it; without a size it takes all that is left. */
interface PlannedPartition {
  readonly number: number;
  readonly startBytes: number;
  readonly sizeBytes?: number;
  /** GUID of what it is for. */
  readonly type: string;
  readonly name: string;
}

/** Where the record is: on the disk, not in a partition, so that it can be read before the partitions are known. */
export const recordOffset = MiB;

/** The smallest disk that is laid out. */
const smallestBytes = 256 * MiB;

const partitions = {
  record: {
    number: 13,
    startBytes: recordOffset,
    sizeBytes: MiB,
    type: '5ED94D2C-59C6-4C5E-9A7A-3C0B6E0D13F1',
    name: 'ami-publisher',
  },
  biosBoot: {
    number: 14,
    startBytes: 2 * MiB,
    sizeBytes: MiB,
    type: '21686148-6449-6E6F-744E-656564454649',
    name: 'bios-boot',
  },
  efi: {
    number: 15,
    startBytes: 3 * MiB,
    sizeBytes: 64 * MiB,
    type: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B',
    name: 'efi-system',
  },
  /** First by number, as boot tools expect it, and last on the disk, so that it can grow. */
  root: {
    number: 1,
    startBytes: 67 * MiB,
    type: '0FC63DAF-8483-4772-8E79-3D69D8477DE4',
    name: 'root',
  },
} as const satisfies Record<string, PlannedPartition>;

/** Roles of the partitions of a volume. */
export type PartitionRole = keyof typeof partitions;

const roles = Object.keys(partitions) as readonly PartitionRole[];

/** What is attached under a partition's role. */
export type VolumePartitions = Readonly<Record<PartitionRole, Partition>>;

/** What `sfdisk` reads on its standard input to lay a disk out, or to let the root partition fill a disk that has grown. */
export const layoutScript = (volumeId: string, stream: string): string => {
  const lines = roles.map((role) => {
    const { number, startBytes, type, name, ...more }: PlannedPartition = partitions[role];
    const size = more.sizeBytes === undefined ? [] : [`size=${more.sizeBytes / MiB}MiB`];
    const id = `uuid=${derivedId(volumeId, stream, `partition ${role}`)}`;
    return `${number} : ${[`start=${startBytes / MiB}MiB`, ...size, `type=${type}`, id, `name="${name}"`].join(', ')}`;
  });
  return ['label: gpt', `label-id: ${derivedId(volumeId, stream, 'disk')}`, '', ...lines, ''].join('\n');
};

/** The partitions by their roles; undefined if they are not those of the layout. */
export const recognise = (found: readonly Partition[]): VolumePartitions | undefined => {
  const pairs = roles.map((role) => {
    const planned: PlannedPartition = partitions[role];
    const partition = found.find(
      ({ number, startBytes, sizeBytes }) =>
        number === planned.number &&
        startBytes === planned.startBytes &&
        (planned.sizeBytes === undefined || sizeBytes === planned.sizeBytes),
    );
    return [role, partition] as const;
  });
  const complete = found.length === roles.length && pairs.every(([, partition]) => partition !== undefined);
  return complete ? (Object.fromEntries(pairs) as Record<PartitionRole, Partition>) : undefined;
};

/** @throws `NO_SPACE` if the disk is too small for the layout. */
export const checkSize = (volumeId: string, sizeBytes: number): void => {
  if (sizeBytes >= smallestBytes) return;
  throw new AmiPublisherError('NO_SPACE', {
    message: `volume ${volumeId} has ${sizeBytes} bytes, and a bootable disk needs ${smallestBytes}`,
    resource: volumeId,
    remedy: 'use a larger volume',
  });
};
