import type { CallOptions, Ec2Api } from '../cloud/ec2-api.js';
import type { ChangeContext, Command, PlanContext } from '../operations/command.js';
import { forEachTarget } from '../operations/for-each-target.js';
import type { PublishedResource } from '../resources/results-file.js';
import { formatTarget, type Target, targetKey } from '../target/target.js';
import {
  type AmiDeletion,
  type AmiOutcome,
  amiDeletionTimeoutMs,
  deleteAfter,
  deleteAmi,
  planAmiDeletions,
  undoAmiDeletion,
} from './delete-ami.js';
import type { SnapshotOutcome } from './delete-snapshot.js';
import { findImages, findSnapshots, findSnapshotUsers, imageIdOf, snapshotIdsOf } from './look-up.js';
import {
  runSnapshotDeletion,
  type SnapshotDeletion,
  snapshotDeletion,
  type TaggedSnapshot,
  undoSnapshotDeletion,
} from './snapshot-deletion.js';

export interface DeleteRequest {
  /** By `targetKey`. */
  readonly resources: ReadonlyMap<string, readonly PublishedResource[]>;
  /** How long what is retired can be had again; null deletes at once. */
  readonly retentionMs: number | null;
}

type Deletion = AmiDeletion | SnapshotDeletion;
type Outcome = AmiOutcome | SnapshotOutcome | TaggedSnapshot;

/** `delete`: what results files name, AMIs with their snapshots and snapshots without an AMI. What others own is left alone. */
export const deleteCommand: Command<DeleteRequest, Deletion, Outcome> = {
  name: 'delete',
  destroys: true,
  timeoutMs: amiDeletionTimeoutMs,
  plan: (context, { resources, retentionMs }) => {
    const after = retentionMs === null ? null : deleteAfter(context.cloud.clock.now(), retentionMs);
    return forEachTarget({ ...context, targets: context.targets.targets }, (target, ec2) =>
      planTarget(ec2, ownResources(context, target, resources.get(targetKey(target)) ?? []), after, {
        signal: context.signal,
        note: (message) => context.note(`${formatTarget(target)}: ${message}`),
      }),
    );
  },
  run: (context, change) =>
    isOfSnapshot(change) ? runSnapshotDeletion(context, change) : deleteAmi(context, change),
  undo: async (context: ChangeContext, change, done) => {
    if (isOfSnapshot(change)) await undoSnapshotDeletion(context, change);
    else await undoAmiDeletion(context, change, done as AmiOutcome | undefined);
  },
};

const isOfSnapshot = (change: Deletion): change is SnapshotDeletion => change.resource.startsWith('snap-');

const ownResources = (
  { note }: PlanContext,
  target: Target,
  resources: readonly PublishedResource[],
): PublishedResource[] => {
  for (const { imageId, sharedFrom } of resources)
    if (sharedFrom !== undefined)
      note(`${formatTarget(target)}: ${imageId ?? 'an AMI'} belongs to ${sharedFrom} and is left alone`);
  return resources.filter(({ sharedFrom }) => sharedFrom === undefined);
};

interface Planning extends CallOptions {
  readonly note: (message: string) => void;
}

const planTarget = async (
  ec2: Ec2Api,
  resources: readonly PublishedResource[],
  after: string | null,
  planning: Planning,
): Promise<Deletion[]> => {
  const imageIds = [...new Set(resources.flatMap(({ imageId }) => imageId ?? []))];
  const images = await findImages(ec2, imageIds, planning);
  const there = new Set(images.map(imageIdOf));
  for (const id of imageIds)
    if (!there.has(id)) planning.note(`${id} is gone, or belongs to another account, and is left alone`);
  const ofImages = new Set(images.flatMap(snapshotIdsOf));
  const snapshotIds = new Set(
    resources.flatMap(({ snapshotId = '' }) => (ofImages.has(snapshotId) ? [] : snapshotId || [])),
  );
  return [
    ...(await planAmiDeletions(ec2, images, after, planning)),
    ...(await planSnapshots(ec2, [...snapshotIds], after, planning)),
  ];
};

/** Snapshots that no AMI of the files has. */
const planSnapshots = async (
  ec2: Ec2Api,
  ids: readonly string[],
  after: string | null,
  planning: Planning,
): Promise<SnapshotDeletion[]> => {
  if (ids.length === 0) return [];
  const users = await findSnapshotUsers(ec2, ids, planning);
  const snapshots = await findSnapshots(ec2, ids, planning);
  return snapshots.flatMap((snapshot) => {
    const [user] = users.get(snapshot.SnapshotId ?? '') ?? [];
    if (user === undefined) return [snapshotDeletion(snapshot, after)];
    planning.note(`${snapshot.SnapshotId} is kept, since ${user} has it`);
    return [];
  });
};
