import type { Image, Snapshot, Volume } from '@aws-sdk/client-ec2';
import { describeImages, describeSnapshots, describeVolumes } from '../../cloud/describe.js';
import type { CallOptions, Ec2Api } from '../../cloud/ec2-api.js';
import { fromTagList, tagFilter, tagKeys } from '../../cloud/tags.js';
import { lastCaptures, type VolumeCapture } from '../../unpacker/captures.js';

export interface TaggedVolume {
  readonly volumeId: string;
  readonly state: string;
  readonly sizeGiB: number;
  /** Another publication that has used it since; it then belongs to that one. */
  readonly usedSinceBy: string | null;
}

export interface TaggedSnapshot {
  readonly snapshotId: string;
  readonly state: string;
  /** 0 to 100. */
  readonly progressPercent: number;
}

export interface TaggedImage {
  readonly imageId: string;
  readonly name: string;
  readonly state: string;
  /** The snapshot of its root disk. */
  readonly snapshotId: string | null;
  readonly sizeGiB: number;
  /** AWS refuses to deregister it. */
  readonly isProtected: boolean;
}

/** What a publication was of, as every resource that it made says. */
export interface TaggedOrigin {
  readonly stream: string;
  readonly leaf: string;
  readonly manifestDigest: string;
}

/** What one target has that carries the tag of a publication. */
export interface TaggedResources {
  /** Undefined if there is nothing that tells. */
  readonly origin: TaggedOrigin | undefined;
  readonly volumes: readonly TaggedVolume[];
  readonly snapshots: readonly TaggedSnapshot[];
  readonly images: readonly TaggedImage[];
}

/** Looks for everything that a publication has made in a target, by the tag that each creating call carried. */
export const findTagged = async (
  ec2: Ec2Api,
  publicationId: string,
  call: CallOptions = {},
): Promise<TaggedResources> => {
  const filters = [tagFilter(tagKeys.publication, publicationId)];
  const [volumes, snapshots, images] = await Promise.all([
    describeVolumes(ec2, filters, call),
    describeSnapshots(ec2, filters, call),
    describeImages(ec2, filters, call),
  ]);
  const there = volumes.filter(({ State }) => State !== 'deleting' && State !== 'deleted');
  const ids = there.flatMap(({ VolumeId }) => VolumeId ?? []);
  const captures = await lastCaptures(ec2, ids, call);
  return {
    origin: originOf([...images, ...snapshots, ...there]),
    volumes: there.map((volume) => taggedVolume(volume, publicationId, captures)),
    snapshots: snapshots.map(taggedSnapshot),
    images: images.map(taggedImage),
  };
};

const originOf = (resources: readonly (Image | Snapshot | Volume)[]): TaggedOrigin | undefined => {
  const tags = resources
    .map(({ Tags }) => fromTagList(Tags))
    .find((one) => one[tagKeys.stream] !== undefined);
  if (tags === undefined) return undefined;
  const { stream, leaf, manifestDigest } = tagKeys;
  return { stream: tags[stream] ?? '', leaf: tags[leaf] ?? '', manifestDigest: tags[manifestDigest] ?? '' };
};

const taggedVolume = (
  { VolumeId = '', State, Size = 0 }: Volume,
  publicationId: string,
  captures: ReadonlyMap<string, VolumeCapture>,
): TaggedVolume => {
  const last = captures.get(VolumeId)?.publication ?? publicationId;
  return {
    volumeId: VolumeId,
    state: State ?? '',
    sizeGiB: Size,
    usedSinceBy: last === publicationId ? null : last,
  };
};

const taggedSnapshot = ({ SnapshotId = '', State, Progress = '' }: Snapshot): TaggedSnapshot => ({
  snapshotId: SnapshotId,
  state: State ?? '',
  progressPercent: Number.parseInt(Progress, 10) || 0,
});

const taggedImage = (image: Image): TaggedImage => {
  const root = image.BlockDeviceMappings?.find(({ DeviceName }) => DeviceName === image.RootDeviceName)?.Ebs;
  return {
    imageId: image.ImageId ?? '',
    name: image.Name ?? '',
    state: image.State ?? '',
    snapshotId: root?.SnapshotId ?? null,
    sizeGiB: root?.VolumeSize ?? 0,
    // `disabled-until-…` is what a cool-down leaves for 24 hours (EC2 user guide, "Protect an AMI from deregistration").
    isProtected: image.DeregistrationProtection?.startsWith('enabled') === true,
  };
};

/** Whether a publication has left anything there that belongs to it. */
export const isAnything = ({ volumes, snapshots, images }: TaggedResources): boolean =>
  images.length + snapshots.length > 0 || volumes.some(({ usedSinceBy }) => usedSinceBy === null);

/** Whether there is an AMI that can be launched, or could until it was retired, of a snapshot that is complete. */
export const isPublished = ({ images, snapshots }: TaggedResources): boolean =>
  images.some(
    ({ state, snapshotId }) =>
      (state === 'available' || state === 'disabled') &&
      snapshots.some((snapshot) => snapshot.snapshotId === snapshotId && snapshot.state === 'completed'),
  );
