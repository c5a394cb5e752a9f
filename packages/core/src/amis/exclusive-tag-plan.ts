import { AmiPublisherError, invalidOption } from '@ami-publisher/base';
import type { Image } from '@aws-sdk/client-ec2';
import { describeImages } from '../cloud/describe.js';
import type { CallOptions, Ec2Api } from '../cloud/ec2-api.js';
import { checkTags, escapeFilterValue, fromTagList, tagFilter, tagKeys } from '../cloud/tags.js';
import type { Change } from '../operations/command.js';
import { imageIdOf, nameOfImage } from './look-up.js';
import type { ResourcesRequest } from './targeted.js';

export interface ExclusiveTagRequest extends ResourcesRequest {
  readonly key: string;
  readonly value: string;
  /** Also takes `Name` from the AMIs that lose the tag, so that they leave their stream. */
  readonly removeName: boolean;
}

/** One AMI of a stream gets a tag, and the others lose it. */
export interface ExclusiveTagChange extends Change {
  readonly key: string;
  readonly value: string;
  /** The `Name` tag that all AMIs of the stream have. */
  readonly name: string;
  /** What the AMI has under the key before; null = no such tag. */
  readonly before: string | null;
  /** The AMIs that lose the tag, and the tags that each of them loses. */
  readonly others: readonly { readonly imageId: string; readonly tags: Readonly<Record<string, string>> }[];
}

/** The call that gives the tag. */
export const taggingCall = 'ec2:CreateTags';

/** @throws `INVALID_OPTION` for a tag that cannot be exclusive. */
export const checkExclusiveTag = ({ key, value }: ExclusiveTagRequest): void => {
  checkTags({ [key]: value });
  if (key === tagKeys.name)
    throw invalidOption('key', 'another tag than Name, which is what makes AMIs a stream', key);
};

/** @throws `INVALID_OPTION` for an AMI that the tag should not be on, or two of one stream. */
export const planExclusiveTag = async (
  ec2: Ec2Api,
  images: readonly Image[],
  request: ExclusiveTagRequest,
  options: CallOptions,
): Promise<ExclusiveTagChange[]> => {
  const byStream = new Map<string, Image>();
  for (const image of images) {
    const name = streamNameOf(image);
    const first = byStream.get(name);
    if (first !== undefined) throw refused(image, `as is ${imageIdOf(first)}, it is of ${name}`);
    byStream.set(name, image);
  }
  const changes: ExclusiveTagChange[] = [];
  for (const [name, image] of byStream) {
    const change = await planImage(ec2, image, name, request, options);
    if (change !== undefined) changes.push(change);
  }
  return changes;
};

const streamNameOf = (image: Image): string => {
  const { [tagKeys.name]: name } = fromTagList(image.Tags);
  if (name === undefined) throw refused(image, 'it has no Name tag, which would tell its stream');
  if (image.State !== 'available') throw refused(image, `it is ${image.State}, so nobody can launch it`);
  return name;
};

const refused = (image: Image, why: string): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `${nameOfImage(image)} cannot have an exclusive tag: ${why}`,
    resource: imageIdOf(image),
  });

const planImage = async (
  ec2: Ec2Api,
  image: Image,
  name: string,
  { key, value, removeName }: ExclusiveTagRequest,
  options: CallOptions,
): Promise<ExclusiveTagChange | undefined> => {
  const resource = imageIdOf(image);
  const others = (await findCarriers(ec2, { name, key }, options))
    .filter((other) => imageIdOf(other) !== resource)
    .map((other) => ({
      imageId: imageIdOf(other),
      tags: { [key]: fromTagList(other.Tags)[key] ?? '', ...(removeName && { [tagKeys.name]: name }) },
    }));
  const before = fromTagList(image.Tags)[key] ?? null;
  if (before === value && others.length === 0) return undefined;
  const lost = removeName ? `${key} and Name` : key;
  const losers = others.map(({ imageId }) => imageId).join(', ');
  const text = `tag ${nameOfImage(image)} with ${key}=${value}${losers && `, then take ${lost} from ${losers}`}`;
  return { call: taggingCall, resource, text, key, value, name, before, others };
};

/** The AMIs of a stream that have the tag, whatever its value. */
export const findCarriers = async (
  ec2: Ec2Api,
  { name, key }: Pick<ExclusiveTagChange, 'name' | 'key'>,
  options: CallOptions,
): Promise<Image[]> => {
  const filters = [tagFilter(tagKeys.name, name), { Name: 'tag-key', Values: [escapeFilterValue(key)] }];
  const images = await describeImages(ec2, filters, options);
  // Filters of EC2 may match more than what they say.
  return images.filter(({ Tags }) => {
    const tags = fromTagList(Tags);
    return tags[tagKeys.name] === name && tags[key] !== undefined;
  });
};
