import { mkdirSync } from 'node:fs';
import { execute } from './execute.js';

interface PartitionTable {
  readonly partitiontable: {
    readonly partitions: readonly {
      readonly node: string;
      readonly start: number;
      readonly size: number;
      readonly type: string;
    }[];
  };
}

const sectorBytes = 512;

/** Where a partition of a disk's file begins and how large it is, bytes. */
export const partitionOf = async (
  file: string,
  number: number,
): Promise<{ readonly offset: number; readonly size: number; readonly type: string }> => {
  const { partitiontable } = JSON.parse(await execute('sfdisk', '--json', file)) as PartitionTable;
  const found = partitiontable.partitions.find(({ node }) => node === `${file}${number}`);
  if (found === undefined) throw new Error(`${file} has no partition ${number}`);
  return { offset: found.start * sectorBytes, size: found.size * sectorBytes, type: found.type };
};

/** Mounts the root file system of a disk's file, to be read only, does something with it, and unmounts it. */
export const withMounted = async <T>(
  file: string,
  place: string,
  work: (place: string) => Promise<T>,
): Promise<T> => {
  const { offset, size } = await partitionOf(file, 1);
  mkdirSync(place, { recursive: true });
  const options = `loop,ro,noload,offset=${offset},sizelimit=${size}`;
  await execute('mount', '-t', 'ext4', '-o', options, file, place);
  try {
    return await work(place);
  } finally {
    await execute('umount', place);
  }
};
