import { connect } from 'node:net';
import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import { StartInstancesCommand, StopInstancesCommand } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { destroyClients, ec2Client, eventually, expectCode } from './support/aws.js';
import { echoProgram } from './support/programs.js';
import { describeInstance, describeVolume, instanceIn } from './support/resources.js';

/** What the instance's program says, or `refused`. */
const ask = (address: string): Promise<string> =>
  new Promise((resolve) => {
    let answer = '';
    connect(6974, address)
      .on('data', (data) => {
        answer += data.toString();
      })
      .on('end', () => resolve(answer))
      .on('error', () => resolve('refused'));
  });

describe('Instances', () => {
  destroyClients();
  const { program, started } = echoProgram();
  let sandbox: Sandbox;
  let ec2: ReturnType<typeof ec2Client>;
  const place = { account: '111111111111', region: 'us-east-1' };

  beforeAll(async () => {
    sandbox = await startSandbox({ program });
    ec2 = ec2Client(sandbox);
  });
  afterAll(() => sandbox.close());

  const start = (...InstanceIds: string[]) => ec2.send(new StartInstancesCommand({ InstanceIds }));
  const stop = (...InstanceIds: string[]) => ec2.send(new StopInstancesCommand({ InstanceIds }));

  test('[INST-2] An instance has an address of its own that answers, a root volume and a name', async () => {
    const ids = await Promise.all([1, 2].map(() => sandbox.addInstance({ ...place, name: 'ImageUnpacker' })));
    const [one, two] = await Promise.all(ids.map((id) => describeInstance(ec2, id)));
    expect(one).toMatchObject({
      State: { Code: 16, Name: 'running' },
      InstanceType: 'm6i.large',
      Placement: { AvailabilityZone: 'us-east-1a' },
      Tags: [{ Key: 'Name', Value: 'ImageUnpacker' }],
    });
    expect(one!.PrivateIpAddress).toMatch(/^127\./);
    expect(two!.PrivateIpAddress).not.toBe(one!.PrivateIpAddress);
    expect(await ask(one!.PrivateIpAddress!)).toBe(ids[0]);
    expect(await ask(two!.PrivateIpAddress!)).toBe(ids[1]);
    const root = await describeVolume(ec2, one!.BlockDeviceMappings![0]!.Ebs!.VolumeId!);
    expect(root).toMatchObject({
      State: 'in-use',
      Size: 8,
      Attachments: [{ Device: '/dev/xvda', State: 'attached' }],
    });
  });

  test('[INST-1] [INST-3] An instance is stopped and started with its program, address and folder', async () => {
    const id = await sandbox.addInstance({ ...place, name: 'cycle' });
    const before = await describeInstance(ec2, id);
    const address = before.PrivateIpAddress!;

    const stopping = await stop(id);
    expect(stopping.StoppingInstances).toMatchObject([
      { InstanceId: id, PreviousState: { Name: 'running' }, CurrentState: { Code: 64, Name: 'stopping' } },
    ]);
    await expectCode(start(id), 'IncorrectInstanceState');
    await instanceIn(ec2, id, 'stopped');
    expect(await ask(address)).toBe('refused');
    expect((await stop(id)).StoppingInstances).toMatchObject([{ CurrentState: { Name: 'stopped' } }]);

    const starting = await start(id);
    expect(starting.StartingInstances).toMatchObject([
      { InstanceId: id, PreviousState: { Name: 'stopped' }, CurrentState: { Code: 0, Name: 'pending' } },
    ]);
    const after = await instanceIn(ec2, id, 'running');
    expect(await eventually(async () => ((await ask(address)) === id ? id : undefined))).toBe(id);
    expect(after.PrivateIpAddress).toBe(address);
    expect(after.LaunchTime!.getTime()).toBeGreaterThan(before.LaunchTime!.getTime());
    expect((await start(id)).StartingInstances).toMatchObject([{ CurrentState: { Name: 'running' } }]);

    const machines = started.filter(({ instanceId }) => instanceId === id);
    expect(machines).toHaveLength(2);
    expect(machines[0]).toEqual(machines[1]);
  });

  test('[INST-1] Of several instances all are started or none', async () => {
    const stopped = await sandbox.addInstance({ ...place, name: 'stopped', state: 'stopped' });
    const stopping = await sandbox.addInstance({ ...place, name: 'stopping' });
    await stop(stopping);
    await expectCode(start(stopped, stopping), 'IncorrectInstanceState');
    expect(await describeInstance(ec2, stopped)).toMatchObject({ State: { Name: 'stopped' } });
    await expectCode(ec2.send(new StartInstancesCommand({ InstanceIds: [] })), 'MissingParameter');
  });

  test('[INST-3] A stopped instance runs nothing until it is started', async () => {
    const id = await sandbox.addInstance({ ...place, name: 'asleep', state: 'stopped' });
    expect(started.some(({ instanceId }) => instanceId === id)).toBe(false);
    await start(id);
    await eventually(async () => (started.some(({ instanceId }) => instanceId === id) ? true : undefined));
  });

  test('[INST-4] An instance goes on when its program crashes, and runs it again after stop and start', async () => {
    const id = await sandbox.addInstance({ ...place, name: 'crash' });
    const { PrivateIpAddress } = await describeInstance(ec2, id);
    sandbox.crashInstance(id);
    await eventually(async () => ((await ask(PrivateIpAddress!)) === 'refused' ? true : undefined));
    expect(await describeInstance(ec2, id)).toMatchObject({ State: { Name: 'running' } });
    await stop(id);
    await instanceIn(ec2, id, 'stopped');
    await start(id);
    await eventually(async () => ((await ask(PrivateIpAddress!)) === id ? true : undefined));
  });

  test('[INST-4] A program that crashed can be started again', async () => {
    const id = await sandbox.addInstance({ ...place, name: 'restart' });
    const { PrivateIpAddress } = await describeInstance(ec2, id);
    sandbox.crashInstance(id);
    await sandbox.restartInstance(id);
    expect(await ask(PrivateIpAddress!)).toBe(id);
  });

  test('[INST-6] An instance that is to have a public address has another with every start', async () => {
    const id = await sandbox.addInstance({ ...place, name: 'public', publicAddress: true });
    const first = await describeInstance(ec2, id);
    expect(first.PublicIpAddress).toMatch(/^127\./);
    expect(first.PublicIpAddress).not.toBe(first.PrivateIpAddress);
    expect(await ask(first.PublicIpAddress!)).toBe(id);
    await stop(id);
    expect((await instanceIn(ec2, id, 'stopped')).PublicIpAddress).toBeUndefined();
    expect(await ask(first.PublicIpAddress!)).toBe('refused');
    await start(id);
    const second = await instanceIn(ec2, id, 'running');
    expect(second.PublicIpAddress).not.toBe(first.PublicIpAddress);
    expect(await eventually(async () => ((await ask(second.PublicIpAddress!)) === id ? id : undefined))).toBe(
      id,
    );
  });

  test('[INST-6] Others have none', async () => {
    const id = await sandbox.addInstance({ ...place, name: 'private' });
    expect((await describeInstance(ec2, id)).PublicIpAddress).toBeUndefined();
  });

  test('[INST-4] An instance whose program does not start is running all the same', async () => {
    const broken = await startSandbox({ program: () => Promise.reject(new Error('no such daemon')) });
    const id = await broken.addInstance({ ...place, name: 'broken', state: 'stopped' });
    const client = ec2Client(broken);
    await client.send(new StartInstancesCommand({ InstanceIds: [id] }));
    await expect(instanceIn(client, id, 'running')).resolves.toMatchObject({ InstanceId: id });
    await expect(broken.addInstance({ ...place, name: 'broken' })).rejects.toThrow('no such daemon');
    await broken.close();
  });
});
