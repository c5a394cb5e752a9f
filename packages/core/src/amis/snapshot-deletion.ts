import type { Snapshot } from '@aws-sdk/client-ec2';
import { fromTagList, tagKeys } from '../cloud/tags.js';
import type { Change, ChangeContext } from '../operations/command.js';
import type { JsonObject } from '../steps/json.js';
import { setDeleteAfter } from './ami-state.js';
import { deleteSnapshot, type SnapshotOutcome } from './delete-snapshot.js';
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

/** @param after as `SnapshotDeletion.deleteAfter` */
export const snapshotDeletion = (
  { SnapshotId: id = '', Tags }: Snapshot,
  after: string | null,
): SnapshotDeletion => ({
  call: after === null ? 'ec2:DeleteSnapshot' : 'ec2:CreateTags',
  resource: id,
  text: after === null ? `delete ${id}` : `tag ${id} for expire to delete after ${after}`,
  deleteAfter: after,
  before: fromTagList(Tags)[tagKeys.deleteAfter] ?? null,
});

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
): Promise<void> =>
  deleteAfter === null ? restoreSnapshot(context, resource) : setDeleteAfter(context, resource, before);
