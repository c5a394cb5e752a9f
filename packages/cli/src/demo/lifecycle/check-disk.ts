import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LifecycleRecord } from '@ami-publisher/core';
import type { SandboxCloud } from '@ami-publisher/sandbox';
import { notice } from './release.js';
import { type PlacedAmi, snapshotOf } from './snapshot-of.js';

/** An AMI of the lifecycle, and what the file that the patch changes says on its disk. */
export interface NoticeOnDisk {
  readonly imageId: string;
  readonly snapshotId: string;
  readonly text: string;
  readonly isRight: boolean;
}

/** The AMIs that the first event of a list has made. */
const amisOf = (outputs: LifecycleRecord['outputs_ami_creation']): readonly PlacedAmi[] =>
  (outputs?.events[0]?.properties?.ami_details ?? []) as readonly PlacedAmi[];

/** Reads the file in the snapshot of every AMI: those that were made first must not have the patch, and the others must. */
export const readNotices = async (
  sandbox: SandboxCloud,
  { outputs_ami_creation: created, outputs_ami_patch: patched }: LifecycleRecord,
): Promise<readonly NoticeOnDisk[]> => {
  const wanted = [
    ...amisOf(created).map((ami) => [ami, notice.before] as const),
    ...amisOf(patched?.patch_history.current).map((ami) => [ami, notice.after] as const),
  ];
  return Promise.all(
    wanted.map(async ([ami, text]) => {
      const snapshotId = await snapshotOf(sandbox, ami);
      const found = await readFile(join(sandbox.model.snapshotPath(snapshotId), 'tree', notice.path), 'utf8');
      return { imageId: ami.image, snapshotId, text: found.trim(), isRight: found === text };
    }),
  );
};
