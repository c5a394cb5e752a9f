import type * as ec2 from '@aws-sdk/client-ec2';
import {
  ApiError,
  invalidCombination,
  invalidParameter,
  missingParameter,
  required,
} from '../model/api-error.js';
import { newResourceId } from '../model/ids.js';
import type { RegionState } from '../model/region-state.js';
import type { Ec2Handler } from './handler.js';
import { lookup } from './lookup.js';
import { tagsAtCreation } from './tags.js';
import { checkPerformance } from './volume-types.js';

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RegisterImage.html */
const namePattern = /^[A-Za-z0-9()[\] ./\-'@_]{3,128}$/;

const allowedValues = {
  Architecture: ['i386', 'x86_64', 'arm64', 'x86_64_mac', 'arm64_mac'],
  BootMode: ['legacy-bios', 'uefi', 'uefi-preferred'],
  ImdsSupport: ['v2.0'],
  SriovNetSupport: ['simple'],
  TpmSupport: ['v2.0'],
  VirtualizationType: ['hvm', 'paravirtual'],
} as const satisfies Partial<Record<keyof ec2.RegisterImageRequest, readonly string[]>>;

/** The name is the key: of two calls with one name, the second is refused. */
export const registerImage: Ec2Handler<'RegisterImage'> = ({ state, clock, latency, transitions }, input) => {
  const name = checkName(state, required(input.Name, 'name'));
  checkAllowedValues(input);
  checkBoot(input);
  const id = newResourceId('image');
  state.images.insert({
    id,
    state: 'pending',
    ownerId: state.accountId,
    name,
    creationDate: new Date(clock.now()),
    deprecationTime: undefined,
    deregistrationProtection: 'disabled',
    blockDeviceMappings: checkMappings(state, input),
    launchPermissions: [],
    properties: propertiesOf(input),
    tags: tagsAtCreation('image', input.TagSpecifications),
  });
  transitions.after(latency.next('registerImageMs', id), () => {
    state.images.update(id, { state: 'available' });
  });
  return { ImageId: id };
};

const propertiesOf = (input: ec2.RegisterImageRequest) => ({
  Architecture: input.Architecture ?? 'i386',
  BootMode: input.BootMode,
  Description: input.Description,
  EnaSupport: input.EnaSupport ?? false,
  ImdsSupport: input.ImdsSupport,
  KernelId: input.KernelId,
  RamdiskId: input.RamdiskId,
  RootDeviceName: input.RootDeviceName,
  SriovNetSupport: input.SriovNetSupport,
  TpmSupport: input.TpmSupport,
  VirtualizationType: (input.VirtualizationType ?? 'paravirtual') as ec2.VirtualizationType,
});

const checkName = (state: RegionState, name: string): string => {
  if (!namePattern.test(name)) {
    throw new ApiError(
      'InvalidAMIName.Malformed',
      "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '[', ']', ' ', '.', '/', '-', ''', '@' and '_'",
    );
  }
  const other = state.images.list().find((image) => image.name === name);
  if (other !== undefined) {
    throw new ApiError('InvalidAMIName.Duplicate', `AMI name ${name} is already in use by AMI ${other.id}`);
  }
  return name;
};

const checkAllowedValues = (input: ec2.RegisterImageRequest): void => {
  for (const [name, allowed] of Object.entries(allowedValues)) {
    const value = input[name as keyof typeof allowedValues];
    if (value !== undefined && !(allowed as readonly string[]).includes(value)) {
      throw invalidParameter(name, value, `Expecting one of ${allowed.join(', ')}.`);
    }
  }
};

const checkBoot = ({
  Architecture,
  BootMode,
  TpmSupport,
  VirtualizationType,
}: ec2.RegisterImageRequest): void => {
  if (Architecture === 'arm64' && BootMode !== undefined && BootMode !== 'uefi') {
    throw invalidCombination(`The boot mode '${BootMode}' is not supported for the architecture arm64`);
  }
  if (BootMode?.startsWith('uefi') === true && VirtualizationType !== 'hvm') {
    throw invalidCombination(`The boot mode '${BootMode}' requires the virtualization type hvm`);
  }
  if (TpmSupport !== undefined && BootMode !== 'uefi') {
    throw invalidCombination("The parameter TpmSupport requires the boot mode 'uefi'");
  }
};

const checkMappings = (state: RegionState, input: ec2.RegisterImageRequest): ec2.BlockDeviceMapping[] => {
  if (input.ImageLocation !== undefined) {
    throw new ApiError('UnsupportedOperation', 'The sandbox has no S3, and so no AMIs from manifests.');
  }
  const { BlockDeviceMappings: mappings = [], RootDeviceName } = input;
  if (mappings.length === 0) throw missingParameter('blockDeviceMapping');
  const root = required(RootDeviceName, 'rootDeviceName');
  const names = mappings.map(({ DeviceName }) => required(DeviceName, 'deviceName'));
  if (new Set(names).size < names.length) throw badMapping('A device name is mapped more than once.');
  const rootMapping = mappings.find(({ DeviceName }) => DeviceName === root);
  if (rootMapping?.Ebs?.SnapshotId === undefined) {
    throw badMapping(`No snapshot is specified for the root device ${root}.`);
  }
  return mappings.map((mapping) => checkMapping(state, mapping));
};

const badMapping = (message: string): ApiError => new ApiError('InvalidBlockDeviceMapping', message);

/** A mapping as the image keeps it: with the snapshot's size and encryption. */
const checkMapping = (state: RegionState, mapping: ec2.BlockDeviceMapping): ec2.BlockDeviceMapping => {
  const { DeviceName, Ebs } = mapping;
  if (Ebs?.SnapshotId === undefined) return mapping;
  const snapshot = lookup(state.snapshots, 'snapshot', Ebs.SnapshotId);
  if (snapshot.state !== 'completed') {
    throw new ApiError('IncorrectState', `Snapshot ${snapshot.id} is in invalid state - ${snapshot.state}`);
  }
  if (Ebs.Encrypted !== undefined || Ebs.KmsKeyId !== undefined) {
    throw badMapping(
      `the encrypted flag cannot be specified since device ${DeviceName} has a snapshot specified.`,
    );
  }
  const { sizeGiB, type, iops, throughput } = checkPerformance({
    sizeGiB: Ebs.VolumeSize ?? snapshot.sizeGiB,
    type: Ebs.VolumeType,
    iops: Ebs.Iops,
    throughput: Ebs.Throughput,
  });
  if (sizeGiB < snapshot.sizeGiB) {
    throw badMapping(
      `Volume of size ${sizeGiB}GB is smaller than snapshot '${snapshot.id}', expect size>= ${snapshot.sizeGiB}GB`,
    );
  }
  return {
    DeviceName,
    Ebs: {
      DeleteOnTermination: Ebs.DeleteOnTermination ?? true,
      Encrypted: snapshot.kmsKey !== undefined,
      Iops: iops,
      SnapshotId: snapshot.id,
      Throughput: throughput,
      VolumeSize: sizeGiB,
      VolumeType: type,
    },
  };
};
