import { describe, expect, it } from 'vitest';
import { instanceWorld } from './support/instance-world.js';

const image = 'base/unpacker';
type World = Awaited<ReturnType<typeof instanceWorld>>;

/** Private subnets of the default VPC, by zone. */
const subnetsOf = ({ cloud, target }: World) =>
  cloud.model
    .network(target)
    .subnets.list()
    .filter(({ tags }) => tags.get('Network') === 'Private');

const running = async (world: World) =>
  (await world.instances()).filter(({ State }) => State?.Name === 'running');

describe('launch-instances', () => {
  it('[W89] [launch-instances] launches one where there is none: a private subnet, IMDSv2, no empty key name', async () => {
    const world = await instanceWorld({ regions: ['eu-west-1', 'us-east-1'] });
    const { addImage, add, clock, cloud, commands, run, targets, unpacker } = world;
    const imageId = await addImage('one');
    await add({ region: 'us-east-1' });
    cloud.model.calls.clear();
    const results = await run(commands.launch(targets, { image, tags: { team: 'images' } }));
    expect(results).toMatchObject({
      ok: true,
      undoable: true,
      targets: [{ status: 'done' }, { status: 'nothing' }],
    });
    expect(cloud.model.calls.counts().RunInstances).toBe(1);
    const [launched] = await running(world);
    expect(launched).toMatchObject({
      ImageId: imageId,
      InstanceType: 't3.medium',
      MetadataOptions: { HttpTokens: 'required' },
      SecurityGroups: [{ GroupName: 'default' }],
      SubnetId: subnetsOf(world)[0]?.id,
      Tags: expect.arrayContaining([
        { Key: 'Name', Value: 'ImageUnpacker' },
        { Key: 'team', Value: 'images' },
      ]),
    });
    expect(launched?.KeyName).toBeUndefined();
    expect(results.targets[0]?.changes[0]?.value).toMatchObject({
      instanceId: launched?.InstanceId,
      privateIp: launched?.PrivateIpAddress,
    });
    await clock.runUntil(unpacker(launched?.InstanceId ?? '').status());
  });

  it('passes on what is asked for', async () => {
    const world = await instanceWorld();
    const { addImage, cloud, commands, run, target, targets } = world;
    await addImage('one');
    const network = cloud.model.network(target);
    const [vpc] = network.vpcs.list();
    const group = network.addSecurityGroup(vpc?.id ?? '', 'unpackers', { Role: 'unpacker' });
    const ec2 = await cloud.ec2(target);
    const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINTNJ8hwq1xNF8+80UKBGx809yvvEMB5iebdI5Tfy7cr';
    await run(ec2.importKeyPair({ KeyName: 'team', PublicKeyMaterial: Buffer.from(key) }));
    const request = {
      ...{ image, instanceName: 'tester', instanceType: 'c7i.large', rootVolumeGiB: 9 },
      ...{ keyName: 'team', instanceProfile: 'tester', allowImdsV1: true },
      network: { subnetTags: { Network: 'Public' }, securityGroupTags: { Role: '' } },
    };
    expect(await run(commands.launch(targets, request))).toMatchObject({ ok: true });
    const [launched] = await running(world);
    expect(launched).toMatchObject({
      ...{ InstanceType: 'c7i.large', KeyName: 'team', MetadataOptions: { HttpTokens: 'optional' } },
      IamInstanceProfile: { Arn: expect.stringMatching(/instance-profile\/tester$/) },
      SecurityGroups: [{ GroupId: group }],
    });
    const { volumes } = await cloud.model.inventory(target.accountId, target.region);
    expect(volumes).toMatchObject([{ Size: 9, Tags: [{ Key: 'Name', Value: 'tester' }] }]);
  });

  it('[W16] takes the latest that is available, has the tags, and is called exactly so', async () => {
    const { addImage, commands, run, targets, clock } = await instanceWorld();
    await addImage('old');
    await clock.advance(60_000);
    const wanted = await addImage('new');
    await addImage('other', { Name: 'base/unpackerX', Preferred: 'true' });
    await addImage('not preferred', { Name: image });
    await addImage('pending', undefined, { pending: true });
    const results = await run(commands.launch(targets, { image }, { dryRun: true }));
    expect(results.targets[0]?.changes).toMatchObject([{ resource: wanted }]);
    const wild = await run(commands.launch(targets, { image: 'base/unpacker?' }, { dryRun: true }));
    expect(wild).toMatchObject({ ok: false, targets: [{ code: 'AWS_NOT_FOUND' }] });
  });

  it('[W89] goes to the next subnet where a zone has no capacity, and says so where none has', async () => {
    const world = await instanceWorld();
    const { addImage, cloud, commands, operations, run, target, targets } = world;
    await addImage('one');
    cloud.model.setCapacity(target, 'eu-west-1a', false);
    const results = await run(commands.launch(targets, { image }));
    expect(results.ok).toBe(true);
    expect((await running(world)).map(({ SubnetId }) => SubnetId)).toEqual([subnetsOf(world)[1]?.id]);
    await run(operations.undo(results.operationId));
    for (const zone of ['eu-west-1b', 'eu-west-1c']) cloud.model.setCapacity(target, zone, false);
    expect(await run(commands.launch(targets, { image }))).toMatchObject({
      ok: false,
      targets: [
        {
          changes: [
            {
              code: 'AWS_QUOTA_EXCEEDED',
              message: expect.stringMatching(/eu-west-1a.*eu-west-1b.*eu-west-1c.*--subnet/),
            },
          ],
        },
      ],
    });
  });

  it('launches one although the answer is lost, and takes it back', async () => {
    const world = await instanceWorld();
    const { addImage, cloud, commands, operations, run, targets } = world;
    await addImage('one');
    cloud.model.faults.add({ action: 'RunInstances', nth: 1, kind: 'lost-answer' });
    const { operationId, ok } = await run(commands.launch(targets, { image }));
    expect(ok).toBe(true);
    expect(await running(world)).toHaveLength(1);
    expect(await run(operations.undo(operationId))).toMatchObject({
      ok: true,
      targets: [{ status: 'undone' }],
    });
    expect(await running(world)).toEqual([]);
  });

  it('[W48] waits for an unpacker only where one is wanted; one that does not come is kept, and told of', async () => {
    const world = await instanceWorld({ unpackers: { bootMs: 24 * 3_600_000 } });
    const { addImage, commands, operations, run, targets } = world;
    await addImage('one');
    expect(await run(commands.launch(targets, { image, instanceName: 'tester' }))).toMatchObject({
      ok: true,
    });
    const results = await run(commands.launch(targets, { image }));
    const silent = (await running(world)).find(({ Tags }) =>
      Tags?.some(({ Value }) => Value === 'ImageUnpacker'),
    );
    expect(results.targets[0]?.changes).toMatchObject([
      {
        status: 'failed',
        code: 'UNPACKER_UNREACHABLE',
        message: expect.stringContaining(`${silent?.InstanceId} was launched, but is not ready`),
      },
    ]);
    await run(operations.undo(results.operationId));
    expect(await running(world)).toHaveLength(1);
  });

  it('tells what is not there and what is there several times', async () => {
    const { addImage, cloud, commands, run, target, targets } = await instanceWorld();
    const imageId = await addImage('one');
    const fail = async (request: object) => {
      const { targets: told } = await run(commands.launch(targets, { image: imageId, ...request }));
      return [told[0]?.code, told[0]?.message];
    };
    expect(await fail({ network: { vpcTags: { Preferred: 'never' } } })).toEqual([
      'AWS_NOT_FOUND',
      expect.stringMatching(/no VPC Preferred=never.*--vpc/),
    ]);
    cloud.model.network(target).addVpc({ Preferred: 'true' });
    expect(await fail({})).toEqual(['INVALID_OPTION', expect.stringMatching(/several VPCs.*vpc-.*vpc-/)]);
    expect(await fail({ network: { subnetIds: ['subnet-0123456789abcdef0'] } })).toEqual([
      'AWS_NOT_FOUND',
      expect.stringContaining('no subnet subnet-0123456789abcdef0'),
    ]);
    expect(await fail({ rootVolumeGiB: 1, network: { vpcTags: { Name: 'default' } } })).toEqual([
      'INVALID_OPTION',
      expect.stringContaining('at least 2 GiB'),
    ]);
    await expect(run(commands.launch(targets, { image, keyName: '' }))).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
  });
});

describe('launch-instances --replace-instances', () => {
  it('[W48] terminates the old ones once the new one answers', async () => {
    const { add, addImage, cloud, commands, run, states, targets } = await instanceWorld();
    await addImage('one');
    const [old] = await add();
    const [stopped] = await add({ state: 'stopped' });
    cloud.model.calls.clear();
    const results = await run(commands.replace(targets, { image }));
    expect(results).toMatchObject({ ok: true, targets: [{ changes: { length: 3 } }] });
    const { [old!]: one, [stopped!]: other, ...others } = await states();
    expect([one, other, Object.values(others)]).toEqual(['terminated', 'terminated', ['running']]);
    const calls = cloud.model.calls.list().map(({ action }) => action);
    expect(calls.indexOf('TerminateInstances')).toBeGreaterThan(calls.lastIndexOf('unpacker:GetStatus'));
  });

  it('[W48] keeps the old ones if the new one is not ready', async () => {
    const { add, addImage, cloud, commands, run, states, targets } = await instanceWorld();
    await addImage('one');
    const [old] = await add();
    cloud.model.faults.add({ action: 'RunInstances', kind: 'deny' });
    const results = await run(commands.replace(targets, { image }));
    expect(results.targets[0]?.changes).toMatchObject([
      { code: 'ACCESS_DENIED' },
      { resource: old, code: 'RESOURCE_FAILED' },
    ]);
    expect(await states()).toEqual({ [old!]: 'running' });
  });

  it('[W48] keeps one at work, and ends it when the operation is resumed; then nothing is taken back', async () => {
    const { add, addImage, commands, lease, operations, run, states, targets, unpacker } =
      await instanceWorld();
    await addImage('one');
    const [old] = await add();
    const held = await lease(old!);
    const results = await run(commands.replace(targets, { image }));
    expect(results.targets[0]?.changes).toMatchObject([
      { status: 'done' },
      { resource: old, status: 'failed', code: 'UNPACKER_BUSY' },
    ]);
    expect((await states())[old!]).toBe('running');
    await run(unpacker(old!).releaseLease(held)).catch(() => {});
    expect(await run(operations.resume(results.operationId))).toMatchObject({ ok: true });
    expect((await states())[old!]).toBe('terminated');
    expect(await run(operations.undo(results.operationId))).toMatchObject({ ok: false });
    expect(Object.values(await states()).sort()).toEqual(['running', 'terminated']);
  });
});
