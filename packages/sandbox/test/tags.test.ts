import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import {
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteTagsCommand,
  DescribeVolumesCommand,
  type ResourceType,
  type Tag,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { destroyClients, ec2Client, expectCode } from './support/aws.js';
import {
  availableVolume,
  completedSnapshot,
  describeImage,
  describeInstance,
  describeSnapshot,
  describeVolume,
  registeredImage,
  registration,
} from './support/resources.js';

const numbered = (count: number): Tag[] =>
  Array.from({ length: count }, (_, index) => ({ Key: `key-${index}`, Value: '' }));

describe('Tags', () => {
  destroyClients();
  let sandbox: Sandbox;
  let ec2: ReturnType<typeof ec2Client>;
  const zone = 'us-east-1a';

  beforeAll(async () => {
    sandbox = await startSandbox();
    ec2 = ec2Client(sandbox);
  });
  afterAll(() => sandbox.close());

  const createTags = (Resources: string[], Tags: Tag[]) =>
    ec2.send(new CreateTagsCommand({ Resources, Tags }));
  const deleteTags = (Resources: string[], Tags?: Tag[]) =>
    ec2.send(new DeleteTagsCommand({ Resources, Tags }));

  test('[TAG-1] A resource is tagged as it is made', async () => {
    const Tags = [
      { Key: 'ami-publisher:stream', Value: 'base/debian-12 & <friends>' },
      { Key: 'Ünïcode', Value: '' },
    ];
    const volumeId = await availableVolume(ec2, zone, {
      TagSpecifications: [{ ResourceType: 'volume', Tags }],
    });
    expect((await describeVolume(ec2, volumeId)).Tags).toEqual(Tags);
  });

  test.each<[string, ResourceType, Tag[], string]>([
    ['of another resource type', 'image', [{ Key: 'a', Value: 'b' }], 'InvalidParameterValue'],
    [
      'with a key twice',
      'volume',
      [
        { Key: 'a', Value: 'b' },
        { Key: 'a', Value: 'c' },
      ],
      'InvalidParameterValue',
    ],
    ['with a reserved key', 'volume', [{ Key: 'aws:thing', Value: 'b' }], 'InvalidParameterValue'],
    ['beyond the limit', 'volume', numbered(51), 'TagLimitExceeded'],
  ])('[TAG-1] Tags %s are refused and nothing is made', async (_, ResourceType, Tags, code) => {
    const count = async () => (await ec2.send(new DescribeVolumesCommand({}))).Volumes!.length;
    const before = await count();
    const request = { AvailabilityZone: zone, Size: 1, TagSpecifications: [{ ResourceType, Tags }] };
    await expectCode(ec2.send(new CreateVolumeCommand(request)), code);
    expect(await count()).toBe(before);
  });

  test('[TAG-2] Instances, volumes, snapshots and images can be tagged in one call', async () => {
    const volumeId = await availableVolume(ec2, zone);
    const snapshotId = await completedSnapshot(ec2, volumeId);
    const imageId = await registeredImage(ec2, registration('tagged', snapshotId));
    const instanceId = await sandbox.addInstance({
      account: '111111111111',
      region: 'us-east-1',
      name: 'tagged',
    });
    const all = [volumeId, snapshotId, imageId, instanceId];
    const tagsOfAll = async () => [
      (await describeVolume(ec2, volumeId)).Tags,
      (await describeSnapshot(ec2, snapshotId)).Tags,
      (await describeImage(ec2, imageId)).Tags,
      (await describeInstance(ec2, instanceId)).Tags!.filter(({ Key }) => Key !== 'Name'),
    ];
    await createTags(all, [{ Key: 'ExpiresAt', Value: 'tomorrow' }]);
    expect(await tagsOfAll()).toEqual(all.map(() => [{ Key: 'ExpiresAt', Value: 'tomorrow' }]));
    await deleteTags(all, [{ Key: 'ExpiresAt' }]);
    expect(await tagsOfAll()).toEqual([[], [], [], []]);
  });

  test('[TAG-2] All resources are tagged or none', async () => {
    const volumeId = await availableVolume(ec2, zone);
    const absent = 'snap-00000000000000000';
    await expectCode(createTags([volumeId, absent], [{ Key: 'a', Value: 'b' }]), 'InvalidSnapshot.NotFound');
    await expectCode(createTags([volumeId, 'thing-1'], [{ Key: 'a', Value: 'b' }]), 'InvalidID');
    expect((await describeVolume(ec2, volumeId)).Tags).toEqual([]);
  });

  test('[TAG-2] Tags go by key, by key and value, or all', async () => {
    const volumeId = await availableVolume(ec2, zone);
    const Tags = ['a', 'b', 'c'].map((Key) => ({ Key, Value: `${Key}-value` }));
    const keys = async () => (await describeVolume(ec2, volumeId)).Tags!.map(({ Key }) => Key);
    await createTags([volumeId], Tags);
    await deleteTags(
      [volumeId],
      [{ Key: 'a', Value: 'other' }, { Key: 'b', Value: 'b-value' }, { Key: 'none' }],
    );
    expect(await keys()).toEqual(['a', 'c']);
    await deleteTags([volumeId]);
    expect(await keys()).toEqual([]);
  });

  test('[TAG-3] Tags are limited in number and length', async () => {
    const volumeId = await availableVolume(ec2, zone);
    await createTags([volumeId], numbered(50));
    await createTags([volumeId], [{ Key: 'key-0', Value: 'again' }]);
    await expectCode(createTags([volumeId], [{ Key: 'one-more', Value: '' }]), 'TagLimitExceeded');
    await deleteTags([volumeId]);
    await expectCode(createTags([volumeId], [{ Key: 'k'.repeat(129), Value: '' }]), 'InvalidParameterValue');
    await expectCode(createTags([volumeId], [{ Key: 'k', Value: 'v'.repeat(257) }]), 'InvalidParameterValue');
    await expectCode(createTags([volumeId], [{ Key: 'AWS:k', Value: 'v' }]), 'InvalidParameterValue');
    await createTags([volumeId], [{ Key: 'k'.repeat(128), Value: 'v'.repeat(256) }]);
    expect((await describeVolume(ec2, volumeId)).Tags).toHaveLength(1);
  });
});
