import type { RegisterImageRequest } from '@aws-sdk/client-ec2';
import { type Tags, tagSpecification } from '../cloud/tags.js';
import type { ResolvedPublishOptions } from './options.js';

/** The RegisterImage request of a snapshot: EBS-backed, HVM, one gp3 root disk that goes with its instance. */
export const registerImageRequest = (image: {
  readonly name: string;
  readonly snapshotId: string;
  readonly sizeGiB: number;
  readonly tags: Tags;
  readonly options: ResolvedPublishOptions;
}): RegisterImageRequest => {
  const { options } = image;
  return {
    Name: image.name,
    Description: `${options.stream}/${options.leaf}`,
    Architecture: options.architecture,
    VirtualizationType: 'hvm',
    BootMode: options.bootMode,
    EnaSupport: options.enaSupport,
    SriovNetSupport: 'simple',
    ...(options.imdsV2Only && { ImdsSupport: 'v2.0' }),
    RootDeviceName: options.rootDeviceName,
    BlockDeviceMappings: [
      {
        DeviceName: options.rootDeviceName,
        Ebs: {
          SnapshotId: image.snapshotId,
          VolumeSize: image.sizeGiB,
          VolumeType: 'gp3',
          Iops: options.iops,
          Throughput: options.throughputMiBps,
          DeleteOnTermination: true,
        },
      },
    ],
    TagSpecifications: tagSpecification('image', image.tags),
  };
};
