import type { Ec2Api } from '../cloud/ec2-api.js';
import type { ChangeContext, Command, PlanContext } from '../operations/command.js';
import { planEachTarget } from '../operations/plan-each-target.js';
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
import { findImages, imageIdOf, snapshotIdsOf } from './look-up.js';
import {
  planSnapshotDeletions,
  runSnapshotDeletion,
  type SnapshotDeletion,
  type TaggedSnapshot,
  undoSnapshotDeletion,
} from './snapshot-deletion.js';
import { idsIn, noteAbsent, type ResourcesRequest } from './targeted.js';

export interface DeleteRequest extends ResourcesRequest {
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
  plan: (context, request) => {
    const { retentionMs } = request;
    const after = retentionMs === null ? null : deleteAfter(context.cloud.clock.now(), retentionMs);
    return planEachTarget(context, (target, ec2) =>
      planTarget(context, ec2, target, ownResources(context, target, request), after),
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

/** All but what other accounts share with this one. */
const ownResources = (
  { note }: PlanContext,
  target: Target,
  { resources }: DeleteRequest,
): ResourcesRequest => {
  const named = resources.get(targetKey(target)) ?? [];
  for (const { imageId, sharedFrom } of named)
    if (sharedFrom !== undefined)
      note(`${formatTarget(target)}: ${imageId ?? 'an AMI'} belongs to ${sharedFrom} and is left alone`);
  const own = named.filter(({ sharedFrom }) => sharedFrom === undefined);
  return { resources: new Map([[targetKey(target), own]]) };
};

const planTarget = async (
  context: PlanContext,
  ec2: Ec2Api,
  target: Target,
  own: ResourcesRequest,
  after: string | null,
): Promise<Deletion[]> => {
  const { imageIds, snapshotIds } = idsIn(own, target);
  const images = await findImages(ec2, imageIds, context);
  noteAbsent(context, target, imageIds, images.map(imageIdOf));
  const ofImages = new Set(images.flatMap(snapshotIdsOf));
  const bare = snapshotIds.filter((id) => !ofImages.has(id));
  return [
    ...(await planAmiDeletions(ec2, images, after, context)),
    ...(await planSnapshotDeletions(ec2, bare, after, {
      signal: context.signal,
      note: (message) => context.note(`${formatTarget(target)}: ${message}`),
    })),
  ];
};
