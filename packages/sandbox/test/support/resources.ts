import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  type CreateSnapshotRequest,
  CreateVolumeCommand,
  type CreateVolumeRequest,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  type EC2Client,
  type Image,
  type Instance,
  RegisterImageCommand,
  type RegisterImageRequest,
  type Snapshot,
  type Volume,
} from '@aws-sdk/client-ec2';
import { eventually } from './aws.js';

export const describeVolume = async (ec2: EC2Client, volumeId: string): Promise<Volume> => {
  const { Volumes } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: [volumeId] }));
  return Volumes![0]!;
};

export const describeSnapshot = async (ec2: EC2Client, snapshotId: string): Promise<Snapshot> => {
  const { Snapshots } = await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [snapshotId] }));
  return Snapshots![0]!;
};

export const describeImage = async (ec2: EC2Client, imageId: string): Promise<Image> => {
  const { Images } = await ec2.send(new DescribeImagesCommand({ ImageIds: [imageId] }));
  return Images![0]!;
};

export const describeInstance = async (ec2: EC2Client, instanceId: string): Promise<Instance> => {
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
  return Reservations![0]!.Instances![0]!;
};

export const volumeIn = (ec2: EC2Client, volumeId: string, state: string): Promise<Volume> =>
  eventually(async () => {
    const volume = await describeVolume(ec2, volumeId);
    return volume.State === state ? volume : undefined;
  });

export const instanceIn = (ec2: EC2Client, instanceId: string, state: string): Promise<Instance> =>
  eventually(async () => {
    const instance = await describeInstance(ec2, instanceId);
    return instance.State?.Name === state ? instance : undefined;
  });

/** A volume of 1 GiB in zone a, unless said otherwise, once it is available. */
export const availableVolume = async (
  ec2: EC2Client,
  zone: string,
  request: Partial<CreateVolumeRequest> = {},
): Promise<string> => {
  const { VolumeId } = await ec2.send(
    new CreateVolumeCommand({ AvailabilityZone: zone, Size: 1, ...request }),
  );
  await volumeIn(ec2, VolumeId!, 'available');
  return VolumeId!;
};

export const attach = async (
  ec2: EC2Client,
  volumeId: string,
  instanceId: string,
  device = '/dev/sdb',
): Promise<void> => {
  await ec2.send(new AttachVolumeCommand({ VolumeId: volumeId, InstanceId: instanceId, Device: device }));
  await eventually(async () => {
    const { Attachments } = await describeVolume(ec2, volumeId);
    return Attachments?.[0]?.State === 'attached' ? true : undefined;
  });
};

/** A snapshot of the volume once it is completed. */
export const completedSnapshot = async (
  ec2: EC2Client,
  volumeId: string,
  request: Partial<CreateSnapshotRequest> = {},
): Promise<string> => {
  const { SnapshotId } = await ec2.send(new CreateSnapshotCommand({ VolumeId: volumeId, ...request }));
  await eventually(async () => {
    const { State } = await describeSnapshot(ec2, SnapshotId!);
    return State === 'completed' ? true : undefined;
  });
  return SnapshotId!;
};

/** What a usual registration asks for. */
export const registration = (name: string, snapshotId: string): RegisterImageRequest => ({
  Name: name,
  Architecture: 'x86_64',
  VirtualizationType: 'hvm',
  EnaSupport: true,
  RootDeviceName: '/dev/xvda',
  BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: snapshotId, VolumeType: 'gp3' } }],
});

export const registeredImage = async (ec2: EC2Client, request: RegisterImageRequest): Promise<string> => {
  const { ImageId } = await ec2.send(new RegisterImageCommand(request));
  return ImageId!;
};
