import * as ec2 from '@aws-sdk/client-ec2';

/** Makes what gaps are tried on, and waits until it can be used; in moto that is at once. */
export class Resources {
  #names = 0;

  /** @param instanceId a running instance in zone a of us-east-1 */
  constructor(
    readonly client: ec2.EC2Client,
    readonly instanceId: string,
  ) {}

  /** An encrypted gp3 volume of 2 GiB, unless said otherwise. */
  async volume(request: Partial<ec2.CreateVolumeRequest> = {}): Promise<string> {
    const { VolumeId = '' } = await this.client.send(
      new ec2.CreateVolumeCommand({
        ...{ AvailabilityZone: 'us-east-1a', Size: 2, VolumeType: 'gp3', Encrypted: true },
        ...request,
      }),
    );
    await until(async () => (await this.describeVolume(VolumeId)).State === 'available');
    return VolumeId;
  }

  async describeVolume(VolumeId: string): Promise<ec2.Volume> {
    const { Volumes } = await this.client.send(new ec2.DescribeVolumesCommand({ VolumeIds: [VolumeId] }));
    return Volumes?.[0] ?? {};
  }

  /** A volume that is attached. */
  async attachedVolume(device: string): Promise<string> {
    const volumeId = await this.volume();
    await this.attach(volumeId, device);
    await until(async () => (await this.describeVolume(volumeId)).Attachments?.[0]?.State === 'attached');
    return volumeId;
  }

  attach(VolumeId: string, Device: string): Promise<ec2.VolumeAttachment> {
    return this.client.send(new ec2.AttachVolumeCommand({ VolumeId, InstanceId: this.instanceId, Device }));
  }

  snapshot(VolumeId: string): Promise<ec2.Snapshot> {
    return this.client.send(new ec2.CreateSnapshotCommand({ VolumeId }));
  }

  /** The snapshot of a new volume, once it is complete. */
  async completeSnapshot(): Promise<string> {
    const { SnapshotId = '' } = await this.snapshot(await this.volume());
    await until(async () => {
      const { Snapshots } = await this.client.send(
        new ec2.DescribeSnapshotsCommand({ SnapshotIds: [SnapshotId] }),
      );
      return Snapshots?.[0]?.State === 'completed';
    });
    return SnapshotId;
  }

  /** An AMI of a name of its own, unless said otherwise. */
  async image(request: Partial<ec2.RegisterImageRequest> = {}): Promise<ec2.Image> {
    this.#names += 1;
    const { ImageId = '' } = await this.client.send(
      new ec2.RegisterImageCommand({
        ...{ Name: `image-${this.#names}`, Architecture: 'arm64', VirtualizationType: 'hvm' },
        ...{ EnaSupport: true, ImdsSupport: 'v2.0', RootDeviceName: '/dev/xvda' },
        BlockDeviceMappings: mapping(await this.completeSnapshot()),
        TagSpecifications: [{ ResourceType: 'image', Tags: [{ Key: 'owner', Value: 'me' }] }],
        ...request,
      }),
    );
    for (;;) {
      const { Images } = await this.client.send(new ec2.DescribeImagesCommand({ ImageIds: [ImageId] }));
      if (Images?.[0]?.State === 'available') return Images[0];
      await pause();
    }
  }
}

/** The mapping of a root device of 4 GiB. */
export const mapping = (SnapshotId: string): ec2.BlockDeviceMapping[] => [
  { DeviceName: '/dev/xvda', Ebs: { SnapshotId, VolumeSize: 4, VolumeType: 'gp3' } },
];

/** An ED25519 key that nobody has the private key of. */
export const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINTNJ8hwq1xNF8+80UKBGx809yvvEMB5iebdI5Tfy7cr';

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

/** The limit is the test's own. */
const until = async (isTrue: () => Promise<boolean>): Promise<void> => {
  while (!(await isTrue())) await pause();
};
