import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  DetachVolumeCommand,
  ModifyInstanceAttributeCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { destroyClients, ec2Client, expectCode } from './support/aws.js';
import { attach, availableVolume, describeInstance, describeVolume, volumeIn } from './support/resources.js';

describe('Attachments', () => {
  destroyClients();
  let sandbox: Sandbox;
  let ec2: ReturnType<typeof ec2Client>;
  let instanceId: string;
  const zone = 'us-east-1a';
  const place = { account: '111111111111', region: 'us-east-1' };

  beforeAll(async () => {
    sandbox = await startSandbox();
    ec2 = ec2Client(sandbox);
    instanceId = await sandbox.addInstance({ ...place, name: 'host' });
  });
  afterAll(() => sandbox.close());

  const devices = (instance = instanceId): string => join(sandbox.instanceDirectory(instance), 'devices');

  test('[ATT-1] A volume is a device of its instance before it is attached and not after it is detached', async () => {
    const volumeId = await availableVolume(ec2, zone);
    const link = join(devices(), `nvme-Amazon_Elastic_Block_Store_${volumeId.replace('-', '')}`);
    const attaching = await ec2.send(
      new AttachVolumeCommand({ VolumeId: volumeId, InstanceId: instanceId, Device: '/dev/sdf' }),
    );
    expect(attaching).toMatchObject({ State: 'attaching', Device: '/dev/sdf', DeleteOnTermination: false });
    expect(existsSync(link)).toBe(false);

    let volume = await describeVolume(ec2, volumeId);
    while (volume.Attachments?.[0]?.State === 'attaching') volume = await describeVolume(ec2, volumeId);
    expect(volume).toMatchObject({
      State: 'in-use',
      Attachments: [{ State: 'attached', InstanceId: instanceId }],
    });
    expect(realpathSync(link)).toBe(realpathSync(sandbox.model.volumePath(volumeId)));

    const detaching = await ec2.send(new DetachVolumeCommand({ VolumeId: volumeId }));
    expect(detaching.State).toBe('detaching');
    await volumeIn(ec2, volumeId, 'available');
    expect(existsSync(link)).toBe(false);
  });

  test('[INST-5] Only attached volumes are devices; the root volume is not', async () => {
    const other = await sandbox.addInstance({ ...place, name: 'bare' });
    expect(readdirSync(devices(other))).toEqual([]);
    const volumeId = await availableVolume(ec2, zone, { Size: 2 });
    await attach(ec2, volumeId, other);
    expect(readdirSync(devices(other))).toEqual([
      `nvme-Amazon_Elastic_Block_Store_${volumeId.replace('-', '')}`,
    ]);
    const { BlockDeviceMappings } = await describeInstance(ec2, other);
    expect(BlockDeviceMappings).toMatchObject([
      { DeviceName: '/dev/xvda', Ebs: { Status: 'attached', DeleteOnTermination: true } },
      { DeviceName: '/dev/sdb', Ebs: { Status: 'attached', DeleteOnTermination: false, VolumeId: volumeId } },
    ]);
  });

  test('[ATT-2] A volume that is attached or being created cannot be attached', async () => {
    const volumeId = await availableVolume(ec2, zone);
    await attach(ec2, volumeId, instanceId, '/dev/sdg');
    const attachAgain = (VolumeId: string, Device: string) =>
      ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId: instanceId, Device }));
    await expectCode(attachAgain(volumeId, '/dev/sdh'), 'VolumeInUse');
    await expectCode(attachAgain(await availableVolume(ec2, zone), '/dev/sdg'), 'InvalidParameterValue');
    await expectCode(
      attachAgain(await availableVolume(ec2, 'us-east-1b'), '/dev/sdh'),
      'InvalidVolume.ZoneMismatch',
    );
    const creating = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: zone, Size: 1 }));
    await expectCode(attachAgain(creating.VolumeId!, '/dev/sdh'), 'IncorrectState');
  });

  test('[ATT-3] Detaching names the volume that is attached there', async () => {
    const volumeId = await availableVolume(ec2, zone);
    const detach = (request: { InstanceId?: string; Device?: string }) =>
      ec2.send(new DetachVolumeCommand({ VolumeId: volumeId, ...request }));
    await expectCode(detach({}), 'IncorrectState');
    await attach(ec2, volumeId, instanceId, '/dev/sdi');
    await expectCode(detach({ Device: '/dev/sdj' }), 'InvalidAttachment.NotFound');
    await expectCode(detach({ InstanceId: 'i-00000000000000000' }), 'InvalidAttachment.NotFound');
    await expect(detach({ InstanceId: instanceId, Device: '/dev/sdi' })).resolves.toMatchObject({
      State: 'detaching',
    });
    await expectCode(detach({}), 'IncorrectState');
  });

  test('[ATT-3] The root volume of a running instance cannot be detached', async () => {
    const { BlockDeviceMappings } = await describeInstance(ec2, instanceId);
    const root = BlockDeviceMappings!.find(({ DeviceName }) => DeviceName === '/dev/xvda');
    await expectCode(
      ec2.send(new DetachVolumeCommand({ VolumeId: root!.Ebs!.VolumeId })),
      'OperationNotPermitted',
    );
  });

  test('[ATT-4] A volume can be made to go with its instance', async () => {
    const volumeId = await availableVolume(ec2, zone);
    await attach(ec2, volumeId, instanceId, '/dev/sdk');
    const modify = (DeviceName: string) =>
      ec2.send(
        new ModifyInstanceAttributeCommand({
          InstanceId: instanceId,
          BlockDeviceMappings: [{ DeviceName, Ebs: { DeleteOnTermination: true } }],
        }),
      );
    await modify('/dev/sdk');
    expect((await describeVolume(ec2, volumeId)).Attachments).toMatchObject([{ DeleteOnTermination: true }]);
    await expectCode(modify('/dev/sdz'), 'InvalidInstanceAttributeValue');
  });

  test('One attribute of an instance is modified at a time, and only one that is modelled', async () => {
    const modify = (request: object) =>
      ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: instanceId, ...request }));
    await expectCode(modify({}), 'MissingParameter');
    await expectCode(
      modify({ DisableApiTermination: { Value: true }, EbsOptimized: { Value: true } }),
      'InvalidParameterCombination',
    );
    await expectCode(modify({ EbsOptimized: { Value: true } }), 'UnsupportedOperation');
    await expectCode(modify({ InstanceType: { Value: 'm6i.xlarge' } }), 'IncorrectInstanceState');
  });
});
