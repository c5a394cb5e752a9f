import { AmiPublisherError } from '@ami-publisher/base';
import type { Image, Snapshot } from '@aws-sdk/client-ec2';
import { isNotFound } from '../cloud/aws-error.js';
import { describeImages, describeSnapshots } from '../cloud/describe.js';
import type { CallOptions, Ec2Api } from '../cloud/ec2-api.js';
import { fromTagList } from '../cloud/tags.js';

/** EC2 takes at most 200 values in a filter. */
const valuesPerCall = 200;

/** AMIs of the account's own that have any of the values, disabled ones too; each once. */
const imagesWith = async (
  ec2: Ec2Api,
  filter: string,
  values: readonly string[],
  options: CallOptions,
): Promise<Image[]> => {
  const found = new Map<string, Image>();
  for (let start = 0; start < values.length; start += valuesPerCall) {
    const filters = [{ Name: filter, Values: values.slice(start, start + valuesPerCall) }];
    for (const image of await describeImages(ec2, filters, options)) found.set(imageIdOf(image), image);
  }
  return [...found.values()];
};

/** Those of the AMIs that are there and the account's own, disabled ones too, in the order of the ids. */
export const findImages = async (
  ec2: Ec2Api,
  ids: readonly string[],
  options: CallOptions,
): Promise<Image[]> => {
  const found = new Map<string, Image>();
  for (const image of await imagesWith(ec2, 'image-id', ids, options)) found.set(imageIdOf(image), image);
  // A list may not have what is new yet; a call that names it does.
  const images = await Promise.all(ids.map(async (id) => found.get(id) ?? (await lookAt(ec2, id, options))));
  return images.filter((image) => image !== undefined);
};

const lookAt = async (ec2: Ec2Api, id: string, options: CallOptions): Promise<Image | undefined> => {
  try {
    const request = { ImageIds: [id], Owners: ['self'], IncludeDisabled: true };
    return (await ec2.describeImages(request, options)).Images?.[0];
  } catch (reason) {
    if (isNotFound(reason)) return undefined;
    throw reason;
  }
};

/** Those of the snapshots that are there and the account's own. */
export const findSnapshots = async (
  ec2: Ec2Api,
  ids: readonly string[],
  options: CallOptions,
): Promise<Snapshot[]> => {
  const found: Snapshot[] = [];
  for (let start = 0; start < ids.length; start += valuesPerCall) {
    const Values = ids.slice(start, start + valuesPerCall);
    found.push(...(await describeSnapshots(ec2, [{ Name: 'snapshot-id', Values }], options)));
  }
  return found;
};

/** The AMIs that have each of the snapshots, as far as they are the account's own. */
export const findSnapshotUsers = async (
  ec2: Ec2Api,
  snapshotIds: readonly string[],
  options: CallOptions,
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const users = new Map<string, string[]>(snapshotIds.map((id) => [id, []]));
  for (const image of await imagesWith(ec2, 'block-device-mapping.snapshot-id', snapshotIds, options))
    for (const snapshotId of snapshotIdsOf(image)) users.get(snapshotId)?.push(imageIdOf(image));
  return users;
};

export const imageIdOf = ({ ImageId }: Image): string => {
  if (ImageId !== undefined) return ImageId;
  throw new AmiPublisherError('AWS_UNEXPECTED_ANSWER', {
    message: 'ec2:DescribeImages gave an AMI without id',
  });
};

/** The snapshots of all its disks, each once; instance-store disks have none. */
export const snapshotIdsOf = ({ BlockDeviceMappings = [] }: Image): string[] => [
  ...new Set(BlockDeviceMappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? [])),
];

/** `ami-1 (base/debian-12/1)` */
export const nameOfImage = (image: Image): string =>
  image.Name === undefined ? imageIdOf(image) : `${imageIdOf(image)} (${image.Name})`;

/** Why AWS would refuse to deregister an AMI, as a sentence; undefined if it would not. */
export const protectionOf = (image: Image): string | undefined => {
  if (fromTagList(image.Tags)['aws:backup:source-resource'] !== undefined)
    return 'it is a recovery point that AWS Backup looks after';
  // `disabled-until-…` is what a cool-down leaves for 24 hours.
  const { DeregistrationProtection: protection = 'disabled' } = image;
  return protection === 'disabled' ? undefined : `its deregistration protection is ${protection}`;
};
