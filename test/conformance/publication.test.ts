import { tagKeys } from '@ami-publisher/core';
import type { Tag } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { accountId, createMotoAccount, type MotoAccount, stream } from '../support/moto-account.js';
import type { RecordedCall } from '../support/recording-proxy.js';

const regions = ['eu-west-1', 'us-east-1'] as const;
const [region] = regions;

let account: MotoAccount;
beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  account = await createMotoAccount(regions);
});
afterAll(async () => {
  await account?.close();
  vi.unstubAllEnvs();
});

type Publish = (leaf: string, options?: Parameters<MotoAccount['plan']>[1]) => ReturnType<typeof publishOnce>;

const publishOnce = async (leaf: string, options: Parameters<MotoAccount['plan']>[1]) => {
  const earlier = account.proxy.calls.length;
  const results = await account.publisher.start(await account.plan(leaf, options)).results;
  const calls = account.proxy.calls.slice(earlier);
  expect(results.targets.map((target) => ('message' in target ? target.message : target.status))).toEqual([
    'published',
    'published',
  ]);
  return { results, calls, target: results.targets.find((target) => target.region === region) };
};

/** Publishes to both regions, and fails unless moto takes every request. */
const publish: Publish = async (leaf, options = {}) => {
  const published = await publishOnce(leaf, options);
  expect(published.calls.filter(({ status }) => status !== 200)).toEqual([]);
  return published;
};

/** What changes something in a region, in the order in which it was sent. */
const changes = (calls: readonly RecordedCall[], inRegion: string): string[] =>
  calls.flatMap((call) =>
    call.region === inRegion && !/^(Describe|Get)/.test(call.action) ? call.action : [],
  );

const tagsOf = (resource: { readonly Tags?: Tag[] | undefined } | undefined) =>
  Object.fromEntries((resource?.Tags ?? []).map(({ Key = '', Value }) => [Key, Value]));

/** What moto has in a region of a stream or publication. */
const stored = async (key: string, value: string) => {
  const ec2 = await account.ec2(region);
  const Filters = [{ Name: `tag:${key}`, Values: [value] }];
  return {
    volumes: (await ec2.describeVolumes({ Filters })).Volumes ?? [],
    snapshots: (await ec2.describeSnapshots({ OwnerIds: ['self'], Filters })).Snapshots ?? [],
    images: (await ec2.describeImages({ Owners: ['self'], Filters })).Images ?? [],
  };
};

/** Moto forgets the tags of RegisterImage; this gives AMIs what their requests said. */
const tagImagesAsRequested = async (calls: readonly RecordedCall[], imageOf: (region: string) => string) => {
  for (const { parameters, region: inRegion } of calls.filter(({ action }) => action === 'RegisterImage')) {
    const Tags = Object.entries(parameters).flatMap(([name, Key]) => {
      const number = /^TagSpecification\.1\.Tag\.(\d+)\.Key$/.exec(name)?.[1];
      return number === undefined
        ? []
        : [{ Key, Value: parameters[`TagSpecification.1.Tag.${number}.Value`] ?? '' }];
    });
    await (await account.ec2(inRegion)).createTags({ Resources: [imageOf(inRegion)], Tags });
  }
};

const publications: Awaited<ReturnType<Publish>>[] = [];

describe('a publication to moto', () => {
  it('[W73] [publish] is taken request by request, in this order', async () => {
    const published = await publish('1', { tags: { team: 'base' } });
    publications.push(published);
    for (const one of regions)
      expect(changes(published.calls, one).filter((action) => action !== 'AssumeRole')).toEqual([
        'CreateVolume',
        'AttachVolume',
        'ModifyInstanceAttribute',
        'CreateSnapshot',
        'RegisterImage',
      ]);
  });

  it('assumes the role once, with its external id', () => {
    const assumed = account.proxy.calls.filter(({ action }) => action === 'AssumeRole');
    expect(assumed.map(({ parameters }) => parameters)).toEqual([
      {
        RoleArn: `arn:aws:iam::${accountId}:role/ami-publisher`,
        RoleSessionName: 'ami-publisher',
        ExternalId: 'external',
      },
    ]);
  });

  it('leaves an encrypted, tagged gp3 volume on the unpacker, which goes with it', async () => {
    const [{ results, target } = { results: undefined, target: undefined }] = publications;
    const { volumes } = await stored(tagKeys.stream, stream);
    const instanceId = account.unpackers[region];
    expect(volumes).toMatchObject([
      {
        VolumeId: target?.volumeId,
        Encrypted: true,
        KmsKeyId: expect.stringMatching(/^arn:aws:kms:/),
        ...{ VolumeType: 'gp3', Iops: 3000, Throughput: 125, Size: 2, State: 'in-use' },
        AvailabilityZone: `${region}a`,
        Attachments: [{ InstanceId: instanceId, State: 'attached' }],
      },
    ]);
    expect(tagsOf(volumes[0])).toEqual({
      Name: 'image unpacker',
      team: 'base',
      [tagKeys.publication]: results?.publicationId,
      [tagKeys.stream]: stream,
      [tagKeys.leaf]: '1',
      [tagKeys.manifestDigest]: results?.manifestDigest,
      [tagKeys.step]: 'volume',
    });
    const { Reservations } = await (await account.ec2(region)).describeInstances({});
    const mappings = Reservations?.[0]?.Instances?.[0]?.BlockDeviceMappings ?? [];
    expect(mappings.find(({ Ebs }) => Ebs?.VolumeId === target?.volumeId)?.Ebs?.DeleteOnTermination).toBe(
      true,
    );
  });

  it('leaves an encrypted, tagged snapshot of it', async () => {
    const [{ results, target } = { results: undefined, target: undefined }] = publications;
    const { snapshots } = await stored(tagKeys.publication, results?.publicationId ?? '');
    expect(snapshots).toMatchObject([
      {
        SnapshotId: target?.snapshotId,
        VolumeId: target?.volumeId,
        ...{ Encrypted: true, VolumeSize: 2, State: 'completed', Description: `${stream}/1` },
      },
    ]);
    expect(tagsOf(snapshots[0])).toEqual({
      Name: `${stream}/1`,
      team: 'base',
      [tagKeys.publication]: results?.publicationId,
      [tagKeys.stream]: stream,
      [tagKeys.leaf]: '1',
      [tagKeys.manifestDigest]: results?.manifestDigest,
      [tagKeys.generation]: '1',
      [tagKeys.step]: 'snapshot',
    });
  });

  it('registers the AMI with all that a launch needs; moto keeps its name, description and boot mode', async () => {
    const [{ calls, target } = { calls: [], target: undefined }] = publications;
    const request = calls.find((call) => call.action === 'RegisterImage' && call.region === region);
    expect(request?.parameters).toMatchObject({
      Name: `${stream}/1`,
      ...{ Architecture: 'x86_64', VirtualizationType: 'hvm', BootMode: 'uefi-preferred' },
      ...{ EnaSupport: 'true', SriovNetSupport: 'simple', ImdsSupport: 'v2.0' },
      RootDeviceName: '/dev/xvda',
      'BlockDeviceMapping.1.DeviceName': '/dev/xvda',
      'BlockDeviceMapping.1.Ebs.SnapshotId': target?.snapshotId,
      'BlockDeviceMapping.1.Ebs.VolumeSize': '2',
      'BlockDeviceMapping.1.Ebs.VolumeType': 'gp3',
      'BlockDeviceMapping.1.Ebs.DeleteOnTermination': 'true',
      'TagSpecification.1.ResourceType': 'image',
    });
    const { Images } = await (await account.ec2(region)).describeImages({
      ImageIds: [target?.imageId ?? ''],
    });
    expect(Images).toMatchObject([
      {
        Name: `${stream}/1`,
        Description: `${stream}/1`,
        OwnerId: accountId,
        Public: false,
        State: 'available',
      },
    ]);
  });

  it('of the next release takes the same volume and grows it', async () => {
    const published = await publish('2', { minFreeBytes: 4 * 2 ** 30 });
    publications.push(published);
    expect(changes(published.calls, region)).toEqual(['ModifyVolume', 'CreateSnapshot', 'RegisterImage']);
    const { volumes } = await stored(tagKeys.stream, stream);
    expect(volumes).toMatchObject([{ VolumeId: publications[0]?.target?.volumeId, Size: 5 }]);
  });

  it('starts unpackers that are stopped', async () => {
    const ec2 = await account.ec2(region);
    await ec2.stopInstances({ InstanceIds: [account.unpackers[region] ?? ''] });
    const published = await publish('3');
    publications.push(published);
    expect(changes(published.calls, region)[0]).toBe('StartInstances');
  });

  it('with another key replaces the volume, and takes the old one from its instance first', async () => {
    const kmsKey = `arn:aws:kms:${region}:${accountId}:key/11111111-2222-3333-4444-555555555555`;
    const published = await publish('4', { kmsKey });
    publications.push(published);
    expect(changes(published.calls, region).slice(-3)).toEqual([
      'RegisterImage',
      'DetachVolume',
      'DeleteVolume',
    ]);
    const { volumes } = await stored(tagKeys.stream, stream);
    expect(volumes).toMatchObject([
      { VolumeId: published.target?.volumeId, KmsKeyId: kmsKey, State: 'in-use' },
    ]);
  });

  it('finds its name taken afterwards', async () => {
    const { failures, targets } = await account.plan('1');
    expect([failures.map(({ code }) => code), targets]).toEqual([['AMI_NAME_TAKEN', 'AMI_NAME_TAKEN'], []]);
  });
});

describe('a rollback in moto', () => {
  it('leaves nothing of any of the publications', async () => {
    for (const { results, calls } of publications.toReversed()) {
      const imageOf = (one: string) => results.targets.find((target) => target.region === one)?.imageId ?? '';
      await tagImagesAsRequested(calls, imageOf);
      expect((await stored(tagKeys.publication, results.publicationId)).images).toHaveLength(1);
      const earlier = account.proxy.calls.length;
      const report = await account.publisher.rollback(results.publicationId, { force: true });
      expect(report.targets.flatMap(({ errors }) => errors)).toEqual([]);
      const sent = account.proxy.calls.slice(earlier);
      expect(sent.filter(({ status }) => status !== 200)).toEqual([]);
      expect(changes(sent, region).slice(0, 2)).toEqual(['DeregisterImage', 'DeleteSnapshot']);
      const { images, snapshots } = await stored(tagKeys.publication, results.publicationId);
      expect([images, snapshots]).toEqual([[], []]);
    }
    expect((await stored(tagKeys.stream, stream)).volumes).toEqual([]);
  });
});

describe('what moto refuses', () => {
  it.each<[string, (ec2: Awaited<ReturnType<MotoAccount['ec2']>>) => Promise<unknown>]>([
    ['a volume that is gone', (ec2) => ec2.deleteVolume({ VolumeId: publications[0]?.target?.volumeId })],
    [
      'a snapshot that is gone',
      (ec2) => ec2.deleteSnapshot({ SnapshotId: publications[0]?.target?.snapshotId }),
    ],
    ['an AMI that is gone', (ec2) => ec2.deregisterImage({ ImageId: publications[0]?.target?.imageId })],
    ['an AMI that never was', (ec2) => ec2.deregisterImage({ ImageId: 'ami-00000000000000000' })],
  ])('is understood as AWS_NOT_FOUND for %s', async (_what, call) => {
    await expect(call(await account.ec2(region))).rejects.toMatchObject({ code: 'AWS_NOT_FOUND' });
  });
});
