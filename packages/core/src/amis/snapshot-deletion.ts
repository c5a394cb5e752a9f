import type { Snapshot } from '@aws-sdk/client-ec2';
import type { CallOptions, Ec2Api } from '../cloud/ec2-api.js';
import { fromTagList, tagKeys } from '../cloud/tags.js';
import type { Change, ChangeContext, PlanContext } from '../operations/command.js';
import type { JsonObject } from '../steps/json.js';
import { setDeleteAfter } from './ami-state.js';
import { deleteSnapshot, type SnapshotOutcome } from './delete-snapshot.js';
import { findSnapshots, findSnapshotUsers } from './look-up.js';
import { restoreSnapshot } from './recycle-bin.js';

/** Taking a snapshot away that no AMI has. */
export interface SnapshotDeletion extends Change {
  /** RFC 3339, UTC: from when on `expire` deletes it; null = it is deleted by this change. */
  readonly deleteAfter: string | null;
  /** The same before this change; null = never. */
  readonly before: string | null;
}

/** A snapshot that waits for `expire`. */
export type TaggedSnapshot = JsonObject & { readonly outcome: 'retired'; readonly deleteAfter: string };

const snapshotDeletion = (
  { SnapshotId: id = '', Tags }: Snapshot,
  after: string | null,
): SnapshotDeletion => ({
  call: after === null ? 'ec2:DeleteSnapshot' : 'ec2:CreateTags',
  resource: id,
  text: after === null ? `delete ${id}` : `tag ${id} for expire to delete after ${after}`,
  deleteAfter: after,
  before: fromTagList(Tags)[tagKeys.deleteAfter] ?? null,
});

/**
 * The changes that take snapshots away; one that an AMI has stays, and that is noted.
 *
 * @param after as `SnapshotDeletion.deleteAfter`
 */
export const planSnapshotDeletions = async (
  ec2: Ec2Api,
  ids: readonly string[],
  after: string | null,
  options: CallOptions & Pick<PlanContext, 'note'>,
): Promise<SnapshotDeletion[]> => {
  if (ids.length === 0) return [];
  const users = await findSnapshotUsers(ec2, ids, options);
  const snapshots = await findSnapshots(ec2, ids, options);
  return snapshots.flatMap((snapshot) => {
    const [user] = users.get(snapshot.SnapshotId ?? '') ?? [];
    if (user === undefined) return [snapshotDeletion(snapshot, after)];
    options.note(`${snapshot.SnapshotId} is kept, since ${user} has it`);
    return [];
  });
};

/** Deletes or tags a snapshot. */
export const runSnapshotDeletion = async (
  context: ChangeContext,
  { resource, deleteAfter }: SnapshotDeletion,
): Promise<SnapshotOutcome | TaggedSnapshot> => {
  if (deleteAfter === null) {
    await context.intend('ec2:DeleteSnapshot', { snapshotId: resource });
    return deleteSnapshot(context, resource);
  }
  await setDeleteAfter(context, resource, deleteAfter);
  return { outcome: 'retired', deleteAfter };
};

/** Gives a snapshot back; one that is deleted comes from Recycle Bin. @throws `AWS_NOT_FOUND` if that has not kept it */
export const undoSnapshotDeletion = async (
  context: ChangeContext,
  { resource, deleteAfter, before }: SnapshotDeletion,
): Promise<void> => {
  if (deleteAfter === null) await restoreSnapshot(context, resource);
  else await setDeleteAfter(context, resource, before);
};
