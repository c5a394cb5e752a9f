import { AmiPublisherError } from '@ami-publisher/base';
import { formatTarget, fromTagList, type Target, tagKeys } from '@ami-publisher/core';
import type { Image } from '@aws-sdk/client-ec2';
import type { ExecutorServices } from './services.js';

/** The release that an AMI holds. */
export interface PublishedRelease {
  readonly stream: string;
  readonly leaf: string;
  readonly manifestDigest: string;
}

/** An AMI of the account. @throws `RESOURCE_FAILED` if it is not there */
export const describeAmi = async (
  { cloud }: Pick<ExecutorServices, 'cloud'>,
  target: Target,
  imageId: string,
  signal: AbortSignal,
): Promise<Image> => {
  const ec2 = await cloud.ec2(target);
  const { Images: [image] = [] } = await ec2.describeImages({ ImageIds: [imageId] }, { signal });
  if (image !== undefined) return image;
  throw new AmiPublisherError('RESOURCE_FAILED', {
    message: `${imageId} is not in ${formatTarget(target)}`,
    resource: imageId,
  });
};

/** What an AMI's tags say that it was published from; undefined for an AMI that no publication made. */
export const releaseOf = ({ Tags }: Image): PublishedRelease | undefined => {
  const tags = fromTagList(Tags);
  const { [tagKeys.stream]: stream, [tagKeys.leaf]: leaf, [tagKeys.manifestDigest]: manifestDigest } = tags;
  if (stream === undefined || leaf === undefined || manifestDigest === undefined) return undefined;
  return { stream, leaf, manifestDigest };
};
