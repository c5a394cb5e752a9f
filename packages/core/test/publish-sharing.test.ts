import { VirtualClock } from '@ami-publisher/base';
import { ModelCloud } from '@ami-publisher/sandbox';
import { describe, expect, it } from 'vitest';
import type { PublishOptions } from '../src/publish/options.js';
import { Publisher } from '../src/publish/publisher.js';
import { toReferenceResults } from '../src/publish/results.js';
import { parseResultsFile } from '../src/resources/results-file.js';
import { MemoryJournalStore } from '../src/steps/memory-journal.js';
import { UnpackerFleet } from '../src/unpacker/fleet.js';

const stream = 'base/debian-12';
const [owner, second, third] = ['111111111111', '222222222222', '333333333333'] as const;
const region = 'us-east-1';
const organization = 'arn:aws:organizations::111111111111:organization/o-abcdefghij';

const lets = (...accounts: string[]) => ({
  Version: '2012-10-17' as const,
  Statement: {
    ...{ Effect: 'Allow' as const, Action: 'kms:*', Resource: '*' },
    Principal: { AWS: [owner, ...accounts] as [string, ...string[]] },
  },
});

/** Three accounts; the first one has unpackers and a customer key. */
const createWorld = async (letIn: readonly string[], regions: readonly string[] = [region]) => {
  const clock = new VirtualClock();
  const run = <T>(outcome: Promise<T>): Promise<T> => clock.runUntil(outcome);
  const keys = new Map<string, string>();
  const cloud = new ModelCloud({
    ...{ clock, accounts: 3, regions },
    settings: ({ region: name }) => ({ kmsKey: keys.get(name) }),
  });
  for (const name of regions)
    keys.set(name, cloud.model.addKmsKey({ accountId: owner, region: name }, undefined, lets(...letIn)));
  await run(cloud.addUnpackers({ account: owner }));
  cloud.images.add({ stream, leaf: '1' });
  const fleet = new UnpackerFleet({ cloud, createClient: cloud.createUnpackerClient });
  const publisher = new Publisher({ cloud, fleet, images: cloud.images, journals: new MemoryJournalStore() });
  const accounts = cloud.model.accounts;
  const plan = async (options: Partial<PublishOptions>, selection = '') => {
    const targets = await run(cloud.resolveTargets(selection));
    return run(publisher.plan({ stream, leaf: '1', targets, ...options }));
  };
  const publish = async (options: Partial<PublishOptions>, selection = '') =>
    run(publisher.start(await plan(options, selection)).results);
  const ec2 = async (accountId: string) =>
    cloud.ec2({ ...{ partition: 'aws', accountId, region }, account: nameOf(accountId) });
  const nameOf = (accountId: string) => accounts.find(({ id }) => id === accountId)?.name ?? '';
  const permissionsOf = async (imageId = '', snapshotId = '') => {
    const api = await ec2(owner);
    const ofImage = { ImageId: imageId, Attribute: 'launchPermission' as const };
    const ofSnapshot = { SnapshotId: snapshotId, Attribute: 'createVolumePermission' as const };
    return {
      launch: (await run(api.describeImageAttribute(ofImage))).LaunchPermissions,
      snapshot: (await run(api.describeSnapshotAttribute(ofSnapshot))).CreateVolumePermissions,
    };
  };
  return { clock, cloud, publisher, run, plan, publish, ec2, nameOf, keys, permissionsOf };
};

const resultOf = <T extends { readonly accountId?: string }>(
  { targets }: { readonly targets: readonly T[] },
  accountId: string,
): T | undefined => targets.find((target) => target.accountId === accountId);

describe('publishing with --share-with', () => {
  it('[W56] shares AMI and snapshot as soon as they are there, which the plan says', async () => {
    const world = await createWorld([second]);
    const options = { shareWith: [second, owner] };
    const plan = await world.plan(options, 'development,*');
    expect(plan.targets[0]?.actions.at(-1)).toBe(`share it with ${second}`);
    const results = await world.publish(options, 'development,*');
    expect(results).toMatchObject({ ok: true, targets: [{ status: 'published' }] });
    const { imageId, snapshotId } = results.targets[0] ?? {};
    expect(await world.permissionsOf(imageId, snapshotId)).toEqual({
      launch: [{ UserId: second }],
      snapshot: [{ UserId: second }],
    });
    const report = await world.run(world.publisher.rollback(results.publicationId, { force: true }));
    expect(report.ok).toBe(true);
    expect(report.targets[0]?.undone).toContain('share');
  });

  it.each([
    [
      'the default key of EBS',
      undefined,
      /default key of EBS, which no other account can use; publish with --kms-key/,
    ],
    [
      'a key that does not let them in',
      lets(third),
      /which 222222222222 cannot use; add to the key's policy \{"Sid"/,
    ],
  ])('[W56] fails in the plan with %s, before anything is made', async (_, policy, message) => {
    const world = await createWorld([]);
    world.keys.clear();
    const kmsKey = policy && world.cloud.model.addKmsKey({ accountId: owner, region }, undefined, policy);
    const plan = await world.plan({ shareWith: [second], kmsKey }, 'development,*');
    expect(plan.targets).toEqual([]);
    expect(plan.failures).toMatchObject([
      { code: 'AMI_NOT_SHARABLE', message: expect.stringMatching(message) },
    ]);
  });

  it('notes what is unclear, and refuses what is no grantee', async () => {
    const world = await createWorld([]);
    const condition = { StringNotEquals: { 'aws:PrincipalOrgID': 'o-zzzzzzzzzz' } };
    const statement = { ...lets().Statement, Principal: '*' as const, Condition: condition };
    world.keys.set(
      region,
      world.cloud.model.addKmsKey({ accountId: owner, region }, undefined, {
        ...lets(),
        Statement: statement,
      }),
    );
    const plan = await world.plan({ shareWith: [organization] }, 'development,*');
    expect(plan.notices).toEqual([expect.stringMatching(/whether arn:aws:organizations.* is unclear for/)]);
    await expect(world.plan({ shareWith: ['all'] })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });
});

describe('publishing with --sharing-account', () => {
  const sharingAccount = 'development';

  it('[W56] [W95] publishes in that account alone, and the others, which have no unpacker, have its AMI with tags of their own', async () => {
    const world = await createWorld([second, third]);
    const results = await world.publish({ sharingAccount, tags: { team: 'base' } });
    const published = resultOf(results, owner);
    expect(results.ok).toBe(true);
    expect(published).toMatchObject({ status: 'published' });
    for (const accountId of [second, third]) {
      const { imageId, snapshotId } = published ?? {};
      const wanted = { status: 'shared', imageId, snapshotId, sharedFrom: 'development' };
      expect(resultOf(results, accountId)).toMatchObject(wanted);
      const ec2 = await world.ec2(accountId);
      const launched = await world.run(ec2.runInstances({ ImageId: imageId, MinCount: 1, MaxCount: 1 }));
      expect(launched.Instances).toHaveLength(1);
    }
    expect(world.cloud.model.calls.list().filter(({ action }) => action === 'RegisterImage')).toHaveLength(1);
    const tagging = world.cloud.model.calls.list().filter(({ action }) => action === 'CreateTags');
    expect(tagging.map(({ account }) => account).sort()).toEqual([second, third]);
  });

  it('writes SharedFrom into results, and reads it back in both forms', async () => {
    const world = await createWorld([second, third]);
    const results = await world.publish({ sharingAccount });
    const old = toReferenceResults(results);
    expect(old.map(({ SharedFrom }) => SharedFrom)).toEqual([undefined, 'development', 'development']);
    expect(old.map(({ AmiId, SnapshotId, Size }) => [AmiId, SnapshotId, Size])).toEqual(
      old.map(() => [old[0]?.AmiId, old[0]?.SnapshotId, old[0]?.Size]),
    );
    for (const form of [results, old]) {
      const { resources } = parseResultsFile(JSON.stringify(form), 'results.json');
      expect(resources.map(({ sharedFrom }) => sharedFrom)).toEqual([
        undefined,
        'development',
        'development',
      ]);
    }
  });

  it('[W54] fails the targets whose region that account has no target in, before anything is made', async () => {
    const world = await createWorld([second, third], [region, 'eu-west-1']);
    const plan = await world.plan({ sharingAccount }, `development,${region};*,eu-west-1`);
    const names = plan.targets.map(({ target }) => `${target.account},${target.region}`);
    expect(names).toEqual(['development,eu-west-1', `development,${region}`]);
    const stranded = await world.plan(
      { sharingAccount },
      `development,${region};${world.nameOf(second)},eu-west-1`,
    );
    expect(stranded.failures).toMatchObject([
      { region: 'eu-west-1', message: expect.stringContaining('has no target in this region') },
    ]);
    await expect(world.plan({ sharingAccount: 'nobody' })).rejects.toMatchObject({ code: 'UNKNOWN_ACCOUNT' });
  });

  it('fails the others with what failed in that account', async () => {
    const world = await createWorld([second, third]);
    world.cloud.model.faults.add({ kind: 'deny', action: 'RegisterImage' });
    const results = await world.publish({ sharingAccount });
    expect(results.ok).toBe(false);
    expect(resultOf(results, second)).toMatchObject({
      status: 'failed',
      step: 'register',
      code: 'ACCESS_DENIED',
      message: expect.stringMatching(/development was to share its AMI, and has none: .*RegisterImage/),
    });
  });

  it('fails the plan of the others with that of the account', async () => {
    const world = await createWorld([]);
    world.keys.clear();
    const { failures } = await world.plan({ sharingAccount });
    expect(failures).toHaveLength(3);
    for (const { message } of failures.filter(({ account }) => account !== sharingAccount))
      expect(message).toMatch(/nothing is published in development,us-east-1: .*default key/);
  });

  it('fails one that cannot use the AMI, and no other', async () => {
    const world = await createWorld([second, third]);
    world.cloud.model.faults.add({ kind: 'deny', action: 'kms:DescribeKey', account: third });
    const results = await world.publish({ sharingAccount });
    expect(results).toMatchObject({ ok: false, partial: true });
    expect(resultOf(results, second)).toMatchObject({ status: 'shared' });
    expect(resultOf(results, third)).toMatchObject({
      ...{ status: 'failed', step: 'share', code: 'ACCESS_DENIED' },
      message: expect.stringContaining('kms:DescribeKey'),
    });
  });
});
