import { describe, expect, it } from 'vitest';
import type { BootstrapRequest } from '../src/bootstrap/bootstrap-plan.js';
import { fromTagList, tagKeys } from '../src/cloud/tags.js';
import type { ChangeOptions } from '../src/operations/operations.js';
import { createBootstrapWorld, stream, told } from './support/bootstrap-world.js';

const parameter = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';

/** A release that is published at home under a key that cannot be shared, and is still on the volume of the unpacker there. */
const createWorld = async () => {
  const world = await createBootstrapWorld({}, {}, true);
  const { clock, cloud, model, place, run, targets } = world;
  const home = place('development', 'eu-west-1');
  const away = place('staging', 'us-east-1');
  await world.publish(home, { leaf: '7', kmsKey: 'default' });
  const [unpackerId = ''] = await run(cloud.addUnpackers({ account: home.accountId, region: home.region }));
  const { manifestDigest } = cloud.images.add({ stream, leaf: '7' });
  const client = cloud.createUnpackerClient(home, { InstanceId: unpackerId, PrivateIpAddress: '10.0.0.1' });
  const ec2 = await cloud.ec2(home);
  const attach = async () => {
    const disk = { AvailabilityZone: 'eu-west-1a', Size: 8, VolumeType: 'gp3' as const };
    const { VolumeId = '' } = await ec2.createVolume(disk);
    await clock.sleep(5_000);
    await ec2.attachVolume({ VolumeId, InstanceId: unpackerId, Device: '/dev/sdf' });
    await clock.sleep(5_000);
    await client.createStream(stream);
    const lease = await client.acquireLease(stream, 'pub', 'test');
    await client.addDevice({ id: VolumeId, hint: '/dev/sdf', kmsKeys: [] }, lease);
    await client.unpackImage('u', { leaf: '7', manifestDigest }, lease);
    await client.releaseLease(lease);
    return VolumeId;
  };
  const volumeId = await run(attach());
  for (const { accountId: account, region } of targets.targets)
    model.references({ accountId: account, region }).putParameter({
      name: parameter,
      value: model.addImage({ account, region, name: 'al2023' }),
    });
  model.calls.clear();
  /** What the copying itself has left in the targets other than home. */
  const left = async () => {
    const others = targets.targets.filter((target) => target !== home);
    const all = await Promise.all(
      others.map(async ({ accountId, region }) => {
        const { instances, volumes } = await model.inventory(accountId, region);
        const live = instances.filter(({ State }) => State?.Name !== 'terminated');
        return [
          ...live.map(({ InstanceId }) => InstanceId),
          ...volumes.flatMap(({ VolumeId, State }) => (String(State) === 'deleting' ? [] : VolumeId)),
        ];
      }),
    );
    return all.flat();
  };
  const network = { vpcTags: {}, subnetTags: {} };
  const copyBy = (request: Partial<BootstrapRequest> = {}, options?: ChangeOptions) =>
    world.copy({ via: 'instance', copier: { network }, ...request }, options);
  /** Copies, and gives it up some time later. */
  const cutShort = async (ms: number) => {
    const cancel = new AbortController();
    const [results] = await Promise.all([
      copyBy({}, { signal: cancel.signal }),
      clock.sleep(ms).then(() => cancel.abort()),
    ]);
    return results;
  };
  /** Of each target, how many snapshots and AMIs of the stream it has. */
  const counts = () =>
    Promise.all(
      targets.targets.map(async (target) => {
        const made = await world.snapshots(target);
        const own = made.filter(({ Tags }) => fromTagList(Tags)[tagKeys.stream] === stream);
        return own.length + Number((await world.copied(target)) !== undefined);
      }),
    );
  return {
    ...world,
    away,
    client,
    copyBy,
    counts,
    cutShort,
    home,
    left,
    manifestDigest,
    network,
    unpackerId,
    volumeId,
  };
};

describe('copy-bootstrap-image --via instance', () => {
  it('[W39] [W40] [W42] has an instance fetch the volume of a release that is known, and leaves nothing of it', async () => {
    const { away, copied, copyBy, counts, home, left, manifestDigest, model, snapshots, volumeId } =
      await createWorld();
    const plan = told(await copyBy({}, { dryRun: true }));
    expect(plan['staging,us-east-1']).toMatch(
      /^planned: copy vol-\w+ \(base\/unpacker\/7, 8 GiB\) of i-\w+ in development,eu-west-1 \(5459 km away\) as base\/unpacker\/bootstrap, encrypted with the default EBS key; for that, launch a t3.medium of ami-\w+ \(al2023, .*\) as ImageCopier in subnet-.* until it is copied$/,
    );
    expect(model.calls.count('RunInstances')).toBe(0);
    const results = await copyBy({ tags: { team: 'images' } });
    expect(results).toMatchObject({ ok: true, undoable: true });
    expect(results.targets.map(({ status }) => status)).toEqual([
      ...['done', 'nothing', 'done', 'done', 'done', 'done'],
    ]);
    expect(await left()).toEqual([]);
    expect(await counts()).toEqual([2, 1, 2, 2, 2, 2]);
    const { tags, ...image } = (await copied(away))!;
    expect(image).toMatchObject({ Architecture: 'arm64', BootMode: 'uefi', Description: 'base/unpacker/7' });
    expect(image.BlockDeviceMappings).toMatchObject([{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 9 } }]);
    expect(tags).toMatchObject({
      team: 'images',
      'ami-publisher:leaf': '7',
      'ami-publisher:manifest-digest': manifestDigest,
      'ami-publisher:copied-from': `${home.accountId}/eu-west-1/${volumeId}`,
    });
    const made = (await snapshots(away)).find(({ Tags }) => fromTagList(Tags).Name === 'bootstrap');
    expect(made).toMatchObject({ Encrypted: true, VolumeSize: 8 });
  });

  it.each([
    [
      'digest',
      /^failed: staging,us-east-1: the SHA-256 of vol-\w+ is e{64}, and that of its original [0-9a-f]{64};/,
    ],
    ['size', /^failed: staging,us-east-1: vol-\w+ has 7 bytes, and its original 8589934592;/],
    ['failure', /^failed: staging,us-east-1: i-\w+ failed reading it \(status 1\);/],
  ])('[W40] registers nothing if the copy differs by its %s', async (kind, message) => {
    const { away, cloud, copyBy, left, model, targets } = await createWorld();
    const ec2 = await cloud.ec2(away);
    const { getConsoleOutput } = ec2;
    const say = {
      digest: (text: string) => text.replace(/sha256=\w+/, `sha256=${'e'.repeat(64)}`),
      size: (text: string) => text.replace(/bytes=\d+/, 'bytes=7'),
      failure: (text: string) => text.replace(/copied .*/, 'failed reading it (status 1)'),
    }[kind]!;
    Object.assign(ec2, {
      getConsoleOutput: async (...call: Parameters<typeof getConsoleOutput>) => {
        const { Output = '' } = await getConsoleOutput(...call);
        return { Output: Buffer.from(say(Buffer.from(Output, 'base64').toString())).toString('base64') };
      },
    });
    const results = await copyBy({}, {});
    expect(told(results)['staging,us-east-1']).toMatch(message);
    const others = targets.targets.length - 2;
    expect(['CreateSnapshot', 'RegisterImage'].map((action) => model.calls.count(action))).toEqual([
      others,
      others,
    ]);
    expect(await left()).toEqual([]);
  });

  it('leaves nothing when it is cut short, is finished by a resume, and goes with an undo', async () => {
    const { counts, cutShort, left, newOperations, run } = await createWorld();
    for (const ms of [30_000, 90_000, 200_000]) {
      const { operationId } = await cutShort(ms);
      expect(await left()).toEqual([]);
      expect((await run(newOperations().resume(operationId))).ok).toBe(true);
      expect(await counts()).toEqual([2, 1, 2, 2, 2, 2]);
      await run(newOperations().undo(operationId));
      expect([await counts(), await left()]).toEqual([[0, 1, 0, 0, 0, 0], []]);
    }
  });

  it.each(['AttachVolume', 'CreateSnapshot', 'CreateVolume', 'RegisterImage', 'RunInstances'])(
    'is made once though the answer of %s is lost',
    async (action) => {
      const { copyBy, counts, left, model } = await createWorld();
      model.faults.add({ kind: 'lost-answer', action, nth: 1, count: 2 });
      expect((await copyBy()).ok).toBe(true);
      expect([await counts(), await left()]).toEqual([[2, 1, 2, 2, 2, 2], []]);
    },
  );

  it('tries the next zone for want of room, and leaves no volume in the first', async () => {
    const { away, copyBy, left, model } = await createWorld();
    model.setCapacity(away, 'us-east-1a', false);
    expect((await copyBy()).ok).toBe(true);
    expect(await left()).toEqual([]);
    expect(
      model.calls.list({ action: 'CreateVolume' }).filter(({ region }) => region === 'us-east-1').length,
    ).toBe(3);
  });

  it('[W42] waits while a publication works on the volume, and copies no other release than was planned', async () => {
    const { client, cloud, clock, copyBy, run } = await createWorld();
    const lease = await run(client.acquireLease(stream, 'pub-2', 'test'));
    const publish = async () => {
      await clock.sleep(50_000);
      const { manifestDigest } = cloud.images.add({ stream, leaf: '8' });
      await client.renewLease(lease);
      await client.unpackImage('u2', { leaf: '8', manifestDigest }, lease);
      await client.releaseLease(lease);
    };
    const [results] = await Promise.all([copyBy(), publish()]);
    expect(told(results)['staging,us-east-1']).toMatch(
      /: the volume of base\/unpacker at i-\w+ holds 8 by now, and not 7 as was planned;/,
    );
  });

  it('says of each place why its volumes cannot be fetched', async () => {
    const { cloud, copyBy, home, model, unpackerId } = await createWorld();
    model.references({ ...home, region: 'us-east-1' }).parameters.clear();
    expect(told(await copyBy({}, { dryRun: true }))['development,us-east-1']).toContain(
      `there is no parameter ${parameter}`,
    );
    cloud.unpacker(unpackerId)?.stop();
    const message = told(await copyBy())['staging,us-east-1'];
    expect(message).toContain('no unpacker has a volume of base/unpacker that can be fetched; ');
    expect(message).toContain('development,eu-central-1 has no unpacker');
    expect(message).toContain(`${unpackerId} of development,eu-west-1 does not answer`);
  });

  it.each([
    [{ transferKey: 'alias/transfer' }, 'transferKey means nothing to a copy by instance'],
    [{ via: 'snapshot' as const }, 'copier means nothing to a copy by snapshot'],
    [{ via: 'post' as never }, '`via`'],
  ])('refuses %j', async (request, message) => {
    const { copyBy } = await createWorld();
    await expect(copyBy(request)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(message),
    });
  });
});
