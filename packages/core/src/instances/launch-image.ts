import { AmiPublisherError } from '@ami-publisher/base';
import type { Image } from '@aws-sdk/client-ec2';
import { describeVisibleImages } from '../cloud/describe.js';
import type { CallOptions, Ec2Api } from '../cloud/ec2-api.js';
import { type Tags, tagKeys } from '../cloud/tags.js';
import { filtersOf, tagged, textOf } from './network.js';

/** The tags that an AMI found by its stream has to have, unless others are given. */
export const defaultSearchTags: Tags = { Preferred: 'true' };

/**
 * The AMI to launch: the one of an id, or the latest `available` one of a stream that has the tags, whether the account owns it or it is
 * shared with it. Of two made at the same moment, the one with the higher id.
 *
 * @throws `AWS_NOT_FOUND`.
 */
export const findLaunchImage = async (
  ec2: Ec2Api,
  image: string,
  searchTags: Tags,
  options: CallOptions,
): Promise<Image> => {
  if (/^ami-[0-9a-f]+$/.test(image)) return imageOfId(ec2, image, options);
  const latest = latestImage(await availableImages(ec2, image, searchTags, options));
  if (latest !== undefined) return latest;
  const tags = { ...searchTags, [tagKeys.name]: image };
  throw noImage(`no available AMI has the tags ${textOf(tags)}`, image);
};

/** The AMIs of a stream, its `Name`, that have the tags besides and that the account can launch, its own and those shared with it. */
export const availableImages = async (
  ec2: Ec2Api,
  stream: string,
  searchTags: Tags,
  options: CallOptions,
): Promise<Image[]> => {
  const tags = { ...searchTags, [tagKeys.name]: stream };
  const filters = [
    ...filtersOf(tags),
    { Name: 'state', Values: ['available'] },
    { Name: 'is-public', Values: ['false'] },
  ];
  return tagged(await describeVisibleImages(ec2, filters, options), tags);
};

/** The one that was made last; of two made at the same moment, the one with the higher id. */
export const latestImage = (images: readonly Image[]): Image | undefined => {
  const key = ({ CreationDate, ImageId }: Image) => `${CreationDate} ${ImageId}`;
  return [...images].sort((a, b) => (key(a) > key(b) ? -1 : 1))[0];
};

/** @throws `AWS_NOT_FOUND` unless it is there and available. */
export const imageOfId = async (ec2: Ec2Api, id: string, options: CallOptions): Promise<Image> => {
  const { Images: [image] = [] } = await ec2.describeImages({ ImageIds: [id] }, options);
  if (image?.State === 'available') return image;
  throw noImage(`${id} is ${image?.State ?? 'not there'}`, id);
};

const noImage = (message: string, resource: string): AmiPublisherError =>
  new AmiPublisherError('AWS_NOT_FOUND', {
    message,
    resource,
    call: 'ec2:DescribeImages',
    remedy: 'name another image, or other tags with --search-tags',
  });
