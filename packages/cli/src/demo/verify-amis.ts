import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { throwIfCancelled } from '@ami-publisher/base';
import type { StatusLine } from '../progress/status-line.js';
import { compareTrees, describeTree, type TreeDescription } from './compare-trees.js';

/** An AMI, and the tree that it should hold. */
export interface PublishedAmi {
  /** `account,region` */
  readonly target: string;
  readonly imageId: string;
  readonly snapshotId: string;
  /** Folder of the source tree. */
  readonly tree: string;
}

/** What a comparison found, as sentences. */
export interface AmiComparison {
  readonly ami: PublishedAmi;
  readonly differences: readonly string[];
}

export interface VerifyOptions {
  readonly line: StatusLine;
  readonly signal: AbortSignal;
}

/**
 * Compares the folder of each AMI's snapshot with its source tree.
 *
 * @returns what differs, AMI by AMI; nothing where they agree.
 * @throws `CANCELLED`
 */
export const verifyAmis = async (
  amis: readonly (PublishedAmi & { readonly snapshot: string })[],
  { line, signal }: VerifyOptions,
): Promise<AmiComparison[]> => {
  const wanted = new Map<string, TreeDescription>();
  for (const tree of new Set(amis.map((ami) => ami.tree))) wanted.set(tree, await describeTree(tree));
  const compared: AmiComparison[] = [];
  for (const [index, ami] of amis.entries()) {
    throwIfCancelled(signal);
    line.show(`Reading snapshot ${index + 1} of ${amis.length}`);
    const found = await describeTree(ami.snapshot);
    compared.push({ ami, differences: compareTrees(wanted.get(ami.tree) ?? new Map(), found) });
  }
  return compared;
};

/** Changes a file in the folder of a snapshot. */
export const damage = (snapshot: string): Promise<void> =>
  appendFile(join(snapshot, 'etc/os-release'), '# damaged\n');
