import { AmiPublisherError } from '@ami-publisher/base';
import type { Image } from '@aws-sdk/client-ec2';
import { isAwsError, isNotFound } from '../cloud/aws-error.js';
import type { ChangeContext } from '../operations/command.js';
import type { JsonObject } from '../steps/json.js';
import { formatTarget } from '../target/target.js';
import { type AmiState, savedState, saveState } from './ami-state.js';
import { deleteSnapshot, type SnapshotOutcome } from './delete-snapshot.js';
import { imageIdOf } from './look-up.js';

/** An AMI that is deregistered, and what became of its snapshots. */
export interface DeletedAmi extends JsonObject {
  readonly outcome: 'deleted';
  readonly snapshots: readonly SnapshotOutcome[];
  readonly before: AmiState;
}

/** Snapshots that are not to be deleted, with the AMIs that have them. */
export type KeptSnapshots = Readonly<Record<string, readonly string[]>>;

/** The call after which there is no AMI. */
export const deletingCall = 'ec2:DeregisterImage';

/**
 * Deregisters an AMI and deletes the snapshots of its disks that no other AMI has.
 *
 * @param image undefined if it is gone; then what an interrupted call left of it is deleted
 * @param keeps what the plan keeps stays, even if the AMI that has it has gone since
 * @returns undefined if there was nothing to do
 * @throws `AMI_PROTECTED`
 */
export const deregisterAmi = async (
  context: ChangeContext,
  image: Image | undefined,
  keeps: KeptSnapshots,
): Promise<DeletedAmi | undefined> => {
  const before =
    image === undefined ? savedState(context, deletingCall) : await saveState(context, deletingCall, image);
  if (before === undefined) return undefined;
  if (image !== undefined) await deregister(context, imageIdOf(image));
  const kept = Object.entries(keeps).map(
    ([snapshotId, usedBy]): SnapshotOutcome => ({ snapshotId, outcome: 'kept', usedBy }),
  );
  const going = before.snapshotIds.filter((id) => keeps[id] === undefined);
  return { outcome: 'deleted', snapshots: [...kept, ...(await deleteSnapshots(context, going))], before };
};

const deregister = async ({ services, signal, target }: ChangeContext, imageId: string): Promise<void> => {
  try {
    await services.ec2.deregisterImage({ ImageId: imageId }, { signal });
  } catch (reason) {
    if (isAwsError(reason, 'OperationNotPermitted'))
      throw amiProtected(imageId, 'AWS does not permit to deregister it', formatTarget(target), reason);
    if (!isNotFound(reason)) throw reason;
  }
};

/** An AMI that AWS, or whoever protected it, wants kept. */
export const amiProtected = (
  imageId: string,
  why: string,
  target: string,
  cause?: unknown,
): AmiPublisherError =>
  new AmiPublisherError('AMI_PROTECTED', {
    message: `${imageId} stays: ${why}`,
    target,
    resource: imageId,
    remedy:
      'take its protection off (with a cool-down it lasts on for 24 hours), or delete the recovery point in AWS Backup',
    cause,
  });

/** One that cannot be deleted does not keep the others from it; the first failure is thrown in the end. */
const deleteSnapshots = async (
  context: ChangeContext,
  snapshotIds: readonly string[],
): Promise<SnapshotOutcome[]> => {
  const outcomes: SnapshotOutcome[] = [];
  const failures: unknown[] = [];
  for (const snapshotId of snapshotIds) {
    try {
      outcomes.push(await deleteSnapshot(context, snapshotId));
    } catch (reason) {
      context.signal.throwIfAborted();
      failures.push(reason);
    }
  }
  if (failures.length > 0) throw failures[0];
  return outcomes;
};
