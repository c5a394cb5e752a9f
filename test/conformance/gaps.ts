import * as ec2 from '@aws-sdk/client-ec2';
import { mapping, publicKey, type Resources } from './resources.js';

/** Something that AWS does and moto does not. */
export interface Gap {
  readonly what: string;
  /** Whether a cloud does it. */
  readonly isClosed: (resources: Resources) => Promise<boolean>;
}

/** Whether the call fails with AWS's error of that name. */
const fails = (call: Promise<unknown>, name: string): Promise<boolean> =>
  call.then(
    () => false,
    (error: unknown) => error instanceof Error && error.name === name,
  );

const works = (call: Promise<unknown>): Promise<boolean> =>
  call.then(
    () => true,
    () => false,
  );

const volumeGaps: readonly Gap[] = [
  {
    what: 'CreateVolume gives the same volume for the same client token',
    isClosed: async (resources) => {
      const first = await resources.volume({ ClientToken: 'once' });
      return (await resources.volume({ ClientToken: 'once' })) === first;
    },
  },
  {
    what: 'CreateVolume refuses another request with the same client token',
    isClosed: async (resources) => {
      await resources.volume({ ClientToken: 'twice' });
      return fails(resources.volume({ ClientToken: 'twice', Size: 3 }), 'IdempotentParameterMismatch');
    },
  },
  {
    what: 'CreateVolume refuses a throughput that gp3 does not have',
    isClosed: (resources) => fails(resources.volume({ Throughput: 9_999 }), 'InvalidParameterValue'),
  },
  {
    what: 'AttachVolume refuses a volume that is attached',
    isClosed: async (resources) =>
      fails(resources.attach(await resources.attachedVolume('/dev/sdb'), '/dev/sdc'), 'VolumeInUse'),
  },
  {
    what: 'AttachVolume refuses a device name that is in use',
    isClosed: async (resources) => {
      await resources.attachedVolume('/dev/sdd');
      return fails(resources.attach(await resources.volume(), '/dev/sdd'), 'InvalidParameterValue');
    },
  },
  {
    what: 'DescribeVolumes says whether an attached volume goes with its instance',
    isClosed: async (resources) => {
      const { Attachments } = await resources.describeVolume(await resources.attachedVolume('/dev/sde'));
      return Attachments?.[0]?.DeleteOnTermination === false;
    },
  },
  {
    what: 'DetachVolume does without the instance',
    isClosed: async (resources) => {
      const VolumeId = await resources.attachedVolume('/dev/sdf');
      return works(resources.client.send(new ec2.DetachVolumeCommand({ VolumeId })));
    },
  },
  {
    what: 'ModifyVolume does not shrink a volume',
    isClosed: async (resources) => {
      const VolumeId = await resources.volume();
      const shrink = resources.client.send(new ec2.ModifyVolumeCommand({ VolumeId, Size: 1 }));
      return fails(shrink, 'InvalidParameterValue');
    },
  },
  {
    what: 'ModifyVolume changes a volume once in six hours',
    isClosed: async (resources) => {
      const VolumeId = await resources.volume();
      await resources.client.send(new ec2.ModifyVolumeCommand({ VolumeId, Size: 3 }));
      return !(await works(resources.client.send(new ec2.ModifyVolumeCommand({ VolumeId, Size: 4 }))));
    },
  },
];

const snapshotGaps: readonly Gap[] = [
  {
    what: 'CreateSnapshot answers before the snapshot is complete',
    isClosed: async (resources) => (await resources.snapshot(await resources.volume())).State === 'pending',
  },
  {
    what: 'CreateSnapshot limits how often a volume is captured',
    isClosed: async (resources) => {
      const volumeId = await resources.volume();
      await resources.snapshot(volumeId);
      return fails(resources.snapshot(volumeId), 'SnapshotCreationPerVolumeRateExceeded');
    },
  },
  {
    what: "DescribeSnapshots knows the KMS key, which is the volume's",
    isClosed: async (resources) => {
      const SnapshotIds = [await resources.completeSnapshot()];
      const { Snapshots } = await resources.client.send(new ec2.DescribeSnapshotsCommand({ SnapshotIds }));
      return Snapshots?.[0]?.KmsKeyId?.startsWith('arn:aws:kms:') === true;
    },
  },
  {
    what: 'DeleteSnapshot refuses the snapshot of an AMI',
    isClosed: async (resources) => {
      const SnapshotId = await resources.completeSnapshot();
      await resources.image({ BlockDeviceMappings: mapping(SnapshotId) });
      return fails(
        resources.client.send(new ec2.DeleteSnapshotCommand({ SnapshotId })),
        'InvalidSnapshot.InUse',
      );
    },
  },
];

/** An attribute of RegisterImage that moto forgets. */
const forgotten = (what: string, isKept: (image: ec2.Image) => boolean): Gap => ({
  what: `RegisterImage keeps ${what}`,
  isClosed: async (resources) =>
    isKept(await resources.image({ BootMode: 'uefi-preferred', Architecture: 'x86_64' })),
});

const imageGaps: readonly Gap[] = [
  forgotten('tags', ({ Tags = [] }) => Tags.length === 1),
  forgotten('the architecture', ({ Architecture }) => Architecture === 'x86_64'),
  forgotten('the boot mode', ({ BootMode }) => BootMode === 'uefi-preferred'),
  forgotten('ENA support', ({ EnaSupport }) => EnaSupport === true),
  forgotten('IMDS support', ({ ImdsSupport }) => ImdsSupport === 'v2.0'),
  forgotten('the root device', ({ RootDeviceName }) => RootDeviceName === '/dev/xvda'),
  forgotten(
    'the size of the disk',
    ({ BlockDeviceMappings }) => BlockDeviceMappings?.[0]?.Ebs?.VolumeSize === 4,
  ),
  {
    what: 'RegisterImage keeps the snapshot',
    isClosed: async (resources) => {
      const snapshotId = await resources.completeSnapshot();
      const image = await resources.image({ BlockDeviceMappings: mapping(snapshotId) });
      return image.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId === snapshotId;
    },
  },
  {
    what: 'RegisterImage refuses a name that is taken',
    isClosed: async (resources) => {
      await resources.image({ Name: 'taken' });
      return fails(resources.image({ Name: 'taken' }), 'InvalidAMIName.Duplicate');
    },
  },
  {
    what: 'RegisterImage refuses a malformed name',
    isClosed: (resources) => fails(resources.image({ Name: 'x' }), 'InvalidAMIName.Malformed'),
  },
  {
    what: 'RegisterImage refuses a snapshot that does not exist',
    isClosed: (resources) =>
      fails(
        resources.image({ BlockDeviceMappings: mapping('snap-00000000000000000') }),
        'InvalidSnapshot.NotFound',
      ),
  },
  {
    what: 'EnableImageDeprecation is there',
    isClosed: async (resources) => {
      const { ImageId } = await resources.image();
      const DeprecateAt = new Date(Date.now() + 86_400_000);
      return works(resources.client.send(new ec2.EnableImageDeprecationCommand({ ImageId, DeprecateAt })));
    },
  },
  {
    what: 'EnableImageDeregistrationProtection is there',
    isClosed: async (resources) => {
      const { ImageId } = await resources.image();
      return works(resources.client.send(new ec2.EnableImageDeregistrationProtectionCommand({ ImageId })));
    },
  },
  {
    what: 'DisableImageDeregistrationProtection is there',
    isClosed: async (resources) => {
      const { ImageId } = await resources.image();
      return works(resources.client.send(new ec2.DisableImageDeregistrationProtectionCommand({ ImageId })));
    },
  },
];

/** What `list-unused-images` asks about recipes of Image Builder. */
export const imageReferences = 'DescribeImageReferences is there';

/** How `expire` finds what is due. */
export const imagesWithTagKeys = 'DescribeImages finds what has one of two tag keys, beside others';

/** What `delete` without retention looks up, so that a snapshot is kept which another AMI has. */
export const imagesOfSnapshot = 'DescribeImages finds the AMIs of a snapshot';

const describeGaps: readonly Gap[] = [
  {
    what: imageReferences,
    isClosed: async (resources) => {
      const { ImageId = '' } = await resources.image();
      const ResourceTypes = [{ ResourceType: 'imagebuilder:ImageRecipe' as const }];
      const request = { ImageIds: [ImageId], ResourceTypes };
      return works(resources.client.send(new ec2.DescribeImageReferencesCommand(request)));
    },
  },
  {
    what: imagesWithTagKeys,
    isClosed: async (resources) => {
      const { ImageId = '' } = await resources.image();
      const Tags = ['one', 'other'].map((Key) => ({ Key, Value: '1' }));
      await resources.client.send(new ec2.CreateTagsCommand({ Resources: [ImageId], Tags }));
      const Filters = [{ Name: 'tag-key', Values: ['one', 'two'] }];
      const { Images = [] } = await resources.client.send(new ec2.DescribeImagesCommand({ Filters }));
      return Images.length === 1;
    },
  },
  {
    what: imagesOfSnapshot,
    isClosed: async (resources) => {
      const snapshotId = await resources.completeSnapshot();
      await resources.image({ BlockDeviceMappings: mapping(snapshotId) });
      const Filters = [{ Name: 'block-device-mapping.snapshot-id', Values: [snapshotId] }];
      return resources.client.send(new ec2.DescribeImagesCommand({ Filters })).then(
        ({ Images = [] }) => Images.length === 1,
        () => false,
      );
    },
  },
  {
    what: 'DescribeRegions lists only regions that are enabled',
    isClosed: async ({ client }) => {
      const { Regions = [] } = await client.send(new ec2.DescribeRegionsCommand({}));
      return Regions.every(({ OptInStatus }) => OptInStatus !== 'not-opted-in');
    },
  },
  {
    what: 'DescribeVolumes answers in pages',
    isClosed: async (resources) => {
      await Promise.all(Array.from({ length: 6 }, () => resources.volume()));
      const page = await resources.client.send(new ec2.DescribeVolumesCommand({ MaxResults: 5 }));
      return page.Volumes?.length === 5 && page.NextToken !== undefined;
    },
  },
  {
    what: 'a filter takes a backslash before * and ? for the character itself',
    isClosed: async (resources) => {
      const Tags = [{ Key: 'star', Value: 'a*b' }];
      await resources.volume({ TagSpecifications: [{ ResourceType: 'volume', Tags }] });
      const Filters = [{ Name: 'tag:star', Values: ['a\\*b'] }];
      const { Volumes = [] } = await resources.client.send(new ec2.DescribeVolumesCommand({ Filters }));
      return Volumes.length === 1;
    },
  },
];

/** How `import-key-pair` deletes what it replaces or takes back, so that nothing else of that name goes. */
export const keyPairById = 'DeleteKeyPair takes the id of a key pair';

const keyPairGaps: readonly Gap[] = [
  {
    what: keyPairById,
    isClosed: async ({ client }) => {
      const PublicKeyMaterial = Buffer.from(publicKey);
      const { KeyPairId } = await client.send(
        new ec2.ImportKeyPairCommand({ KeyName: 'key', PublicKeyMaterial }),
      );
      await client.send(new ec2.DeleteKeyPairCommand({ KeyPairId }));
      const { KeyPairs = [] } = await client.send(new ec2.DescribeKeyPairsCommand({}));
      return KeyPairs.length === 0;
    },
  },
];

/** As far as our commands are concerned. */
export const gaps: readonly Gap[] = [
  ...volumeGaps,
  ...snapshotGaps,
  ...imageGaps,
  ...describeGaps,
  ...keyPairGaps,
];
