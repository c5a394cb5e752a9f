import type { Image } from '@aws-sdk/client-ec2';
import { fromTagList, tagKeys } from '../cloud/tags.js';
import type { ChangeContext } from '../operations/command.js';
import { setTags } from '../operations/tag-change.js';
import type { JsonObject } from '../steps/json.js';
import { givePermissions, readPermissions, type SavedPermission } from './launch-permissions.js';
import { findImages, imageIdOf, snapshotIdsOf } from './look-up.js';
import { restoreImage, restoreSnapshot } from './recycle-bin.js';

/** What an AMI loses when it is retired or deregistered, so that it can be given back. */
export interface AmiState extends JsonObject {
  /** As AWS calls it: `available`, `disabled`. */
  readonly state: string;
  /** RFC 3339: from when on it may be deleted; null = never. */
  readonly deleteAfter: string | null;
  readonly launchPermissions: readonly SavedPermission[];
  readonly snapshotIds: readonly string[];
}

/** What an earlier run of the change has written down. */
export const savedState = (context: ChangeContext, call: string): AmiState | undefined =>
  context.openIntent(call)?.request as AmiState | undefined;

/** Writes down what the AMI is, before the call takes it away. */
export const saveState = async (context: ChangeContext, call: string, image: Image): Promise<AmiState> => {
  const { services, signal } = context;
  const state = {
    state: image.State ?? '',
    deleteAfter: fromTagList(image.Tags)[tagKeys.deleteAfter] ?? null,
    launchPermissions: await readPermissions(services.ec2, imageIdOf(image), { signal }),
    snapshotIds: snapshotIdsOf(image),
  };
  await context.intend(call, state);
  return state;
};

/**
 * Makes an AMI what it was; one that is gone comes from Recycle Bin, with its snapshots.
 *
 * @throws `AWS_NOT_FOUND` if Recycle Bin has not kept all of it
 */
export const restoreState = async (
  context: ChangeContext,
  imageId: string,
  before: AmiState,
): Promise<void> => {
  const { services, signal } = context;
  const [image] = await findImages(services.ec2, [imageId], { signal });
  if (image === undefined) {
    for (const snapshotId of before.snapshotIds) await restoreSnapshot(context, snapshotId);
    await restoreImage(context, imageId);
  }
  // A disabled AMI cannot be shared, and was not.
  if (before.state !== 'disabled') {
    await services.ec2.enableImage({ ImageId: imageId }, { signal });
    await givePermissions(services.ec2, imageId, before.launchPermissions, { signal });
  }
  await setDeleteAfter(context, imageId, before.deleteAfter);
};

/** Tags an AMI or a snapshot with the time from which `expire` may delete it; null takes the tag off. */
export const setDeleteAfter = (context: ChangeContext, id: string, value: string | null): Promise<null> =>
  setTags(context, id, { [tagKeys.deleteAfter]: value });
