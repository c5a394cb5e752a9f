import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import {
  CreateSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DisableImageDeregistrationProtectionCommand,
  EnableImageDeprecationCommand,
  EnableImageDeregistrationProtectionCommand,
  RegisterImageCommand,
  type RegisterImageRequest,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { destroyClients, ec2Client, eventually, expectCode } from './support/aws.js';
import {
  availableVolume,
  completedSnapshot,
  describeImage,
  describeSnapshot,
  registeredImage,
  registration,
} from './support/resources.js';

describe('Images', () => {
  destroyClients();
  let sandbox: Sandbox;
  let ec2: ReturnType<typeof ec2Client>;
  let snapshotId: string;

  beforeAll(async () => {
    sandbox = await startSandbox();
    ec2 = ec2Client(sandbox);
    snapshotId = await completedSnapshot(
      ec2,
      await availableVolume(ec2, 'us-east-1a', { Size: 4, Encrypted: true }),
    );
  });
  afterAll(() => sandbox.close());

  let names = 0;
  const freshName = (): string => {
    names += 1;
    return `image-${names}`;
  };
  const register = (request: Partial<RegisterImageRequest>) =>
    ec2.send(new RegisterImageCommand({ ...registration(freshName(), snapshotId), ...request }));

  test('[AMI-1] An image becomes available and describes what it was registered with', async () => {
    const { ImageId } = await register({
      Name: 'base/debian-12/(1)',
      Architecture: 'arm64',
      BootMode: 'uefi',
      Description: 'a description',
      ImdsSupport: 'v2.0',
      SriovNetSupport: 'simple',
      TpmSupport: 'v2.0',
      TagSpecifications: [{ ResourceType: 'image', Tags: [{ Key: 'Name', Value: 'base/debian-12' }] }],
    });
    expect(await describeImage(ec2, ImageId!)).toMatchObject({ State: 'pending' });
    const image = await eventually(async () => {
      const described = await describeImage(ec2, ImageId!);
      return described.State === 'available' ? described : undefined;
    });
    expect(image).toMatchObject({
      Name: 'base/debian-12/(1)',
      Architecture: 'arm64',
      BootMode: 'uefi',
      DeregistrationProtection: 'disabled',
      Description: 'a description',
      EnaSupport: true,
      ImageLocation: '111111111111/base/debian-12/(1)',
      ImdsSupport: 'v2.0',
      OwnerId: '111111111111',
      Public: false,
      RootDeviceName: '/dev/xvda',
      RootDeviceType: 'ebs',
      SriovNetSupport: 'simple',
      Tags: [{ Key: 'Name', Value: 'base/debian-12' }],
      TpmSupport: 'v2.0',
      VirtualizationType: 'hvm',
    });
    expect(image.BlockDeviceMappings).toEqual([
      {
        DeviceName: '/dev/xvda',
        Ebs: {
          DeleteOnTermination: true,
          Encrypted: true,
          Iops: 3000,
          SnapshotId: snapshotId,
          Throughput: 125,
          VolumeSize: 4,
          VolumeType: 'gp3',
        },
      },
    ]);
  });

  test.each(['ab', 'x'.repeat(129), 'with:colon', 'with+plus', 'ümlaut', 'new\nline'])(
    '[AMI-2] The name %j is refused',
    async (Name) => {
      await expectCode(register({ Name }), 'InvalidAMIName.Malformed');
    },
  );

  test('[AMI-2] A name is taken until its image is deregistered', async () => {
    const Name = freshName();
    const { ImageId } = await register({ Name });
    await expect(register({ Name })).rejects.toMatchObject({
      name: 'InvalidAMIName.Duplicate',
      message: `AMI name ${Name} is already in use by AMI ${ImageId}`,
    });
    await ec2.send(new DeregisterImageCommand({ ImageId }));
    await expect(register({ Name })).resolves.toHaveProperty('ImageId');
  });

  test.each<[string, (snapshot: string) => Partial<RegisterImageRequest>, string]>([
    ['no mapping', () => ({ BlockDeviceMappings: [] }), 'MissingParameter'],
    ['no root device name', () => ({ RootDeviceName: undefined }), 'MissingParameter'],
    [
      'a root device that is not mapped',
      () => ({ RootDeviceName: '/dev/sda1' }),
      'InvalidBlockDeviceMapping',
    ],
    ['a root device without snapshot', () => mapping({ VolumeSize: 4 }), 'InvalidBlockDeviceMapping'],
    [
      'a snapshot that does not exist',
      () => mapping({ SnapshotId: 'snap-00000000000000000' }),
      'InvalidSnapshot.NotFound',
    ],
    [
      'a root volume that is too small',
      (SnapshotId) => mapping({ SnapshotId, VolumeSize: 3 }),
      'InvalidBlockDeviceMapping',
    ],
    [
      'an encryption of its own',
      (SnapshotId) => mapping({ SnapshotId, Encrypted: true }),
      'InvalidBlockDeviceMapping',
    ],
    [
      'a type that lacks IOPS',
      (SnapshotId) => mapping({ SnapshotId, VolumeType: 'io2' }),
      'MissingParameter',
    ],
    ['a manifest in S3', () => ({ ImageLocation: 'bucket/image.manifest.xml' }), 'UnsupportedOperation'],
  ])('[AMI-3] An image with %s is refused', async (_, request, code) => {
    await expectCode(register(request(snapshotId)), code);
  });

  const mapping = (Ebs: NonNullable<NonNullable<RegisterImageRequest['BlockDeviceMappings']>[0]['Ebs']>) => ({
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs }],
  });

  test('[AMI-3] An image of a pending snapshot is refused', async () => {
    const slow = await startSandbox({ latency: { completeSnapshotMs: 60_000 } });
    const slowEc2 = ec2Client(slow);
    const volumeId = await availableVolume(slowEc2, 'us-east-1a');
    const snapshot = await slowEc2.send(new CreateSnapshotCommand({ VolumeId: volumeId }));
    await expectCode(registeredImage(slowEc2, registration('early', snapshot.SnapshotId!)), 'IncorrectState');
    await slow.close();
  });

  test('[AMI-4] A deregistered image is unavailable and its snapshot stays', async () => {
    const { ImageId } = await register({});
    expect(await ec2.send(new DeregisterImageCommand({ ImageId }))).toMatchObject({ Return: true });
    await expectCode(describeImage(ec2, ImageId!), 'InvalidAMIID.Unavailable');
    await expectCode(ec2.send(new DeregisterImageCommand({ ImageId })), 'InvalidAMIID.Unavailable');
    expect(await describeSnapshot(ec2, snapshotId)).toMatchObject({ State: 'completed' });
  });

  test('[AMI-4] Associated snapshots go along unless another image uses them', async () => {
    const own = await completedSnapshot(ec2, await availableVolume(ec2, 'us-east-1a'));
    const [first, second] = [
      await registeredImage(ec2, registration(freshName(), own)),
      await registeredImage(ec2, registration(freshName(), own)),
    ];
    const deregister = (ImageId: string) =>
      ec2.send(new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots: true }));
    expect((await deregister(first)).DeleteSnapshotResults).toEqual([
      { SnapshotId: own, ReturnCode: 'skipped' },
    ]);
    expect((await deregister(second)).DeleteSnapshotResults).toEqual([
      { SnapshotId: own, ReturnCode: 'success' },
    ]);
    await expectCode(describeSnapshot(ec2, own), 'InvalidSnapshot.NotFound');
  });

  test('[AMI-5] A protected image cannot be deregistered until protection is disabled', async () => {
    const { ImageId } = await register({});
    await ec2.send(new EnableImageDeregistrationProtectionCommand({ ImageId, WithCooldown: true }));
    expect(await describeImage(ec2, ImageId!)).toMatchObject({
      DeregistrationProtection: 'enabled-with-cooldown',
    });
    await expectCode(ec2.send(new DeregisterImageCommand({ ImageId })), 'OperationNotPermitted');
    await ec2.send(new DisableImageDeregistrationProtectionCommand({ ImageId }));
    await expect(ec2.send(new DeregisterImageCommand({ ImageId }))).resolves.toMatchObject({ Return: true });
  });

  test('[AMI-6] An image is deprecated from a date on, to the minute', async () => {
    const { ImageId } = await register({});
    const DeprecateAt = new Date(Date.UTC(new Date().getUTCFullYear() + 1, 0, 2, 3, 4, 55));
    await ec2.send(new EnableImageDeprecationCommand({ ImageId, DeprecateAt }));
    const { DeprecationTime } = await describeImage(ec2, ImageId!);
    expect(DeprecationTime).toMatch(/-01-02T03:04:00.000Z$/);
    for (const refused of [new Date(Date.now() - 1000), new Date(Date.UTC(2099, 0))]) {
      await expectCode(
        ec2.send(new EnableImageDeprecationCommand({ ImageId, DeprecateAt: refused })),
        'InvalidParameterValue',
      );
    }
  });

  test.each<[Partial<RegisterImageRequest>, string]>([
    [{ Architecture: 'vax' as 'arm64' }, 'InvalidParameterValue'],
    [{ BootMode: 'cp/m' as 'uefi' }, 'InvalidParameterValue'],
    [{ ImdsSupport: 'v1.0' as 'v2.0' }, 'InvalidParameterValue'],
    [{ Architecture: 'arm64', BootMode: 'legacy-bios' }, 'InvalidParameterCombination'],
    [{ TpmSupport: 'v2.0', BootMode: 'legacy-bios' }, 'InvalidParameterCombination'],
    [{ BootMode: 'uefi', VirtualizationType: 'paravirtual' }, 'InvalidParameterCombination'],
  ])('[AMI-7] An image with %j is refused', async (request, code) => {
    await expectCode(register(request), code);
  });

  test('Images of other owners are not visible', async () => {
    await register({});
    const { Images } = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon', '222222222222'] }));
    expect(Images).toEqual([]);
  });
});
