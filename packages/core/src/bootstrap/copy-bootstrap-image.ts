import { deleteSnapshot } from '../amis/delete-snapshot.js';
import { deregisterAmi } from '../amis/deregister-ami.js';
import { listRegistered, registerOnce } from '../amis/register-once.js';
import { untilAvailable } from '../amis/until-usable.js';
import type { ChangeContext, Command } from '../operations/command.js';
import type { JsonObject } from '../steps/json.js';
import { listSettled } from '../steps/send-once.js';
import { type BootstrapRequest, planBootstrap } from './bootstrap-plan.js';
import { removeCopiers } from './copier.js';
import { copyByInstance, snapshotCall } from './copy-by-instance.js';
import { type CopyChange, copyCall, registerRequest } from './copy-change.js';
import { copiesMadeHere, copySnapshot } from './copy-snapshot.js';
import { type InstanceCopy, isByInstance } from './instance-change.js';
import { type SnapshotShare, unshareLeft, whileShared } from './share-snapshot.js';
import { removeTransferCopies, whileTransferable } from './transfer-copy.js';

/** A copy. */
export interface CopiedImage extends JsonObject {
  readonly imageId: string;
  readonly snapshotId: string;
  /** For people. */
  readonly note: string;
}

/** A large disk takes hours from region to region. */
const timeoutMs = 8 * 3_600_000;

/** `copy-bootstrap-image`: where a target has no AMI of a stream, it gets a copy of the nearest one, by its snapshot or by an instance. */
export const copyBootstrapImage: Command<BootstrapRequest, CopyChange | InstanceCopy, CopiedImage> = {
  name: 'copy-bootstrap-image',
  destroys: false,
  timeoutMs,
  plan: planBootstrap,
  run: async (context, change) => {
    const snapshotId = isByInstance(change)
      ? await copyByInstance(context, change)
      : await copyOver(context, change);
    const request = registerRequest(change, snapshotId, context.publicationId);
    const imageId = await registerOnce(context, { name: change.name, snapshotId, request });
    await untilAvailable(context, imageId);
    return { imageId, snapshotId, note: imageId };
  },
  undo: async (context, change, done) => {
    if (isByInstance(change)) await removeCopiers(context);
    else await takeBack(context, change);
    const images = await listRegistered(context, done?.imageId);
    const call = isByInstance(change) ? snapshotCall : copyCall;
    const copies = await listSettled(context, call, done?.snapshotId, {
      list: () => copiesMadeHere(context, 'lasting'),
      idOf: ({ SnapshotId }) => SnapshotId,
    });
    const deleted: string[] = [];
    for (const image of images) {
      const { snapshots = [] } = (await deregisterAmi(context, image, {})) ?? {};
      deleted.push(...snapshots.map(({ snapshotId }) => snapshotId));
    }
    // Of one that is gone, AWS cannot tell any more that its tags let it be deleted.
    for (const { SnapshotId = '' } of copies)
      if (!deleted.includes(SnapshotId)) await deleteSnapshot(context, SnapshotId);
  },
};

const isByTransfer = (change: CopyChange): change is CopyChange & { readonly transferKey: string } =>
  change.transferKey !== null;

const shareOf = (
  { target }: ChangeContext,
  { source, resource }: Pick<CopyChange, 'source' | 'resource'>,
): SnapshotShare => ({ source, snapshotId: resource, accountId: target.accountId });

/** Copies the snapshot into the target, by whatever way the plan says. @returns the id of the copy */
const copyOver = async (context: ChangeContext, change: CopyChange): Promise<string> => {
  const made = context.openIntent(copyCall) && (await copiesMadeHere(context, 'lasting'));
  const finished = made?.find(({ State }) => State === 'completed')?.SnapshotId;
  if (finished !== undefined) {
    await takeBack(context, change);
    return finished;
  }
  if (isByTransfer(change))
    return whileTransferable(context, change, (resource) => copyShared(context, { ...change, resource }));
  return change.shares ? copyShared(context, change) : copyFrom(context, change);
};

/** Ends what was there for the copying only, should an earlier process have left it. */
const takeBack = async (context: ChangeContext, change: CopyChange): Promise<void> => {
  if (isByTransfer(change)) await removeTransferCopies(context, change);
  else if (change.shares) await unshareLeft(context.services.cloud, shareOf(context, change));
};

const copyShared = (context: ChangeContext, change: CopyChange): Promise<string> =>
  whileShared(context.services.cloud, shareOf(context, change), () => copyFrom(context, change), context);

const copyFrom = (context: ChangeContext, change: CopyChange): Promise<string> => {
  const { description, kmsKey, resource: snapshotId, source, tags } = change;
  const copy = { from: source, snapshotId, description, kmsKey, tags };
  return copySnapshot(context, copy, copyCall, () => copiesMadeHere(context, 'lasting'));
};
