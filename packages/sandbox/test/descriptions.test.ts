import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import {
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeRegionsCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  type Filter,
  paginateDescribeVolumes,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { destroyClients, ec2Client, eventually, expectCode } from './support/aws.js';
import { attach, availableVolume, describeVolume } from './support/resources.js';

describe('Descriptions', () => {
  destroyClients();
  let sandbox: Sandbox;
  let ec2: ReturnType<typeof ec2Client>;
  let instanceId: string;
  const volumes: string[] = [];
  const place = { account: '111111111111', region: 'us-east-1' };

  beforeAll(async () => {
    sandbox = await startSandbox({ accounts: 2, regions: ['us-east-1', 'ap-southeast-2'] });
    ec2 = ec2Client(sandbox);
    instanceId = await sandbox.addInstance({
      ...place,
      name: 'ImageUnpacker',
      zone: 'us-east-1b',
      tags: { role: 'unpacker' },
    });
    await sandbox.addInstance({ ...place, name: 'other', state: 'stopped' });
    for (let index = 0; index < 12; index += 1) {
      volumes.push(
        await availableVolume(ec2, 'us-east-1b', {
          Encrypted: index % 2 === 0,
          TagSpecifications: [
            { ResourceType: 'volume', Tags: [{ Key: 'Name', Value: `base/debian-${index}` }] },
          ],
        }),
      );
    }
    await attach(ec2, volumes[3]!, instanceId);
  });
  afterAll(() => sandbox.close());

  const volumesBy = async (...Filters: Filter[]): Promise<(string | undefined)[]> => {
    const own = { Name: 'tag-key', Values: ['Name'] };
    const answer = await ec2.send(new DescribeVolumesCommand({ Filters: [own, ...Filters] }));
    return answer.Volumes!.map(({ VolumeId }) => VolumeId);
  };
  const instancesBy = async (...Filters: Filter[]): Promise<(string | undefined)[]> => {
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({ Filters }));
    return Reservations!.flatMap(({ Instances }) => Instances!.map((instance) => instance.InstanceId));
  };

  test('[DESC-1] All filters have to match, each by any of its values', async () => {
    const names = { Name: 'tag:Name', Values: ['base/debian-1', 'base/debian-2', 'base/debian-3'] };
    expect(await volumesBy(names)).toEqual(volumes.slice(1, 4));
    expect(await volumesBy(names, { Name: 'encrypted', Values: ['true'] })).toEqual([volumes[2]]);
    expect(await volumesBy(names, { Name: 'status', Values: ['in-use'] })).toEqual([volumes[3]]);
    expect(await volumesBy({ Name: 'attachment.instance-id', Values: [instanceId] })).toEqual([volumes[3]]);
    expect(await volumesBy({ Name: 'volume-id', Values: [volumes[5]!] })).toEqual([volumes[5]]);
  });

  test('[DESC-1] Wildcards match, and an escaped one is plain', async () => {
    expect(await volumesBy({ Name: 'tag:Name', Values: ['base/debian-1?'] })).toEqual(volumes.slice(10, 12));
    expect(await volumesBy({ Name: 'tag:Name', Values: ['*debian-1*'] })).toEqual([
      volumes[1],
      volumes[10],
      volumes[11],
    ]);
    expect(await volumesBy({ Name: 'tag:Name', Values: ['base/debian-\\?'] })).toEqual([]);
    expect(await volumesBy({ Name: 'tag:Name', Values: ['BASE/*'] })).toEqual([]);
  });

  test('[DESC-1] Instances are found by name and state, as unpackers are', async () => {
    const states = { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] };
    expect(await instancesBy({ Name: 'tag:Name', Values: ['ImageUnpacker'] }, states)).toEqual([instanceId]);
    expect(await instancesBy({ Name: 'instance-state-name', Values: ['running'] })).toEqual([instanceId]);
    expect(await instancesBy({ Name: 'block-device-mapping.volume-id', Values: [volumes[3]!] })).toEqual([
      instanceId,
    ]);
    expect(await instancesBy({ Name: 'owner-id', Values: ['222222222222'] })).toEqual([]);
  });

  test('[DESC-1] A filter that the action lacks is refused', async () => {
    await expectCode(
      volumesBy({ Name: 'instance-state-name', Values: ['running'] }),
      'InvalidParameterValue',
    );
    await expectCode(volumesBy({ Name: 'constructor', Values: ['x'] }), 'InvalidParameterValue');
    const many = Array.from({ length: 201 }, String);
    await expectCode(volumesBy({ Name: 'size', Values: many }), 'FilterLimitExceeded');
  });

  test("[DESC-2] The SDK's paginator sees every record once", async () => {
    const pages: number[] = [];
    const seen: (string | undefined)[] = [];
    const Filters = [{ Name: 'tag-key', Values: ['Name'] }];
    for await (const page of paginateDescribeVolumes({ client: ec2, pageSize: 5 }, { Filters })) {
      pages.push(page.Volumes!.length);
      seen.push(...page.Volumes!.map(({ VolumeId }) => VolumeId));
    }
    expect(pages).toEqual([5, 5, 2]);
    expect(seen).toEqual(volumes);
  });

  test('[DESC-2] A page goes on where the one before ended, even if its last record has gone', async () => {
    const made = await Promise.all(Array.from({ length: 11 }, () => availableVolume(ec2, 'us-east-1c')));
    const page = (NextToken?: string) =>
      ec2.send(
        new DescribeVolumesCommand({
          MaxResults: 5,
          NextToken,
          Filters: [{ Name: 'availability-zone', Values: ['us-east-1c'] }],
        }),
      );
    const first = await page();
    const gone = first.Volumes!.at(-1)!.VolumeId!;
    await ec2.send(new DeleteVolumeCommand({ VolumeId: gone }));
    await eventually(() =>
      describeVolume(ec2, gone).then(
        () => undefined,
        () => true,
      ),
    );
    const second = await page(first.NextToken);
    const third = await page(second.NextToken);
    const all = [first, second, third].flatMap(({ Volumes }) => Volumes!.map(({ VolumeId }) => VolumeId));
    expect(new Set(all)).toEqual(new Set(made));
    expect(all).toHaveLength(11);
    expect(third.NextToken).toBeUndefined();
  });

  test('[DESC-2] Tokens and limits that do not fit are refused', async () => {
    const { NextToken } = await ec2.send(new DescribeVolumesCommand({ MaxResults: 5 }));
    const describeVolumes = (request: object) => ec2.send(new DescribeVolumesCommand(request));
    await expectCode(describeVolumes({ NextToken: 'made-up' }), 'InvalidNextToken');
    const Filters = [{ Name: 'size', Values: ['1'] }];
    await expectCode(describeVolumes({ NextToken, Filters }), 'InvalidNextToken');
    await expectCode(describeVolumes({ MaxResults: 4 }), 'InvalidParameterValue');
    await expectCode(describeVolumes({ MaxResults: 1001 }), 'InvalidParameterValue');
    await expectCode(
      describeVolumes({ MaxResults: 5, VolumeIds: [volumes[0]] }),
      'InvalidParameterCombination',
    );
  });

  const zeros = '00000000000000000';
  const ask = {
    volume: (id: string) => ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] })),
    instance: (id: string) => ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] })),
    snapshot: (id: string) => ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [id] })),
    image: (id: string) => ec2.send(new DescribeImagesCommand({ ImageIds: [id] })),
  };
  test.each<[keyof typeof ask, string, string]>([
    ['volume', `vol-${zeros}`, 'InvalidVolume.NotFound'],
    ['volume', 'vol-1', 'InvalidVolumeID.Malformed'],
    ['instance', `i-${zeros}`, 'InvalidInstanceID.NotFound'],
    ['instance', `vol-${zeros}`, 'InvalidInstanceID.Malformed'],
    ['snapshot', `snap-${zeros}`, 'InvalidSnapshot.NotFound'],
    ['snapshot', 'snap', 'InvalidSnapshotID.Malformed'],
    ['image', `ami-${zeros}`, 'InvalidAMIID.NotFound'],
    ['image', 'ami-XYZ', 'InvalidAMIID.Malformed'],
  ])('[DESC-3] A description of the %s %s fails with %s', async (kind, id, code) => {
    await expectCode(ask[kind](id), code);
  });

  test('[DESC-3] Nothing of another account or region is visible', async () => {
    for (const other of [
      ec2Client(sandbox, { keys: sandbox.accounts[1]! }),
      ec2Client(sandbox, { region: 'ap-southeast-2' }),
    ]) {
      await expectCode(
        other.send(new DescribeVolumesCommand({ VolumeIds: [volumes[0]!] })),
        'InvalidVolume.NotFound',
      );
      expect((await other.send(new DescribeInstancesCommand({}))).Reservations).toEqual([]);
    }
  });

  test('[REG-1] Enabled regions are listed, and all that exist on demand', async () => {
    const list = async (request: object) =>
      (await ec2.send(new DescribeRegionsCommand(request))).Regions!.map(({ RegionName, OptInStatus }) => [
        RegionName,
        OptInStatus,
      ]);
    const enabled = [
      ['us-east-1', 'opt-in-not-required'],
      ['ap-southeast-2', 'opt-in-not-required'],
    ];
    expect(await list({})).toEqual(enabled);
    expect(await list({ AllRegions: true })).toEqual([
      ...enabled,
      ...['af-south-1', 'ap-east-1', 'eu-south-1', 'me-south-1'].map((name) => [name, 'not-opted-in']),
    ]);
    const optedIn = [{ Name: 'opt-in-status', Values: ['opted-in', 'opt-in-not-required'] }];
    sandbox.model.setRegionEnabled('111111111111', 'af-south-1', true);
    expect(await list({ AllRegions: true, Filters: optedIn })).toEqual([
      ...enabled,
      ['af-south-1', 'opted-in'],
    ]);
    sandbox.model.setRegionEnabled('111111111111', 'af-south-1', false);
    expect(await list({ RegionNames: ['ap-southeast-2'] })).toEqual([enabled[1]]);
    await expectCode(list({ RegionNames: ['moon-east-1'] }), 'InvalidParameterValue');
  });

  test('[REG-2] A region has three zones', async () => {
    const create = (AvailabilityZone: string) =>
      ec2.send(new CreateVolumeCommand({ AvailabilityZone, Size: 1 }));
    for (const letter of ['a', 'b', 'c']) await expect(create(`us-east-1${letter}`)).resolves.toBeDefined();
    await expectCode(create('us-east-1d'), 'InvalidZone.NotFound');
  });
});
