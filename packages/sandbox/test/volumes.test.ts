import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import {
  CreateVolumeCommand,
  type CreateVolumeRequest,
  DeleteVolumeCommand,
  DescribeVolumesModificationsCommand,
  ModifyVolumeCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { destroyClients, ec2Client, eventually, expectCode } from './support/aws.js';
import { attach, availableVolume, completedSnapshot, describeVolume, volumeIn } from './support/resources.js';

describe('Volumes', () => {
  destroyClients();
  let sandbox: Sandbox;
  let ec2: ReturnType<typeof ec2Client>;
  const zone = 'us-east-1a';

  beforeAll(async () => {
    sandbox = await startSandbox();
    ec2 = ec2Client(sandbox);
  });
  afterAll(() => sandbox.close());

  const create = (request: Partial<CreateVolumeRequest>) =>
    ec2.send(new CreateVolumeCommand({ AvailabilityZone: zone, Size: 1, ...request }));

  test('[VOL-1] A volume is created, becomes available with a folder, and goes when it is deleted', async () => {
    const created = await create({ VolumeType: 'gp3', Size: 4 });
    expect(created).toMatchObject({
      State: 'creating',
      Size: 4,
      VolumeType: 'gp3',
      Iops: 3000,
      Throughput: 125,
      Encrypted: false,
    });

    const volumeId = created.VolumeId!;
    await volumeIn(ec2, volumeId, 'available');
    const directory = sandbox.model.volumePath(volumeId);
    expect(existsSync(directory)).toBe(true);

    await ec2.send(new DeleteVolumeCommand({ VolumeId: volumeId }));
    expect(await describeVolume(ec2, volumeId)).toMatchObject({ State: 'deleting' });
    await eventually(() =>
      describeVolume(ec2, volumeId).then(
        () => undefined,
        (error: Error) => error.name,
      ),
    );
    await expectCode(describeVolume(ec2, volumeId), 'InvalidVolume.NotFound');
    expect(existsSync(directory)).toBe(false);
  });

  test.each<[string, Partial<CreateVolumeRequest>, string]>([
    ['no size', { Size: undefined }, 'MissingParameter'],
    ['a size of nothing', { Size: 0 }, 'InvalidParameterValue'],
    ['a gp2 volume over 16 TiB', { Size: 16_385 }, 'InvalidParameterValue'],
    ['an unknown type', { VolumeType: 'gp9' as 'gp3' }, 'InvalidParameterValue'],
    ['IOPS on gp2', { Iops: 3000 }, 'InvalidParameterCombination'],
    ['throughput on gp2', { Throughput: 125 }, 'InvalidParameterCombination'],
    ['too few IOPS on gp3', { VolumeType: 'gp3', Iops: 100 }, 'InvalidParameterValue'],
    ['more than 500 IOPS per GiB on gp3', { VolumeType: 'gp3', Iops: 4000 }, 'InvalidParameterValue'],
    [
      'more than 0.25 MiB/s per IOPS',
      { VolumeType: 'gp3', Size: 100, Throughput: 1000 },
      'InvalidParameterValue',
    ],
    ['io2 without IOPS', { VolumeType: 'io2', Size: 10 }, 'MissingParameter'],
    ['no zone', { AvailabilityZone: undefined }, 'MissingParameter'],
    ['a zone of another region', { AvailabilityZone: 'eu-west-1a' }, 'InvalidZone.NotFound'],
    ['two zones', { AvailabilityZoneId: 'use1-az1' }, 'InvalidParameterCombination'],
  ])('[VOL-2] A volume with %s is refused', async (_, request, code) => {
    await expectCode(create(request), code);
  });

  test('[VOL-2] A zone may be given by its id', async () => {
    const volume = await create({ AvailabilityZone: undefined, AvailabilityZoneId: 'use1-az2' });
    expect(volume.AvailabilityZone).toBe('us-east-1b');
  });

  test('[VOL-3] A client token gives one volume, however often and at once it is sent', async () => {
    const request = { ClientToken: 'once', Size: 2 };
    const volumes = await Promise.all([create(request), create(request), create(request)]);
    expect(new Set(volumes.map(({ VolumeId }) => VolumeId)).size).toBe(1);
    await expectCode(create({ ...request, Size: 3 }), 'IdempotentParameterMismatch');
    const other = await create({ ...request, ClientToken: 'twice' });
    expect(other.VolumeId).not.toBe(volumes[0]!.VolumeId);
  });

  test('[VOL-3] A client token whose request was refused can be used again', async () => {
    await expectCode(create({ ClientToken: 'again', Size: 0 }), 'InvalidParameterValue');
    await expect(create({ ClientToken: 'again', Size: 1 })).resolves.toMatchObject({ Size: 1 });
  });

  test('[VOL-4] An encrypted volume has the default key of its account and region', async () => {
    const [one, two] = await Promise.all([create({ Encrypted: true }), create({ Encrypted: true })]);
    expect(one).toMatchObject({
      Encrypted: true,
      KmsKeyId: expect.stringMatching(/^arn:aws:kms:us-east-1:111111111111:key\/[\w-]{36}$/),
    });
    expect(two.KmsKeyId).toBe(one.KmsKeyId);
  });

  test('[VOL-4] A customer key can be named by ARN, id and alias', async () => {
    const arn = sandbox.model.addKmsKey({ accountId: '111111111111', region: 'us-east-1' }, 'alias/images');
    const names = [
      arn,
      arn.replace(/^.*\//, ''),
      'alias/images',
      'arn:aws:kms:us-east-1:111111111111:alias/images',
    ];
    const volumes = await Promise.all(names.map((KmsKeyId) => create({ Encrypted: true, KmsKeyId })));
    expect(volumes.map(({ KmsKeyId }) => KmsKeyId)).toEqual([arn, arn, arn, arn]);
  });

  test('[VOL-4] A key needs encryption, and one that does not exist makes the volume fail later', async () => {
    await expectCode(create({ KmsKeyId: 'alias/aws/ebs' }), 'InvalidParameterDependency');
    const volume = await create({ Encrypted: true, KmsKeyId: 'alias/nobody' });
    await volumeIn(ec2, volume.VolumeId!, 'error');
    await ec2.send(new DeleteVolumeCommand({ VolumeId: volume.VolumeId }));
  });

  test('[VOL-5] A volume made from a snapshot has its content, key and size', async () => {
    const source = await availableVolume(ec2, zone, { Encrypted: true, Size: 3 });
    writeFileSync(join(sandbox.model.volumePath(source), 'content'), 'kept');
    const snapshot = await completedSnapshot(ec2, source);

    const { KmsKeyId } = await describeVolume(ec2, source);
    const copy = await create({ SnapshotId: snapshot, Size: undefined });
    expect(copy).toMatchObject({ Size: 3, Encrypted: true, KmsKeyId, SnapshotId: snapshot });
    await volumeIn(ec2, copy.VolumeId!, 'available');
    expect(readFileSync(join(sandbox.model.volumePath(copy.VolumeId!), 'content'), 'utf8')).toBe('kept');
    await expectCode(create({ SnapshotId: snapshot, Size: 2 }), 'InvalidParameterValue');
  });

  test('[VOL-6] A volume that is being created or attached cannot be deleted', async () => {
    const { VolumeId } = await create({});
    await expectCode(ec2.send(new DeleteVolumeCommand({ VolumeId })), 'IncorrectState');
    await volumeIn(ec2, VolumeId!, 'available');
    await attach(
      ec2,
      VolumeId!,
      await sandbox.addInstance({ account: '111111111111', region: 'us-east-1', name: 'host' }),
    );
    await expectCode(ec2.send(new DeleteVolumeCommand({ VolumeId })), 'VolumeInUse');
  });

  test('[VOL-7] A volume grows by way of optimizing and its size is in the file beside its folder', async () => {
    const VolumeId = await availableVolume(ec2, zone);
    const states = async () => {
      const { VolumesModifications } = await ec2.send(
        new DescribeVolumesModificationsCommand({ VolumeIds: [VolumeId] }),
      );
      return VolumesModifications![0]!;
    };
    await expectCode(states(), 'InvalidVolumeModification.NotFound');

    const { VolumeModification } = await ec2.send(new ModifyVolumeCommand({ VolumeId, Size: 5 }));
    expect(VolumeModification).toMatchObject({
      ModificationState: 'modifying',
      OriginalSize: 1,
      TargetSize: 5,
      Progress: 0,
    });
    expect(await describeVolume(ec2, VolumeId)).toMatchObject({ Size: 1 });
    await expectCode(ec2.send(new ModifyVolumeCommand({ VolumeId, Size: 6 })), 'IncorrectModificationState');

    await eventually(async () => ((await states()).ModificationState === 'optimizing' ? true : undefined));
    expect(await describeVolume(ec2, VolumeId)).toMatchObject({ Size: 5, State: 'available' });
    const sizeFile = join(sandbox.model.volumePath(VolumeId), '..', 'volume.json');
    expect(JSON.parse(readFileSync(sizeFile, 'utf8'))).toEqual({
      volumeId: VolumeId,
      sizeBytes: 5 * 2 ** 30,
    });

    const completed = await eventually(async () => {
      const modification = await states();
      return modification.ModificationState === 'completed' ? modification : undefined;
    });
    expect(completed).toMatchObject({ Progress: 100, EndTime: expect.any(Date) });
  });

  test('[VOL-7] A volume never shrinks', async () => {
    const VolumeId = await availableVolume(ec2, zone, { Size: 3 });
    await expectCode(ec2.send(new ModifyVolumeCommand({ VolumeId, Size: 2 })), 'InvalidParameterValue');
  });
});
