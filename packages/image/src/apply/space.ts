import { statfsSync } from 'node:fs';
import { AmiPublisherError } from '@ami-publisher/base';
import { toBytes, toText } from '../byte-string.js';
import type { ByteString } from '../manifest.js';
import { dataBytes } from '../tree/extents.js';
import type { Scan, ScannedNode } from '../tree/scan.js';
import type { InodePlan, LeafEntry, Plan } from './plan.js';

const blockBytes = 4096;

/** What a plan takes, and what it gives back. */
export interface SpaceNeed {
  /** Bytes for what is made before anything old goes. */
  readonly bytes: number;
  readonly inodes: number;
  /** Bytes that go free if old files are removed first. */
  readonly reclaimableBytes: number;
}

const madeAnew = new Set<InodePlan['origin']['kind']>(['copy', 'copy-fetched', 'fetch', 'make']);

const bytesOf = (entry: LeafEntry): number =>
  entry.type === 'file' ? Math.ceil(dataBytes(entry) / blockBytes) * blockBytes : 0;

/** What new inodes and directories take. */
export const spaceFor = (
  leaves: readonly LeafEntry[],
  directories: number,
): Pick<SpaceNeed, 'bytes' | 'inodes'> => ({
  bytes: leaves.reduce((sum, entry) => sum + bytesOf(entry), directories * blockBytes),
  inodes: leaves.length + directories,
});

/**
 * Old files that can go before the new ones are there: those that are removed or replaced, have no other name, and hold nothing that
 * the plan still reads.
 */
export const removableFirst = (plan: Plan, scan: Scan): ScannedNode[] => {
  const leaving = new Set([
    ...plan.removals.map((node) => node.path),
    ...plan.inodes.flatMap((inode) => inode.place),
  ]);
  const needed = new Set(
    plan.inodes.flatMap(({ origin }) =>
      origin.kind === 'move' || origin.kind === 'copy' ? [origin.node.inode] : [],
    ),
  );
  return scan.nodes.filter(
    (node) =>
      node.type !== 'directory' && leaving.has(node.path) && node.linkCount === 1 && !needed.has(node.inode),
  );
};

/** Adds up what a plan needs. */
export const spaceNeed = (plan: Plan, scan: Scan): SpaceNeed => {
  const made = plan.inodes.filter((inode) => madeAnew.has(inode.origin.kind)).map(({ entry }) => entry);
  return {
    ...spaceFor(made, plan.directories.length),
    reclaimableBytes: removableFirst(plan, scan).reduce((sum, node) => sum + node.allocatedBytes, 0),
  };
};

/** What a file system has left. */
export interface FreeSpace {
  readonly bytes: number;
  /** Undefined where the file system has no fixed number of them. */
  readonly inodes: number | undefined;
}

/** Asks the file system that holds `place`. */
export const freeSpace = (place: ByteString, privileged: boolean): FreeSpace => {
  const stat = statfsSync(toBytes(place));
  return {
    bytes: (privileged ? stat.bfree : stat.bavail) * stat.bsize,
    inodes: stat.files > 0 ? stat.ffree : undefined,
  };
};

/**
 * Decides whether everything can be made before the first old file goes, which is the safer order.
 *
 * @returns whether old files must be removed first.
 * @throws `NO_SPACE` with both figures.
 */
export const mustRemoveFirst = (need: SpaceNeed, free: FreeSpace, place: ByteString): boolean => {
  if (free.inodes !== undefined && need.inodes > free.inodes) {
    throw noSpace(place, `${need.inodes} inodes`, `${free.inodes}`);
  }
  if (need.bytes <= free.bytes) return false;
  if (need.bytes <= free.bytes + need.reclaimableBytes) return true;
  throw noSpace(place, `${need.bytes} bytes`, `${free.bytes + need.reclaimableBytes}`);
};

const noSpace = (place: ByteString, needed: string, available: string): AmiPublisherError =>
  new AmiPublisherError('NO_SPACE', {
    message: `the image needs ${needed} more at ${toText(place)}, and ${available} can be had`,
    resource: toText(place),
    remedy: 'use a larger volume; nothing was changed',
  });
