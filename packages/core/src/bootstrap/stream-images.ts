import type { Image, Snapshot } from '@aws-sdk/client-ec2';
import { findSnapshots, nameOfImage, snapshotIdsOf } from '../amis/look-up.js';
import type { CallOptions, Ec2Api } from '../cloud/ec2-api.js';
import { fromTagList, tagKeys } from '../cloud/tags.js';
import { availableImages, latestImage } from '../instances/launch-image.js';
import { formatTarget, type Target } from '../target/target.js';

/** An AMI that can be copied: finished, of a release that is known, with one disk, whose snapshot nobody changes any more. */
export interface SourceImage {
  readonly target: Target;
  readonly image: Image;
  readonly snapshot: Snapshot;
  readonly leaf: string;
  /** Left out for AMIs of the reference. */
  readonly manifestDigest?: string;
}

/** What a target has of a stream. */
export interface StreamImages {
  /** The latest AMI that can be launched there, whoever owns it. */
  readonly present: Image | undefined;
  /** The latest of its own that can be copied. */
  readonly source: SourceImage | undefined;
  /** Why AMIs of its own cannot be copied, as sentences. */
  readonly refusals: readonly string[];
}

/** Finds a target's AMIs of a stream, its `Name`. */
export const findStreamImages = async (
  ec2: Ec2Api,
  target: Target,
  stream: string,
  options: CallOptions,
): Promise<StreamImages> => {
  const images = await availableImages(ec2, stream, {}, options);
  const own = images.filter(({ OwnerId }) => OwnerId === target.accountId);
  const snapshots = await findSnapshots(ec2, [...new Set(own.flatMap(snapshotIdsOf))], options);
  const sources: SourceImage[] = [];
  const refusals: string[] = [];
  for (const image of own) {
    const source = sourceOf(image, target, stream, snapshots);
    if (typeof source === 'string')
      refusals.push(`${nameOfImage(image)} of ${formatTarget(target)} ${source}`);
    else sources.push(source);
  }
  const newest = latestImage(sources.map(({ image }) => image));
  return { present: latestImage(images), source: sources.find(({ image }) => image === newest), refusals };
};

/** @returns why the AMI cannot be copied, if it cannot */
const sourceOf = (
  image: Image,
  target: Target,
  stream: string,
  snapshots: readonly Snapshot[],
): SourceImage | string => {
  const leaf = leafOf(image, stream);
  if (leaf === undefined) return 'does not say which release it is';
  const [snapshotId, second] = snapshotIdsOf(image);
  if (snapshotId === undefined) return 'has no disk with a snapshot';
  if (second !== undefined) return 'has more than one disk with a snapshot';
  const snapshot = snapshots.find(({ SnapshotId }) => SnapshotId === snapshotId);
  if (snapshot?.State !== 'completed')
    return `has a snapshot that is ${snapshot?.State ?? "not its account's"}`;
  const { [tagKeys.manifestDigest]: manifestDigest } = fromTagList(image.Tags);
  return { target, image, snapshot, leaf, ...(manifestDigest !== undefined && { manifestDigest }) };
};

/** By our tags; the reference writes the full name of the image as description, and `bootstrap` where it does not know the release. */
const leafOf = ({ Tags, Description = '' }: Image, stream: string): string | undefined => {
  const { [tagKeys.leaf]: leaf = '' } = fromTagList(Tags);
  if (leaf !== '') return leaf;
  const described = Description.startsWith(`${stream}/`) ? Description.slice(stream.length + 1) : '';
  return described === '' || described === 'bootstrap' ? undefined : described;
};
