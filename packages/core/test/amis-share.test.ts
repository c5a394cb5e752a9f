import { describe, expect, it } from 'vitest';
import { type AmiWorld, createAmiWorld, type MadeAmi } from './support/ami-world.js';

const [ownerId, otherId] = ['111111111111', '222222222222'];
const organization = 'arn:aws:organizations::111111111111:organization/o-abcdefghij';
const region = 'eu-west-1';
const place = { accountId: ownerId, region };

type Policy = Parameters<AmiWorld['model']['addKmsKey']>[2];

const ownersOnly = {
  Sid: 'Owner',
  Effect: 'Allow',
  Principal: { AWS: ownerId },
  Action: 'kms:*',
  Resource: '*',
};

const policyOf = (...statements: readonly object[]): Policy =>
  ({ Version: '2012-10-17', Statement: [ownersOnly, ...statements] }) as Policy;

const letsUse = (accountId: string) => ({
  ...{
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${accountId}:root` },
    Action: 'kms:*',
    Resource: '*',
  },
});

/** An AMI whose snapshot is encrypted with a key of that policy. */
const encryptedAmi = async (
  world: AmiWorld,
  policy?: Policy,
): Promise<MadeAmi & { readonly key: string }> => {
  const key = world.model.addKmsKey(place, undefined, policy);
  return { ...(await world.makeAmi({ kmsKey: key })), key };
};

const share = (world: AmiWorld, made: readonly MadeAmi[], grantees: string[], options = {}) =>
  world.run(world.amis.share(made.map(world.entry), grantees, options));

const access = async (world: AmiWorld, made: MadeAmi) => ({
  launch: await world.permissions(made),
  snapshot: await world.snapshotPermissions(made),
});

const nobody = { launch: [], snapshot: [] };
const withOther = { launch: [{ UserId: otherId }], snapshot: [{ UserId: otherId }] };

describe('share', () => {
  it('[W56] shares an encrypted AMI and its snapshot with an account that its key lets in; a dry run says so and does nothing', async () => {
    const world = await createAmiWorld();
    const made = await encryptedAmi(world, policyOf(letsUse(otherId)));
    const planned = await share(world, [made], [otherId, ownerId], { dryRun: true });
    expect(await access(world, made)).toEqual(nobody);
    expect(planned.targets[0]?.changes).toMatchObject([
      { call: 'ec2:ModifyImageAttribute', resource: made.imageId, status: 'planned' },
    ]);
    expect(planned.targets[0]?.changes[0]?.text).toMatch(`and ${made.snapshotId} with ${otherId}`);
    expect(planned.notices).toEqual([
      `development,eu-west-1: ${made.snapshotId} is encrypted with ${made.key}, which ${otherId} can use`,
    ]);
    expect(await share(world, [made], [otherId, ownerId])).toMatchObject({ ok: true, undoable: true });
    expect(await access(world, made)).toEqual(withOther);
    expect((await share(world, [made], [otherId])).targets).toMatchObject([{ status: 'nothing' }]);
  });

  it('undoes exactly what it did: what was shared before stays', async () => {
    const world = await createAmiWorld();
    const made = await world.makeAmi();
    await share(world, [made], ['333333333333']);
    const before = await access(world, made);
    const { operationId } = await share(world, [made], ['333333333333', otherId, organization]);
    expect(await access(world, made)).toEqual({
      launch: [{ UserId: '333333333333' }, { UserId: otherId }, { OrganizationArn: organization }],
      snapshot: [{ UserId: '333333333333' }, { UserId: otherId }],
    });
    await world.run(world.operations.undo(operationId));
    expect(await access(world, made)).toEqual(before);
  });

  it('[W56] refuses what is encrypted with the default key of EBS, before anything is shared in the target', async () => {
    const world = await createAmiWorld();
    const made = await world.makeAmi({ kmsKey: 'alias/aws/ebs' });
    const plain = await world.makeAmi();
    const results = await share(world, [plain, made], [otherId]);
    expect(results.targets).toMatchObject([
      {
        status: 'failed',
        code: 'AMI_NOT_SHARABLE',
        message: expect.stringMatching(`${made.snapshotId} is encrypted with the default key.*--kms-key`),
      },
    ]);
    expect(await access(world, plain)).toEqual(nobody);
  });

  it('refuses a key that does not let the others in, and names the statement that mends it', async () => {
    const world = await createAmiWorld();
    const made = await encryptedAmi(world);
    const results = await share(world, [made], [otherId]);
    expect(results.targets[0]?.message).toMatch(`${made.key}, which ${otherId} cannot use`);
    const [, statement = ''] =
      /(\{"Sid".*\})(, or share with --grant)/.exec(results.targets[0]?.message ?? '') ?? [];
    const mended = await encryptedAmi(world, policyOf(JSON.parse(statement)));
    expect(await share(world, [mended], [otherId])).toMatchObject({ ok: true });
    const disabled = await encryptedAmi(world);
    world.model.kmsKey(place, disabled.key)!.enabled = false;
    expect((await share(world, [disabled], [otherId], { grant: true })).targets[0]?.message).toMatch(
      /is Disabled.*enable the key/,
    );
  });

  it('makes a grant where it is told to, once per key, and revokes it when undone', async () => {
    const world = await createAmiWorld();
    const made = await encryptedAmi(world);
    const second = await world.makeAmi({ kmsKey: made.key });
    const results = await share(world, [made, second], [otherId], { grant: true });
    expect(results.targets[0]?.changes).toMatchObject([
      { call: 'kms:CreateGrant', status: 'done' },
      { resource: made.imageId, status: 'done' },
      { resource: second.imageId, status: 'done' },
    ]);
    const grants = () => [...world.model.kmsKey(place, made.key)!.grants.values()];
    expect(grants()).toMatchObject([{ grantee: `arn:aws:iam::${otherId}:root` }]);
    expect(await launches(world, made)).toBe('running');
    await world.run(world.operations.undo(results.operationId));
    expect(grants()).toEqual([]);
    expect(await access(world, made)).toEqual(nobody);
  });

  it('shares nothing whose grant could not be made', async () => {
    const world = await createAmiWorld();
    const made = await encryptedAmi(world);
    world.model.faults.add({ kind: 'deny', action: 'kms:CreateGrant' });
    const results = await share(world, [made], [otherId], { grant: true });
    expect(results.targets[0]?.changes).toMatchObject([
      { call: 'kms:CreateGrant', code: 'ACCESS_DENIED' },
      { resource: made.imageId, code: 'AMI_NOT_SHARABLE' },
    ]);
    expect(await access(world, made)).toEqual(nobody);
  });

  it('takes the snapshot back if the AMI cannot be shared, and can be resumed', async () => {
    const world = await createAmiWorld();
    const made = await world.makeAmi();
    world.model.faults.add({ kind: 'deny', action: 'ModifyImageAttribute', count: 1 });
    const failed = await share(world, [made], [otherId]);
    expect(failed.targets[0]?.changes).toMatchObject([{ status: 'failed', code: 'ACCESS_DENIED' }]);
    expect(await access(world, made)).toEqual(nobody);
    expect(await world.run(world.operations.resume(failed.operationId))).toMatchObject({ ok: true });
    expect(await access(world, made)).toEqual(withOther);
  });

  it('finds AMIs by their tags, and never takes a search without tags for all of them', async () => {
    const world = await createAmiWorld();
    const made = await world.makeAmi({ tags: { Name: 'base/debian-12' } });
    const other = await world.makeAmi({ tags: { Name: 'base/debian-13' } });
    const search = (searchTags: Record<string, string>) =>
      world.amis.share({ targets: world.targets, search: { searchTags } }, [otherId]);
    await world.run(search({ Name: 'base/debian-12' }));
    expect(await access(world, made)).toEqual(withOther);
    expect(await access(world, other)).toEqual(nobody);
    await expect(world.run(search({}))).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it.each([
    ['no account, organization or unit', []],
    ['an id of eleven digits', ['12345678901']],
    ['a user', ['arn:aws:iam::222222222222:user/a']],
    ['everybody', ['all']],
  ])('refuses %s', async (_, grantees) => {
    const world = await createAmiWorld();
    const made = await world.makeAmi();
    await expect(share(world, [made], grantees)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('refuses an organization of another partition, and a disabled AMI', async () => {
    const world = await createAmiWorld();
    const made = await world.makeAmi();
    const chinese = organization.replace('arn:aws:', 'arn:aws-cn:');
    expect((await share(world, [made], [chinese])).targets).toMatchObject([{ code: 'INVALID_OPTION' }]);
    await world.run(world.amis.delete([world.entry(made)]));
    expect((await share(world, [made], [otherId])).targets).toMatchObject([
      { code: 'AMI_NOT_SHARABLE', message: expect.stringContaining('is disabled') },
    ]);
  });
});

const launches = async (world: AmiWorld, made: MadeAmi): Promise<string> => {
  const target = world.targets.targets.find((one) => one.accountId === otherId && one.region === region)!;
  const ec2 = await world.ec2(target);
  const launch = { ImageId: made.imageId, MinCount: 1, MaxCount: 1 };
  const outcome = await world.run(ec2.runInstances(launch).catch((error: Error) => error));
  if (outcome instanceof Error) return 'refused';
  await world.clock.advance(600_000);
  const id = outcome.Instances?.[0]?.InstanceId ?? '';
  const { Reservations = [] } = await world.run(ec2.describeInstances({ InstanceIds: [id] }));
  return Reservations[0]?.Instances?.[0]?.State?.Name ?? '';
};

const inOrganization = { organization: 'o-abcdefghij', path: 'o-abcdefghij/r-ab12/ou-ab12-11111111/' };
const unit = 'arn:aws:organizations::111111111111:ou/o-abcdefghij/ou-ab12-11111111';
const ofOrganization = (condition: object) => ({
  ...{ Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*', Condition: condition },
});
const withoutCreateGrant = {
  ...letsUse(otherId),
  Action: ['kms:De*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*'],
};

describe('what the plan says of a key', () => {
  it.each<[string, string, readonly object[], boolean]>([
    ['an account that the policy names', otherId, [letsUse(otherId)], true],
    ['an account by its bare id', otherId, [{ ...letsUse(otherId), Principal: { AWS: otherId } }], true],
    ['an account that it does not name', otherId, [letsUse('333333333333')], false],
    ['an account without kms:CreateGrant', otherId, [withoutCreateGrant], false],
    [
      'kms:CreateGrant for resources of AWS alone',
      otherId,
      [
        withoutCreateGrant,
        {
          ...letsUse(otherId),
          Action: 'kms:CreateGrant',
          Condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
        },
      ],
      true,
    ],
    [
      'an account that is denied',
      otherId,
      [letsUse(otherId), { ...letsUse(otherId), Effect: 'Deny' }],
      false,
    ],
    [
      'by way of EC2 there alone',
      otherId,
      [
        {
          ...letsUse(otherId),
          Condition: { StringEquals: { 'kms:ViaService': `ec2.${region}.amazonaws.com` } },
        },
      ],
      true,
    ],
    [
      'by way of EC2 elsewhere',
      otherId,
      [
        {
          ...letsUse(otherId),
          Condition: { StringEquals: { 'kms:ViaService': 'ec2.us-east-1.amazonaws.com' } },
        },
      ],
      false,
    ],
    [
      'its organization',
      organization,
      [ofOrganization({ StringEquals: { 'aws:PrincipalOrgID': 'o-abcdefghij' } })],
      true,
    ],
    [
      'another organization',
      organization,
      [ofOrganization({ StringEquals: { 'aws:PrincipalOrgID': 'o-zzzzzzzzzz' } })],
      false,
    ],
    [
      'its unit by path',
      unit,
      [
        ofOrganization({
          'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-abcdefghij/*/ou-ab12-11111111/*' },
        }),
      ],
      true,
    ],
    [
      'another unit by path',
      unit,
      [
        ofOrganization({
          'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-abcdefghij/*/ou-ab12-22222222/*' },
        }),
      ],
      false,
    ],
  ])('[W56] is what comes of launching there: %s', async (_, grantee, statements, works) => {
    const world = await createAmiWorld();
    world.model.setMembership(otherId, inOrganization);
    const made = await encryptedAmi(world, policyOf(...statements));
    const results = await share(world, [made], [grantee]);
    expect(results.ok).toBe(works);
    expect(results.notices).toEqual(works ? [expect.stringContaining('can use')] : []);
    if (!works) await shareAllTheSame(world, made);
    expect(await launches(world, made)).toBe(works ? 'running' : 'terminated');
  });

  it('is unclear where only a role of the account is let in, and it is shared all the same', async () => {
    const world = await createAmiWorld();
    const roles = { ...letsUse(otherId), Principal: { AWS: `arn:aws:iam::${otherId}:role/launcher` } };
    const made = await encryptedAmi(world, policyOf(roles));
    const results = await share(world, [made], [otherId]);
    expect(results).toMatchObject({
      ok: true,
      notices: [expect.stringMatching(/unclear for CreateGrant, Decrypt/)],
    });
  });
});

const shareAllTheSame = async (world: AmiWorld, made: MadeAmi): Promise<void> => {
  const ec2 = await world.ec2(made.target);
  const LaunchPermission = { Add: [{ UserId: otherId }] };
  await world.run(ec2.modifyImageAttribute({ ImageId: made.imageId, LaunchPermission }));
};

describe('unshare', () => {
  const unshare = (world: AmiWorld, made: readonly MadeAmi[], grantees: string[], options = {}) =>
    world.run(world.amis.unshare(made.map(world.entry), grantees, options));

  it('takes the permissions of AMI and snapshot, of those alone that are named, and gives them back when undone', async () => {
    const world = await createAmiWorld();
    const made = await world.makeAmi();
    await share(world, [made], [otherId, '333333333333', organization]);
    const before = await access(world, made);
    const planned = await unshare(world, [made], [otherId, organization], { dryRun: true });
    expect(planned.targets[0]?.changes).toMatchObject([{ resource: made.imageId, status: 'planned' }]);
    expect(await access(world, made)).toEqual(before);

    const { operationId } = await unshare(world, [made], [otherId, organization]);
    const left = [{ UserId: '333333333333' }];
    expect(await access(world, made)).toEqual({ launch: left, snapshot: left });
    await world.run(world.operations.undo(operationId));
    const sorted = async () =>
      JSON.stringify(await access(world, made))
        .split(/[[\],]/)
        .sort();
    expect(await sorted()).toEqual(
      JSON.stringify(before)
        .split(/[[\],]/)
        .sort(),
    );
    expect((await unshare(world, [made], ['444444444444'])).targets).toMatchObject([{ status: 'nothing' }]);
  });

  it('asks before it takes anything', async () => {
    const world = await createAmiWorld();
    const made = await world.makeAmi();
    await share(world, [made], [otherId]);
    const confirm = () => Promise.reject(new Error('no'));
    await expect(unshare(world, [made], [otherId], { confirm })).rejects.toThrow('no');
    expect(await access(world, made)).toEqual(withOther);
  });

  it('keeps a snapshot shared that another AMI has which stays shared, and says so', async () => {
    const world = await createAmiWorld();
    const made = await world.makeAmi();
    const other = await world.makeAmi({ snapshotId: made.snapshotId });
    await share(world, [made, other], [otherId]);
    const results = await unshare(world, [made], [otherId]);
    expect(results.notices).toEqual([
      `development,eu-west-1: ${made.snapshotId} stays shared with ${otherId}, since ${other.imageId} has it`,
    ]);
    expect(await access(world, made)).toEqual({ ...withOther, launch: [] });
  });
});
