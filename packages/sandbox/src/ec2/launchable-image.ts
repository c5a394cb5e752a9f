import { canUseKey } from '../kms/key-access.js';
import { ApiError } from '../model/api-error.js';
import { findKey } from '../model/kms-keys.js';
import type { ImageRecord } from '../model/records.js';
import type { RegionState } from '../model/region-state.js';
import type { Ec2Context } from './handler.js';
import { mayLaunch } from './launch-permissions.js';
import { lookupImage } from './lookup-image.js';

/** An image that an account may launch, its own or another's, with where it and its snapshots are. */
export interface LaunchableImage {
  readonly image: ImageRecord;
  readonly owner: RegionState;
}

/** @throws `InvalidAMIID.NotFound` for one that is neither the caller's own nor shared with it, `InvalidAMIID.Unavailable` */
export const launchableImage = (
  { state, others, membership }: Ec2Context,
  imageId: string,
): LaunchableImage => {
  const { accountId } = state;
  const owner = others().find(({ images }) => {
    const image = images.get(imageId);
    return image !== undefined && mayLaunch(image, { accountId, membership });
  });
  const image = owner?.images.get(imageId) ?? lookupImage(state, imageId);
  if (image.state === 'available') return { image, owner: owner ?? state };
  throw new ApiError('InvalidAMIID.Unavailable', `The image id '[${image.id}]' is not available`);
};

/** Whether the caller may use the keys of all snapshots of an image; EC2 finds that out only while it launches. */
export const canDecrypt = (
  { everywhere, membership, state }: Ec2Context,
  { image, owner }: LaunchableImage,
): boolean =>
  image.blockDeviceMappings.every(({ Ebs }) => {
    const name = owner.snapshots.get(Ebs?.SnapshotId ?? '')?.kmsKey;
    if (name === undefined) return true;
    const key = findKey(owner, everywhere(owner.region), name);
    const { accountId, region } = state;
    return key !== undefined && canUseKey(key, { accountId, region, membership });
  });
