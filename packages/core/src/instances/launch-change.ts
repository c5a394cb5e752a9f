import { AmiPublisherError } from '@ami-publisher/base';
import type { _InstanceType, Image, RunInstancesRequest } from '@aws-sdk/client-ec2';
import { checkTags, type Tags, tagKeys, tagSpecification } from '../cloud/tags.js';
import type { Change } from '../operations/command.js';
import { instanceNameOf, type NamedInstances } from './named-instances.js';
import type { ChosenNetwork, ChosenSubnet, NetworkRequest } from './network.js';
import type { Readiness } from './start.js';

/** What instances are to be like. */
export interface LaunchOptions extends NamedInstances {
  /** @default `t3.medium`, for arm64 `t4g.medium` */
  readonly instanceType?: string | undefined;
  /** @default as in the AMI */
  readonly rootVolumeGiB?: number | undefined;
  /** Name of an EC2 key pair. @default none */
  readonly keyName?: string | undefined;
  /** Name or ARN of an instance profile. @default none */
  readonly instanceProfile?: string | undefined;
  /** Whether instances may ask for their metadata without a token. @default false */
  readonly allowImdsV1?: boolean | undefined;
  readonly network?: NetworkRequest | undefined;
  /** For instance and volumes, beside `Name`. */
  readonly tags?: Tags | undefined;
}

/** The launch of an instance. */
export interface LaunchChange extends Change {
  readonly imageId: string;
  readonly instanceType: string;
  readonly rootVolume: { readonly device: string; readonly sizeGiB: number } | null;
  readonly keyName: string | null;
  readonly instanceProfile: string | null;
  readonly httpTokens: 'required' | 'optional';
  readonly subnets: readonly ChosenSubnet[];
  readonly groupIds: readonly string[];
  readonly tags: Tags;
  readonly readiness: Readiness;
}

export const launchCall = 'ec2:RunInstances';

/** @throws `INVALID_OPTION` for options that no image could be launched with. */
export const checkLaunch = (options: LaunchOptions): void => {
  instanceNameOf(options);
  const { tags = {}, rootVolumeGiB, keyName, instanceProfile } = options;
  checkTags(tags);
  if (rootVolumeGiB !== undefined && !(Number.isInteger(rootVolumeGiB) && rootVolumeGiB >= 1))
    throw refuse(`the root volume cannot have ${rootVolumeGiB} GiB`);
  if (keyName === '') throw refuse('the name of the key pair is empty');
  if (instanceProfile === '') throw refuse('the name of the instance profile is empty');
};

const refuse = (message: string): AmiPublisherError => new AmiPublisherError('INVALID_OPTION', { message });

/** @throws `INVALID_OPTION` if the AMI does not fit into the root volume. */
export const launchChange = (
  image: Image,
  network: ChosenNetwork,
  options: LaunchOptions,
  readiness: Readiness,
): LaunchChange => {
  const { ImageId: imageId = '', Architecture, CreationDate = '', Tags: imageTags = [] } = image;
  const name = instanceNameOf(options);
  const instanceType = options.instanceType ?? (Architecture === 'arm64' ? 't4g.medium' : 't3.medium');
  const stream = imageTags.find(({ Key }) => Key === tagKeys.name)?.Value ?? image.Name ?? '';
  const places = network.subnets.map(({ id, zone }) => `${id} (${zone})`).join(', else ');
  return {
    call: launchCall,
    resource: imageId,
    text: `launch a ${instanceType} of ${imageId} (${stream}, ${CreationDate}) as ${name} in ${places}`,
    ...{ imageId, instanceType, readiness, ...network },
    rootVolume: rootVolumeOf(image, options.rootVolumeGiB),
    keyName: options.keyName ?? null,
    instanceProfile: options.instanceProfile ?? null,
    httpTokens: options.allowImdsV1 === true ? 'optional' : 'required',
    tags: { ...options.tags, [tagKeys.name]: name },
  };
};

const rootVolumeOf = (
  { ImageId, RootDeviceName: device = '', BlockDeviceMappings = [] }: Image,
  sizeGiB: number | undefined,
): LaunchChange['rootVolume'] => {
  if (sizeGiB === undefined) return null;
  const least = BlockDeviceMappings.find(({ DeviceName }) => DeviceName === device)?.Ebs?.VolumeSize ?? 1;
  if (sizeGiB < least)
    throw refuse(`${ImageId} needs a root volume of at least ${least} GiB, not ${sizeGiB}`);
  return { device, sizeGiB };
};

/** What AWS is asked for. */
export const runRequest = (
  change: LaunchChange,
  subnet: ChosenSubnet,
  { clientToken, operationId }: { readonly clientToken: string; readonly operationId: string },
): RunInstancesRequest => {
  const { groupIds, instanceProfile, keyName, rootVolume, tags } = change;
  return {
    ClientToken: clientToken,
    ImageId: change.imageId,
    InstanceType: change.instanceType as _InstanceType,
    MinCount: 1,
    MaxCount: 1,
    SubnetId: subnet.id,
    MetadataOptions: { HttpTokens: change.httpTokens, HttpEndpoint: 'enabled' },
    TagSpecifications: [
      ...tagSpecification('instance', { ...tags, [tagKeys.publication]: operationId }),
      ...tagSpecification('volume', tags),
    ],
    ...(groupIds.length > 0 && { SecurityGroupIds: [...groupIds] }),
    ...(keyName !== null && { KeyName: keyName }),
    ...(instanceProfile !== null && { IamInstanceProfile: profileOf(instanceProfile) }),
    ...(rootVolume !== null && {
      BlockDeviceMappings: [
        {
          DeviceName: rootVolume.device,
          Ebs: { VolumeSize: rootVolume.sizeGiB, DeleteOnTermination: true },
        },
      ],
    }),
  };
};

const profileOf = (profile: string) => (profile.startsWith('arn:') ? { Arn: profile } : { Name: profile });
