import type * as ec2 from '@aws-sdk/client-ec2';
import { ApiError } from '../model/api-error.js';
import type { ImageRecord } from '../model/records.js';
import type { RegionState } from '../model/region-state.js';
import { checkNotBackup } from './backups.js';
import { type DescribeRules, describeRecords } from './describe.js';
import type { Ec2Handler } from './handler.js';
import { absentImage, lookupImage } from './lookup-image.js';
import { removeImage, removeSnapshot } from './recycle-bin.js';
import { imagesSeenBy } from './shared-images.js';
import { tagList } from './tags.js';

const imageView = (image: ImageRecord): ec2.Image => ({
  ...image.properties,
  BlockDeviceMappings: [...image.blockDeviceMappings],
  CreationDate: image.creationDate.toISOString(),
  DeprecationTime: image.deprecationTime?.toISOString(),
  DeregistrationProtection: image.deregistrationProtection,
  Hypervisor: 'xen',
  ImageId: image.id,
  ImageLocation: `${image.ownerId}/${image.name}`,
  ImageType: 'machine',
  Name: image.name,
  OwnerId: image.ownerId,
  PlatformDetails: 'Linux/UNIX',
  Public: isPublic(image),
  RootDeviceType: 'ebs',
  State: image.state,
  Tags: tagList(image.tags),
  UsageOperation: 'RunInstances',
});

const isPublic = ({ launchPermissions }: ImageRecord): boolean =>
  launchPermissions.some(({ Group }) => Group === 'all');

const ebs = ({ blockDeviceMappings }: ImageRecord): ec2.EbsBlockDevice[] =>
  blockDeviceMappings.flatMap(({ Ebs }) => (Ebs === undefined ? [] : [Ebs]));

const texts = (values: readonly (string | undefined)[]): string[] =>
  values.filter((value) => value !== undefined);

const describeRules = (state: RegionState): DescribeRules<ImageRecord> => ({
  kind: 'image',
  minResults: 1,
  absent: absentImage(state),
  filters: {
    architecture: ({ properties }) => properties.Architecture,
    'block-device-mapping.device-name': ({ blockDeviceMappings }) =>
      texts(blockDeviceMappings.map(({ DeviceName }) => DeviceName)),
    'block-device-mapping.encrypted': (image) => ebs(image).map(({ Encrypted }) => String(Encrypted)),
    'block-device-mapping.snapshot-id': (image) => texts(ebs(image).map(({ SnapshotId }) => SnapshotId)),
    'block-device-mapping.volume-size': (image) => ebs(image).map(({ VolumeSize }) => String(VolumeSize)),
    'block-device-mapping.volume-type': (image) => texts(ebs(image).map(({ VolumeType }) => VolumeType)),
    'creation-date': ({ creationDate }) => creationDate,
    description: ({ properties }) => properties.Description,
    'ena-support': ({ properties }) => properties.EnaSupport,
    hypervisor: () => 'xen',
    'image-id': ({ id }) => id,
    'image-type': () => 'machine',
    'is-public': isPublic,
    name: ({ name }) => name,
    'owner-id': ({ ownerId }) => ownerId,
    'root-device-name': ({ properties }) => properties.RootDeviceName,
    'root-device-type': () => 'ebs',
    'sriov-net-support': ({ properties }) => properties.SriovNetSupport,
    state: (image) => image.state,
    'virtualization-type': ({ properties }) => properties.VirtualizationType,
  },
});

/** Owners see their deprecated images whatever `IncludeDeprecated` says, their disabled ones only with `IncludeDisabled`. */
export const describeImages: Ec2Handler<'DescribeImages'> = (context, input) => {
  const { state } = context;
  const request = {
    ids: input.ImageIds,
    filters: input.Filters,
    maxResults: input.MaxResults,
    nextToken: input.NextToken,
    lag: context.lag,
  };
  const seen = imagesSeenBy(context, input);
  const isWanted = ({ state: imageState }: ImageRecord): boolean =>
    imageState !== 'disabled' || input.IncludeDisabled === true;
  const { records, nextToken } = describeRecords(seen, describeRules(state), request, isWanted);
  return { Images: records.map(imageView), NextToken: nextToken };
};

export const deregisterImage: Ec2Handler<'DeregisterImage'> = async ({ state, storage }, input) => {
  const image = lookupImage(state, input.ImageId);
  if (image.deregistrationProtection !== 'disabled') {
    throw new ApiError('OperationNotPermitted', `The image '${image.id}' is protected from deregistration`);
  }
  checkNotBackup(image);
  removeImage(state, image.id);
  if (input.DeleteAssociatedSnapshots !== true) return { Return: true };
  const results: ec2.DeleteSnapshotReturnCode[] = [];
  for (const snapshotId of texts(ebs(image).map(({ SnapshotId }) => SnapshotId))) {
    const shared = state.images
      .list()
      .some((other) => ebs(other).some(({ SnapshotId }) => SnapshotId === snapshotId));
    if (!shared) {
      if (!removeSnapshot(state, snapshotId)) await storage.deleteSnapshot(state, snapshotId);
    }
    results.push({ SnapshotId: snapshotId, ReturnCode: shared ? 'skipped' : 'success' });
  }
  return { Return: true, DeleteSnapshotResults: results };
};
