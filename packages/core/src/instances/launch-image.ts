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
  const tags = { ...searchTags, [tagKeys.name]: image };
  const filters = [
    ...filtersOf(tags),
    { Name: 'state', Values: ['available'] },
    { Name: 'is-public', Values: ['false'] },
  ];
  const found = tagged(await describeVisibleImages(ec2, filters, options), tags);
  const key = ({ CreationDate, ImageId }: Image) => `${CreationDate} ${ImageId}`;
  const [latest] = found.sort((a, b) => (key(a) > key(b) ? -1 : 1));
  if (latest !== undefined) return latest;
  throw noImage(`no available AMI has the tags ${textOf(tags)}`, image);
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
