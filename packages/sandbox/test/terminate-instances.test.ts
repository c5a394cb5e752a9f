import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import {
  DescribeVolumesCommand,
  ModifyInstanceAttributeCommand,
  StartInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { destroyClients, ec2Client, expectCode } from './support/aws.js';
import { echoProgram } from './support/programs.js';
import { attach, availableVolume, describeInstance, instanceIn, volumeIn } from './support/resources.js';

describe('TerminateInstances', () => {
  destroyClients();
  const { program } = echoProgram();
  let sandbox: Sandbox;
  let ec2: ReturnType<typeof ec2Client>;

  beforeAll(async () => {
    sandbox = await startSandbox({ program });
    ec2 = ec2Client(sandbox);
  });
  afterAll(() => sandbox.close());

  const add = (state: 'running' | 'stopped' = 'running') =>
    sandbox.addInstance({ account: '111111111111', region: 'us-east-1', name: 'ImageUnpacker', state });
  const terminate = (...InstanceIds: string[]) => ec2.send(new TerminateInstancesCommand({ InstanceIds }));

  test('[INST-7] An instance ends, and a volume goes or stays as its attachment says', async () => {
    const id = await add();
    const [goes, stays] = await Promise.all([1, 2].map(() => availableVolume(ec2, 'us-east-1a')));
    await attach(ec2, goes!, id, '/dev/sdb');
    await attach(ec2, stays!, id, '/dev/sdc');
    const mapping = { DeviceName: '/dev/sdb', Ebs: { DeleteOnTermination: true } };
    await ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: id, BlockDeviceMappings: [mapping] }));
    const root = (await describeInstance(ec2, id)).BlockDeviceMappings?.[0]?.Ebs?.VolumeId;

    expect((await terminate(id)).TerminatingInstances).toEqual([
      {
        InstanceId: id,
        PreviousState: { Code: 16, Name: 'running' },
        CurrentState: { Code: 32, Name: 'shutting-down' },
      },
    ]);
    const ended = await instanceIn(ec2, id, 'terminated');
    expect(ended).toMatchObject({ State: { Code: 48 }, BlockDeviceMappings: [] });
    expect(ended.PrivateIpAddress).toBeUndefined();
    const { Volumes } = await ec2.send(new DescribeVolumesCommand({}));
    const left = Volumes?.map(({ VolumeId }) => VolumeId);
    expect(left).toContain(stays);
    expect(left).not.toContain(goes);
    expect(left).not.toContain(root);
    await volumeIn(ec2, stays!, 'available');
  });

  test('[INST-7] A stopped one ends too, a terminated one stays so and cannot be started', async () => {
    const id = await add('stopped');
    await terminate(id);
    await instanceIn(ec2, id, 'terminated');
    expect((await terminate(id)).TerminatingInstances).toMatchObject([
      { PreviousState: { Name: 'terminated' }, CurrentState: { Name: 'terminated' } },
    ]);
    await expectCode(ec2.send(new StartInstancesCommand({ InstanceIds: [id] })), 'IncorrectInstanceState');
  });

  test('[INST-7] One that starts does not come up any more', async () => {
    const id = await add('stopped');
    await ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
    await terminate(id);
    await instanceIn(ec2, id, 'terminated');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await describeInstance(ec2, id)).State?.Name).toBe('terminated');
  });

  test('[INST-7] Protection keeps all instances of the call', async () => {
    const [kept, other] = await Promise.all([add(), add()]);
    const protect = (Value: boolean) =>
      ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: kept, DisableApiTermination: { Value } }));
    await protect(true);
    await expectCode(terminate(other!, kept!), 'OperationNotPermitted');
    expect((await describeInstance(ec2, other!)).State?.Name).toBe('running');
    await protect(false);
    expect((await terminate(kept!)).TerminatingInstances).toHaveLength(1);
    await expectCode(terminate(), 'MissingParameter');
    await expectCode(terminate('i-00000000'), 'InvalidInstanceID.NotFound');
  });
});
