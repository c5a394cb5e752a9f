import { AmiPublisherError } from '@ami-publisher/base';
import type { Snapshot } from '@aws-sdk/client-ec2';
import { deleteSnapshot } from '../amis/delete-snapshot.js';
import { untilCompleted } from '../amis/until-usable.js';
import { noId } from '../cloud/aws-error.js';
import { describeSnapshots } from '../cloud/describe.js';
import { fromTagList, tagFilter, tagKeys } from '../cloud/tags.js';
import type { ChangeContext } from '../operations/command.js';
import { sendOnce } from '../steps/send-once.js';
import { formatTarget } from '../target/target.js';
import { copyCall, copyRequest, type SnapshotCopy } from './copy-change.js';

/** Tag of copies that are only passed through. */
export const transferStep = 'transfer';

/**
 * Copies a snapshot and waits until the copy is complete. One that an earlier request of the operation made is adopted.
 *
 * @param call in the journal
 * @param list the copies of this kind that the operation has made
 * @returns the id of the copy
 */
export const copySnapshot = async (
  context: ChangeContext,
  copy: SnapshotCopy,
  call: string,
  list: () => Promise<Snapshot[]>,
): Promise<string> => {
  const { services, signal, publicationId } = context;
  const { snapshotId, kmsKey, from } = copy;
  const { SnapshotId } = await sendOnce<Pick<Snapshot, 'SnapshotId'>, typeof services, unknown>(context, {
    call,
    request: { snapshotId, from: from.region, kmsKey },
    find: async () => adoptOne(context, await list()),
    send: () => services.ec2.copySnapshot(copyRequest(copy, publicationId), { signal }),
  });
  if (SnapshotId === undefined) throw noId(copyCall, 'snapshot');
  await untilCompleted(context, SnapshotId).catch((reason: unknown) => {
    throw explained(reason, copy);
  });
  return SnapshotId;
};

/** The one that is good; a surplus is deleted, and so is one that failed. */
export const adoptOne = async (
  context: ChangeContext,
  copies: readonly Snapshot[],
): Promise<Snapshot | undefined> => {
  const adopted = copies.find(({ State }) => State !== 'error');
  for (const copy of copies) if (copy !== adopted) await deleteSnapshot(context, copy.SnapshotId ?? '');
  return adopted;
};

/** The copies that carry this operation's tag: those that stay, or those that are only passed through. */
export const copiesMadeHere = async (
  { services, publicationId, signal }: ChangeContext,
  kind: 'lasting' | 'transfer',
): Promise<Snapshot[]> => {
  const made = await describeSnapshots(services.ec2, [tagFilter(tagKeys.publication, publicationId)], {
    signal,
  });
  return made.filter(
    ({ Tags }) => (fromTagList(Tags)[tagKeys.step] === transferStep) === (kind === 'transfer'),
  );
};

/** AWS begins a copy before it knows whether its keys can be used. */
const explained = (reason: unknown, { from, snapshotId, kmsKey }: SnapshotCopy): unknown => {
  if (!(reason instanceof AmiPublisherError) || reason.code !== 'RESOURCE_FAILED') return reason;
  return new AmiPublisherError('RESOURCE_FAILED', {
    message: reason.message,
    ...(reason.resource !== undefined && { resource: reason.resource }),
    remedy: `have the key of ${snapshotId} (${formatTarget(from)}) let this account use it, and the role use ${kmsKey ?? 'the default EBS key'}; then resume the operation`,
    cause: reason,
  });
};
