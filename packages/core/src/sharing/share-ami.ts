import { AmiPublisherError } from '@ami-publisher/base';
import { findImages } from '../amis/look-up.js';
import type { Cloud } from '../cloud/cloud.js';
import type { CallOptions } from '../cloud/ec2-api.js';
import { formatTarget, type Target } from '../target/target.js';
import { type Grantee, othersThan } from './grantee.js';
import { addPermissions } from './permissions.js';
import { planShares, shareCall } from './share-plan.js';

export interface ShareAmiOptions extends CallOptions {
  readonly cloud: Cloud;
  /** Where the AMI is. */
  readonly target: Target;
  readonly imageId: string;
  /** Who is to use it; its owner needs no permission. */
  readonly grantees: readonly Grantee[];
  /** Hears of what cannot be told for sure, such as who can use a key. */
  readonly note: (message: string) => void;
}

/**
 * Lets others launch and copy one AMI, and its snapshots, at once. It may be done again; permissions that are there stay.
 *
 * @throws `AMI_NOT_SHARABLE` before anything is changed, if one of them could not use the key of a snapshot; `AWS_NOT_FOUND` for an AMI that is not there
 */
export const shareAmi = async ({
  cloud,
  target,
  imageId,
  grantees,
  note,
  ...call
}: ShareAmiOptions): Promise<void> => {
  const others = othersThan(target, grantees);
  if (others.length === 0) return;
  const ec2 = await cloud.ec2(target);
  const images = await findImages(ec2, [imageId], call);
  if (images.length === 0)
    throw new AmiPublisherError('AWS_NOT_FOUND', {
      message: `${imageId} is not there, and cannot be shared`,
      target: formatTarget(target),
      resource: imageId,
    });
  const shares = { images, others, grant: false };
  for (const change of await planShares({ cloud, note, ...call }, ec2, target, shares))
    if (change.call === shareCall) await addPermissions(ec2, imageId, change.add, call);
};
