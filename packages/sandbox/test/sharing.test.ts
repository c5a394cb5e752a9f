import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import {
  CopySnapshotCommand,
  type CopySnapshotRequest,
  CreateTagsCommand,
  DescribeImagesCommand,
  DescribeSnapshotAttributeCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  type EC2Client,
  ModifyImageAttributeCommand,
  ModifySnapshotAttributeCommand,
  type ModifySnapshotAttributeRequest,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { destroyClients, ec2Client, eventually, expectCode } from './support/aws.js';
import { echoProgram } from './support/programs.js';
import {
  availableVolume,
  completedSnapshot,
  describeImage,
  describeSnapshot,
  instanceIn,
  registeredImage,
  registration,
} from './support/resources.js';

const region = 'us-east-1';
const elsewhere = 'eu-west-1';
const [ownerId, otherId] = ['111111111111', '222222222222'];
const organization = 'arn:aws:organizations::111111111111:organization/o-abcdefghij';
const unit = 'arn:aws:organizations::111111111111:ou/o-abcdefghij/ou-ab12-11111111';

describe('Sharing', () => {
  destroyClients();
  let sandbox: Sandbox;
  let owner: EC2Client;
  let other: EC2Client;
  let otherElsewhere: EC2Client;

  beforeAll(async () => {
    sandbox = await startSandbox({
      ...{ accounts: 3, regions: [region, elsewhere] },
      program: echoProgram().program,
      latency: { createVolumeMs: 5, completeSnapshotMs: 5, registerImageMs: 5 },
    });
    const keys = sandbox.accounts.find(({ id }) => id === otherId)!;
    owner = ec2Client(sandbox, { region });
    other = ec2Client(sandbox, { keys, region });
    otherElsewhere = ec2Client(sandbox, { keys, region: elsewhere });
  });
  afterAll(() => sandbox.close());

  const snapshotUnder = async (kmsKey?: string): Promise<string> => {
    const encryption = kmsKey === undefined ? {} : { Encrypted: true, KmsKeyId: kmsKey };
    return completedSnapshot(owner, await availableVolume(owner, `${region}a`, encryption));
  };
  const keyFor = (...actions: string[]): string =>
    sandbox.model.addKmsKey({ accountId: ownerId, region }, undefined, {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: ownerId }, Action: 'kms:*', Resource: '*' },
        ...actions.map((Action) => ({
          Effect: 'Allow' as const,
          Principal: { AWS: `arn:aws:iam::${otherId}:root` },
          Action,
          Resource: '*',
        })),
      ],
    });
  const modify = (SnapshotId: string, change: Omit<ModifySnapshotAttributeRequest, 'SnapshotId'>) =>
    owner.send(new ModifySnapshotAttributeCommand({ SnapshotId, ...change }));
  const share = (SnapshotId: string, UserId = otherId) =>
    modify(SnapshotId, { CreateVolumePermission: { Add: [{ UserId }] } });
  const permissionsOf = async (SnapshotId: string) => {
    const request = { SnapshotId, Attribute: 'createVolumePermission' } as const;
    return (await owner.send(new DescribeSnapshotAttributeCommand(request))).CreateVolumePermissions;
  };
  const seenBy = async (ec2: EC2Client, whose: { OwnerIds?: string[]; RestorableByUserIds?: string[] }) => {
    const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand(whose));
    return Snapshots.map(({ SnapshotId }) => SnapshotId);
  };
  const copied = async (ec2: EC2Client, request: Omit<CopySnapshotRequest, 'SourceRegion'>) => {
    const { SnapshotId } = await ec2.send(new CopySnapshotCommand({ SourceRegion: region, ...request }));
    return eventually(async () => {
      const snapshot = await describeSnapshot(ec2, SnapshotId!);
      return snapshot.State === 'pending' ? undefined : snapshot;
    });
  };

  test('[SNAP-7] A snapshot is shared with accounts, in both forms of the request, and only its owner may do and see it', async () => {
    const id = await snapshotUnder();
    await share(id);
    await share(id);
    await modify(id, { OperationType: 'add', UserIds: ['333333333333'], GroupNames: ['all'] });
    expect(await permissionsOf(id)).toEqual([
      { UserId: otherId },
      { UserId: '333333333333' },
      { Group: 'all' },
    ]);
    await modify(id, { OperationType: 'remove', UserIds: ['333333333333'], GroupNames: ['all'] });
    expect(await permissionsOf(id)).toEqual([{ UserId: otherId }]);
    const read = new DescribeSnapshotAttributeCommand({
      SnapshotId: id,
      Attribute: 'createVolumePermission',
    });
    await expectCode(other.send(read), 'InvalidSnapshot.NotFound');
  });

  test.each([
    ['nothing', { CreateVolumePermission: {} }, 'InvalidParameterCombination'],
    ['an id of another form', { UserIds: ['1234'], OperationType: 'add' }, 'InvalidUserID.Malformed'],
    [
      'adding and removing at once',
      { CreateVolumePermission: { Add: [{ UserId: otherId }], Remove: [{ Group: 'all' }] } },
      'InvalidParameterCombination',
    ],
    [
      'more than 500 accounts',
      { OperationType: 'add', UserIds: Array.from({ length: 501 }, (_, n) => String(n).padStart(12, '9')) },
      'InvalidParameterValue',
    ],
    ['another attribute', { Attribute: 'productCodes', UserIds: [otherId] }, 'InvalidParameterValue'],
  ] as const)('[SNAP-7] A snapshot cannot be shared by %s', async (_, change, code) => {
    const id = await snapshotUnder();
    await expectCode(modify(id, change as object), code);
    expect(await permissionsOf(id)).toEqual([]);
  });

  test('[SNAP-5] [SNAP-7] [TAG-2] The other account sees it, with tags of its own, in the lists that take in what is shared', async () => {
    const id = await snapshotUnder();
    await share(id);
    const [shown] = (await other.send(new DescribeSnapshotsCommand({ SnapshotIds: [id] }))).Snapshots ?? [];
    expect(shown).toMatchObject({ SnapshotId: id, OwnerId: ownerId, Tags: [] });
    await other.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'theirs', Value: '1' }] }));
    expect((await describeSnapshot(other, id)).Tags).toEqual([{ Key: 'theirs', Value: '1' }]);
    expect((await describeSnapshot(owner, id)).Tags).toEqual([]);
    expect(await seenBy(other, {})).toContain(id);
    expect(await seenBy(other, { OwnerIds: [ownerId] })).toContain(id);
    expect(await seenBy(other, { RestorableByUserIds: ['self'] })).toContain(id);
    expect(await seenBy(other, { OwnerIds: ['self'] })).not.toContain(id);
    expect(await seenBy(other, { RestorableByUserIds: ['all'] })).not.toContain(id);
    expect(await seenBy(owner, { RestorableByUserIds: [otherId] })).toEqual(expect.arrayContaining([id]));
  });

  test('[SNAP-8] What is encrypted with the default key of EBS cannot be shared, nor an image of it; what is encrypted at all not with everybody', async () => {
    const id = await snapshotUnder('alias/aws/ebs');
    await expectCode(share(id), 'OperationNotPermitted');
    const imageId = await registeredImage(owner, registration('base/default-key', id));
    const permission = { LaunchPermission: { Add: [{ UserId: otherId }] } };
    await expectCode(
      owner.send(new ModifyImageAttributeCommand({ ImageId: imageId, ...permission })),
      'InvalidParameter',
    );
    const underCustomerKey = await snapshotUnder(keyFor());
    await expectCode(
      modify(underCustomerKey, { OperationType: 'add', GroupNames: ['all'] }),
      'OperationNotPermitted',
    );
  });

  test('[AMI-9] Members of an organization see what is shared with it, or with a unit that they are below', async () => {
    const ids = await Promise.all(
      [{ OrganizationArn: organization }, { OrganizationalUnitArn: unit }].map(async (permission, index) => {
        const id = await registeredImage(
          owner,
          registration(`base/organization-${index}`, await snapshotUnder()),
        );
        const LaunchPermission = { Add: [permission] };
        await owner.send(new ModifyImageAttributeCommand({ ImageId: id, LaunchPermission }));
        return id;
      }),
    );
    const seen = async () => {
      const { Images = [] } = await other.send(new DescribeImagesCommand({ Owners: [ownerId] }));
      return Images.map(({ ImageId }) => ImageId).filter((id) => ids.includes(id!));
    };
    expect(await seen()).toEqual([]);
    const path = (...units: string[]) => ['o-abcdefghij', 'r-ab12', ...units, ''].join('/');
    sandbox.model.setMembership(otherId, { organization: 'o-abcdefghij', path: path() });
    expect(await seen()).toEqual([ids[0]]);
    sandbox.model.setMembership(otherId, {
      organization: 'o-abcdefghij',
      path: path('ou-ab12-11111111', 'ou-ab12-22222222'),
    });
    expect((await seen()).sort()).toEqual(ids.sort());
    sandbox.model.setMembership(otherId, undefined);
    expect(await seen()).toEqual([]);
  });

  test('[SNAP-9] A copy in another account and region has the content, size and tags of its own, and no volume', async () => {
    const volumeId = await availableVolume(owner, `${region}a`, { Size: 3 });
    const directory = sandbox.model.volumePath(volumeId);
    mkdirSync(join(directory, 'tree'));
    writeFileSync(join(directory, 'tree', 'file'), 'release 1');
    writeFileSync(join(directory, 'seal.json'), '{}');
    const source = await completedSnapshot(owner, volumeId);
    await share(source);
    const copy = await copied(otherElsewhere, {
      SourceSnapshotId: source,
      Description: 'copied',
      TagSpecifications: [{ ResourceType: 'snapshot', Tags: [{ Key: 'team', Value: 'b' }] }],
    });
    expect(copy).toMatchObject({
      ...{ State: 'completed', Progress: '100%', VolumeSize: 3, Encrypted: false, OwnerId: otherId },
      ...{ Description: 'copied', VolumeId: 'vol-ffffffff', Tags: [{ Key: 'team', Value: 'b' }] },
    });
    const file = join(sandbox.model.snapshotPath(copy.SnapshotId!), 'tree', 'file');
    expect(readFileSync(file, 'utf8')).toBe('release 1');
    const restored = await availableVolume(otherElsewhere, `${elsewhere}a`, {
      SnapshotId: copy.SnapshotId,
      Size: 3,
    });
    const { Volumes } = await otherElsewhere.send(new DescribeVolumesCommand({ VolumeIds: [restored] }));
    expect(Volumes?.[0]).toMatchObject({ SnapshotId: copy.SnapshotId });
    expect(readFileSync(join(sandbox.model.volumePath(restored), 'tree', 'file'), 'utf8')).toBe('release 1');
  });

  test('[SNAP-9] A copy of what is encrypted is encrypted, with the key that is named or else the default key there', async () => {
    const source = await snapshotUnder(keyFor('kms:*'));
    await share(source);
    const place = { accountId: otherId, region: elsewhere };
    const own = sandbox.model.addKmsKey(place);
    const named = await copied(otherElsewhere, { SourceSnapshotId: source, KmsKeyId: own });
    expect(named).toMatchObject({ State: 'completed', Encrypted: true, KmsKeyId: own });
    const byDefault = await copied(otherElsewhere, { SourceSnapshotId: source });
    const { arn } = sandbox.model.kmsKey(place, 'alias/aws/ebs')!;
    expect(byDefault).toMatchObject({ State: 'completed', Encrypted: true, KmsKeyId: arn });
  });

  test('[SNAP-9] What is not encrypted needs `Encrypted` for a key', async () => {
    const source = await snapshotUnder();
    const key = sandbox.model.addKmsKey({ accountId: ownerId, region });
    const request = { SourceSnapshotId: source, KmsKeyId: key };
    await expectCode(copied(owner, request), 'InvalidParameterDependency');
    expect(await copied(owner, { ...request, Encrypted: true })).toMatchObject({ KmsKeyId: key });
  });

  test.each([
    ['the source has a key that the copier may not use', ['kms:DescribeKey', 'kms:Decrypt'], undefined],
    ['its own key does not exist', ['kms:*'], '00000000-0000-0000-0000-000000000000'],
  ])('[SNAP-10] [KMS-5] The call succeeds and the copy fails if %s', async (_, actions, KmsKeyId) => {
    const source = await snapshotUnder(keyFor(...actions));
    await share(source);
    expect(await copied(other, { SourceSnapshotId: source, KmsKeyId })).toMatchObject({
      State: 'error',
      StateMessage: 'Given key ID is not accessible',
    });
  });

  test('[SNAP-10] A source that is not shared, or not there, is NotFound', async () => {
    const source = await snapshotUnder();
    await expectCode(copied(other, { SourceSnapshotId: source }), 'InvalidSnapshot.NotFound');
    await expectCode(
      copied(owner, { SourceSnapshotId: 'snap-0123456789abcdef0' }),
      'InvalidSnapshot.NotFound',
    );
  });

  test.each([
    ['runs if the launching account may use the key', ['kms:*'], { State: { Name: 'running' } }],
    [
      'ends at once if it may not',
      ['kms:DescribeKey'],
      { State: { Name: 'terminated' }, StateReason: { Code: 'Client.InternalError' } },
    ],
  ])('[RUN-4] An instance of a shared image %s', async (title, actions, wanted) => {
    const id = await registeredImage(
      owner,
      registration(`base/launch ${title}`, await snapshotUnder(keyFor(...actions))),
    );
    const launch = new RunInstancesCommand({ ImageId: id, MinCount: 1, MaxCount: 1 });
    await expectCode(other.send(launch), 'InvalidAMIID.NotFound');
    const LaunchPermission = { Add: [{ UserId: otherId }] };
    await owner.send(new ModifyImageAttributeCommand({ ImageId: id, LaunchPermission }));
    await eventually(async () => ((await describeImage(owner, id)).State === 'available' ? true : undefined));
    const { Instances = [] } = await other.send(launch);
    const instance = await instanceIn(other, Instances[0]!.InstanceId!, wanted.State.Name);
    expect(instance).toMatchObject(wanted);
  });
});
