import type { CopySnapshotRequest, Image, RegisterImageRequest } from '@aws-sdk/client-ec2';
import { imageIdOf } from '../amis/look-up.js';
import { type Tags, tagKeys, tagSpecification } from '../cloud/tags.js';
import type { Change } from '../operations/command.js';
import type { JsonObject } from '../steps/json.js';
import { formatTarget, type Target } from '../target/target.js';
import type { ChosenSource } from './choose-source.js';

/** The call that makes the copy. */
export const copyCall = 'ec2:CopySnapshot';

/** What an AMI is to be. */
export interface ImageTerms extends JsonObject {
  readonly source: Target & JsonObject;
  /** Of the copy; null = the account's default EBS key. */
  readonly kmsKey: string | null;
  /** `stream/leaf`: what it is. */
  readonly description: string;
  /** Name of the AMI. */
  readonly name: string;
  /** Of snapshot and AMI, all but `Name` and the operation. */
  readonly tags: Tags;
  readonly stream: string;
  /** Of the AMI, as `RegisterImage` has them. */
  readonly attributes: JsonObject;
  /** Of its disk, as `RegisterImage` has them. */
  readonly disk: JsonObject;
}

/** An AMI that a target is to get, by whatever way its disk comes. */
export interface ImageCopy extends Change, ImageTerms {}

/** The copying of an AMI into a target by its snapshot. */
export interface CopyChange extends ImageCopy {
  /** The destination's account has to be let at the snapshot while it is copied. */
  readonly shares: boolean;
  /** ARN of the key of a copy at the source that is shared instead, and deleted then; null = the snapshot itself is copied. */
  readonly transferKey: string | null;
}

/** What an AMI is made like. */
export interface Original {
  readonly target: Target;
  readonly image: Image;
  readonly leaf: string;
  readonly manifestDigest?: string;
}

export interface CopyPlan {
  readonly stream: string;
  readonly name: string;
  readonly kmsKey: string | null;
  readonly tags: Tags;
  readonly destination: Target;
}

/** What copying a source takes. */
export const copyChange = (source: ChosenSource, plan: CopyPlan): CopyChange => {
  const { stream, name, kmsKey, destination } = plan;
  const { target, image, snapshot, leaf, distanceKm, shares, transferKey } = source;
  const [imageId, snapshotId = ''] = [imageIdOf(image), snapshot.SnapshotId];
  const shared = transferKey === null ? snapshotId : `a copy of ${snapshotId} under ${transferKey}`;
  const sharing = shares ? `, with ${shared} shared with ${destination.accountId} until it is copied` : '';
  return {
    call: copyCall,
    resource: snapshotId,
    text: `copy ${imageId} (${stream}/${leaf}, ${snapshot.VolumeSize} GiB) of ${formatTarget(target)} (${distanceText(distanceKm)}) as ${name}, encrypted with ${kmsKey ?? 'the default EBS key'}${sharing}`,
    ...{ shares, transferKey },
    ...imageLike(source, plan, imageId),
  };
};

/** For people. */
export const distanceText = (km: number): string => (km === 0 ? 'same region' : `${km} km away`);

/**
 * What the AMI will be.
 *
 * @param from id of what its disk is copied from
 */
export const imageLike = (
  { target, image, leaf, manifestDigest }: Original,
  { stream, name, kmsKey, tags }: CopyPlan,
  from: string,
): ImageTerms => ({
  ...{ source: { ...target }, kmsKey, name, stream, description: `${stream}/${leaf}` },
  tags: {
    ...tags,
    [tagKeys.stream]: stream,
    [tagKeys.leaf]: leaf,
    [tagKeys.copiedFrom]: `${target.accountId}/${target.region}/${from}`,
    ...(manifestDigest !== undefined && { [tagKeys.manifestDigest]: manifestDigest }),
  },
  attributes: attributesOf(image),
  disk: diskOf(image),
});

const attributesOf = (image: Image): JsonObject => ({
  Architecture: image.Architecture,
  VirtualizationType: image.VirtualizationType,
  BootMode: image.BootMode,
  EnaSupport: image.EnaSupport,
  SriovNetSupport: image.SriovNetSupport,
  ImdsSupport: image.ImdsSupport,
  TpmSupport: image.TpmSupport,
  RootDeviceName: image.RootDeviceName,
});

const diskOf = ({ RootDeviceName, BlockDeviceMappings = [] }: Image): JsonObject => {
  const mapping = BlockDeviceMappings.find(({ Ebs }) => Ebs?.SnapshotId !== undefined);
  const { VolumeSize, VolumeType, Iops, Throughput, DeleteOnTermination } = mapping?.Ebs ?? {};
  return {
    DeviceName: mapping?.DeviceName ?? RootDeviceName,
    Ebs: { VolumeSize, VolumeType, Iops, Throughput, DeleteOnTermination },
  };
};

/** What everything that an operation makes carries. */
export const operationTag = (operationId: string): Tags => ({ [tagKeys.publication]: operationId });

/** A copy of a snapshot that is to be made. */
export interface SnapshotCopy {
  readonly from: Target;
  readonly snapshotId: string;
  readonly description: string;
  /** null = the account's default EBS key. */
  readonly kmsKey: string | null;
  readonly tags: Tags;
}

/** What AWS is asked for. The copy is encrypted, whatever its source is. */
export const copyRequest = (copy: SnapshotCopy, operationId: string): CopySnapshotRequest => ({
  SourceRegion: copy.from.region,
  SourceSnapshotId: copy.snapshotId,
  Description: copy.description,
  Encrypted: true,
  ...(copy.kmsKey !== null && { KmsKeyId: copy.kmsKey }),
  TagSpecifications: snapshotTags(copy.tags, operationId),
});

/** Of a snapshot that an AMI is to be of. */
export const snapshotTags = (tags: Tags, operationId: string) =>
  tagSpecification('snapshot', { ...tags, ...operationTag(operationId), [tagKeys.name]: 'bootstrap' });

/** An AMI like the source, of the copied snapshot. */
export const registerRequest = (
  { attributes, description, disk, name, stream, tags }: ImageCopy,
  snapshotId: string,
  operationId: string,
): RegisterImageRequest => ({
  ...attributes,
  Name: name,
  Description: description,
  BlockDeviceMappings: [{ ...disk, Ebs: { ...(disk.Ebs as JsonObject), SnapshotId: snapshotId } }],
  TagSpecifications: tagSpecification('image', {
    ...tags,
    ...operationTag(operationId),
    [tagKeys.name]: stream,
  }),
});
