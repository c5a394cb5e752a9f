import type { Image } from '@aws-sdk/client-ec2';
import { tagKeys } from '../cloud/tags.js';
import {
  type LaunchChange,
  type LaunchOptions,
  launchCall,
  launchChange,
} from '../instances/launch-change.js';
import type { ChosenNetwork } from '../instances/network.js';
import type { JsonObject } from '../steps/json.js';
import { formatTarget } from '../target/target.js';
import { type CopyPlan, distanceText, type ImageCopy, imageLike } from './copy-change.js';
import type { RawSource } from './raw-sources.js';

/** Which address of the source's unpacker the copier fetches from. */
export type SourceAddress = 'private' | 'public';

/** The temporary instance that fetches a volume. */
export interface CopierOptions extends Pick<LaunchOptions, 'instanceType' | 'keyName' | 'network'> {
  /** Id of an AMI with cloud-init, Bash and curl, or the name of an SSM parameter that holds it. @default Amazon Linux 2023, x86_64 */
  readonly image?: string | undefined;
  /** @default 'private' */
  readonly sourceAddress?: SourceAddress | undefined;
}

/** The copying of a volume into a target by a temporary instance there. */
export interface InstanceCopy extends ImageCopy {
  /** Instance of the unpacker that has the volume. */
  readonly unpackerId: string;
  readonly sourceAddress: SourceAddress;
  readonly sizeBytes: number;
  /** What the volume is to hold. */
  readonly leaf: string;
  readonly manifestDigest: string;
  readonly launch: LaunchChange;
}

/** Value of the tag `ami-publisher:step` of what is there for the copying only. */
export const copierStep = 'copier';
const copierName = 'ImageCopier';
const bytesPerGiB = 2 ** 30;

export const isByInstance = (change: ImageCopy): change is InstanceCopy => change.call === launchCall;

/** In whole GiB, as EBS has volumes. */
export const gibOf = (bytes: number): number => Math.ceil(bytes / bytesPerGiB);

/** What copying a volume takes. */
export const instanceCopy = (
  source: RawSource,
  plan: CopyPlan,
  image: Image,
  network: ChosenNetwork,
  { sourceAddress = 'private', ...options }: CopierOptions,
): InstanceCopy => {
  const { target, instanceId, volumeId, leaf, manifestDigest, sizeBytes, distanceKm } = source;
  const { stream, name, kmsKey, tags } = plan;
  const own = { ImageBeingCopied: stream, [tagKeys.step]: copierStep };
  const launch = launchChange(
    image,
    network,
    { ...options, instanceName: copierName, tags: { ...tags, ...own } },
    'running',
  );
  const copy = imageLike(source, plan, volumeId);
  const { Ebs, ...disk } = copy.disk as JsonObject & { readonly Ebs: JsonObject };
  const VolumeSize = Math.max(gibOf(sizeBytes), Number(Ebs.VolumeSize ?? 0));
  return {
    call: launchCall,
    resource: launch.imageId,
    text: `copy ${volumeId} (${stream}/${leaf}, ${gibOf(sizeBytes)} GiB) of ${instanceId} in ${formatTarget(target)} (${distanceText(distanceKm)}) as ${name}, encrypted with ${kmsKey ?? 'the default EBS key'}; for that, ${launch.text} until it is copied`,
    ...copy,
    disk: { ...disk, Ebs: { ...Ebs, VolumeSize } },
    ...{ unpackerId: instanceId, sourceAddress, sizeBytes, leaf, manifestDigest, launch },
  };
};
