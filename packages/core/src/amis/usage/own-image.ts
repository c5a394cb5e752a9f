import type { Image } from '@aws-sdk/client-ec2';
import { allPages } from '../../cloud/describe.js';
import type { CallOptions, Ec2Api } from '../../cloud/ec2-api.js';
import { fromTagList, type Tags } from '../../cloud/tags.js';
import type { Target } from '../../target/target.js';
import { imageIdOf, protectionOf, snapshotIdsOf } from '../look-up.js';
import { detached } from './detached.js';
import type { Reason } from './reason.js';

/** An AMI of one of the targets' own accounts. */
export interface OwnImage {
  /** Label of the account. */
  readonly account: string;
  /** 12 digits. */
  readonly accountId: string;
  readonly region: string;
  readonly imageId: string;
  readonly name: string;
  /** As AWS calls it: `available`, `pending`, `failed`. */
  readonly state: string;
  /** RFC 3339, UTC; as AWS gives it. */
  readonly createdAt: string;
  readonly description: string;
  /** Of all its EBS disks; at least 1. */
  readonly sizeGiB: number;
  readonly tags: Tags;
  readonly snapshotIds: readonly string[];
  /** Why AWS would refuse to deregister it; left out if it would not. */
  readonly protection?: string;
  /** When AWS last saw an instance launched from it, RFC 3339, up to a day late; left out where it tells none. */
  readonly lastLaunchedAt?: string;
  /** The AMI that it is a copy of. */
  readonly sourceImageId?: string;
}

/** The most that AWS tells in one answer; without a page size, AWS allows far fewer calls. */
const imagesPerPage = 1_000;

/** All AMIs of a target's own that are not disabled. */
export const listOwnImages = async (
  ec2: Ec2Api,
  target: Target,
  options: CallOptions,
): Promise<OwnImage[]> => {
  const images = await allPages(
    (page) => ec2.describeImages({ Owners: ['self'], MaxResults: imagesPerPage, ...page }, options),
    ({ Images = [] }) => detached(Images.map((image) => toOwnImage(target, image))),
  );
  // One text for all, rather than one for each.
  const { account, accountId, region } = target;
  return images.map((image) => ({ ...image, account, accountId, region }));
};

/** An AMI as AWS tells of it, without what is not needed. */
export const toOwnImage = ({ account, accountId, region }: Target, image: Image): OwnImage => {
  const protection = protectionOf(image);
  return {
    ...{ account, accountId, region },
    imageId: imageIdOf(image),
    name: image.Name ?? '',
    state: image.State ?? '',
    createdAt: image.CreationDate ?? '',
    description: image.Description ?? '',
    sizeGiB: sizeOf(image),
    tags: fromTagList(image.Tags),
    snapshotIds: snapshotIdsOf(image),
    ...(protection !== undefined && { protection }),
    ...(image.LastLaunchedTime !== undefined && { lastLaunchedAt: image.LastLaunchedTime }),
    ...(image.SourceImageId !== undefined && { sourceImageId: image.SourceImageId }),
  };
};

const sizeOf = ({ BlockDeviceMappings = [] }: Image): number =>
  Math.max(
    1,
    BlockDeviceMappings.reduce((sum, { Ebs }) => sum + (Ebs?.VolumeSize ?? 0), 0),
  );

/** That AWS saw an instance launched from it after that time, ms since the Unix epoch; whoever launched it. */
export const launchedReasons = ({ lastLaunchedAt }: OwnImage, since: number): Reason[] =>
  lastLaunchedAt === undefined || Date.parse(lastLaunchedAt) <= since
    ? []
    : [{ kind: 'launched', text: `AWS saw an instance launched from it on ${lastLaunchedAt}` }];
