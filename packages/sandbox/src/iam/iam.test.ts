import { VirtualClock } from '@ami-publisher/base';
import type { Ec2Action } from '@ami-publisher/core';
import { describe, expect, test } from 'vitest';
import type { Identity } from '../credentials/identity.js';
import { RegionState } from '../model/region-state.js';
import { Iam } from './iam.js';
import type { PolicyDocument } from './policy.js';

const account = '111111111111';
const volumeId = 'vol-0123456789abcdef0';
const state = new RegionState(account, 'us-east-1', new VirtualClock());
const untaggedVolumeId = 'vol-0123456789abcdef1';
state.volumes.insert({ id: volumeId, tags: new Map([['ami-publisher:stream', 'base/debian']]) } as never);
state.volumes.insert({ id: untaggedVolumeId, tags: new Map() } as never);

const profileArn = (path: string): string => `arn:aws:iam::${account}:instance-profile/${path}`;

const session: Identity = {
  accountId: account,
  arn: `arn:aws:sts::${account}:assumed-role/publisher/ci`,
  userId: 'AROA:ci',
  isSession: true,
};

type Statements = Exclude<PolicyDocument['Statement'], unknown[]>;

const iamWith = (...Statement: Statements[]): Iam =>
  new Iam({ publisher: { Version: '2012-10-17', Statement } });

const allow = (Action: string | string[], more: Partial<Statements> = {}): Statements =>
  ({ Effect: 'Allow', Action, Resource: '*', ...more }) as Statements;

/** 'allowed', or what the refusal says after the caller's name. */
const verdict = (iam: Iam, action: Ec2Action, input: object, caller = session): string => {
  try {
    iam.checkEc2(caller, state, action, input);
    return 'allowed';
  } catch (error) {
    expect(error).toMatchObject({ code: 'UnauthorizedOperation', status: 403 });
    return (error as Error).message.replace(/^.* is not authorized to perform: /, '');
  }
};

const snapshotOf = (tags: Record<string, string> = {}) => ({
  VolumeId: volumeId,
  TagSpecifications: [
    { ResourceType: 'snapshot', Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
  ],
});

describe('A policy', () => {
  test.each<[string, Statements[], string]>([
    [
      'nothing',
      [allow('ec2:CreateTags')],
      'ec2:DescribeImages because no identity-based policy allows the ec2:DescribeImages action',
    ],
    ['the action', [allow('ec2:DescribeImages')], 'allowed'],
    ['the action in other case', [allow('EC2:describeimages')], 'allowed'],
    ['a pattern', [allow('ec2:Describe*')], 'allowed'],
    ['a pattern with ?', [allow('ec2:DescribeImage?')], 'allowed'],
    ['everything', [allow('*')], 'allowed'],
    ['one of several', [allow(['ec2:CreateTags', 'ec2:DescribeImages'])], 'allowed'],
    [
      'single resources',
      [allow('ec2:DescribeImages', { Resource: 'arn:aws:ec2:*::image/*' })],
      'ec2:DescribeImages because no identity-based policy allows the ec2:DescribeImages action',
    ],
    [
      'all but it',
      [allow('*'), { Effect: 'Deny', Action: 'ec2:Describe*', Resource: '*' }],
      'ec2:DescribeImages with an explicit deny in an identity-based policy',
    ],
  ])('[IAM-1] That allows %s', (_what, statements, expected) => {
    expect(verdict(iamWith(...statements), 'DescribeImages', {})).toBe(expected);
  });

  test('[IAM-1] Binds the roles, users and accounts that it is named for, and nobody else', () => {
    const iam = iamWith(allow('ec2:CreateTags'));
    const user = { ...session, arn: `arn:aws:iam::${account}:user/somebody` };
    expect(verdict(iam, 'DescribeImages', {}, user)).toBe('allowed');
    const ofAccount = new Iam({ [account]: { Version: '2012-10-17', Statement: allow('ec2:CreateTags') } });
    expect(verdict(ofAccount, 'DescribeImages', {}, user)).toContain('no identity-based policy');
    expect(verdict(ofAccount, 'DescribeImages', {}, { ...user, accountId: '222222222222' })).toBe('allowed');
  });

  test('[IAM-2] Has to allow everything that a call makes and names', () => {
    const onSnapshots = allow('ec2:CreateSnapshot', { Resource: 'arn:aws:ec2:us-east-1::snapshot/*' });
    const onVolumes = allow('ec2:CreateSnapshot', { Resource: `arn:aws:ec2:*:${account}:volume/*` });
    expect(verdict(iamWith(onSnapshots), 'CreateSnapshot', { VolumeId: volumeId })).toMatch(
      `ec2:CreateSnapshot on resource: arn:aws:ec2:us-east-1:${account}:volume/${volumeId} because`,
    );
    expect(verdict(iamWith(onVolumes), 'CreateSnapshot', { VolumeId: volumeId })).toMatch(
      'ec2:CreateSnapshot on resource: arn:aws:ec2:us-east-1::snapshot/* because',
    );
    expect(verdict(iamWith(onSnapshots, onVolumes), 'CreateSnapshot', { VolumeId: volumeId })).toBe(
      'allowed',
    );
  });

  test.each<[string, NonNullable<Statements['Condition']>, boolean]>([
    [
      'the value of a resource tag',
      { StringEquals: { 'aws:ResourceTag/ami-publisher:stream': 'base/debian' } },
      true,
    ],
    [
      'another value of it',
      { StringEquals: { 'aws:ResourceTag/ami-publisher:stream': 'base/alpine' } },
      false,
    ],
    [
      'one of several values',
      { StringEquals: { 'ec2:ResourceTag/ami-publisher:stream': ['x', 'base/debian'] } },
      true,
    ],
    ['a pattern of it', { StringLike: { 'aws:ResourceTag/ami-publisher:stream': 'base/*' } }, true],
    [
      'a pattern that StringEquals takes as text',
      { StringEquals: { 'aws:ResourceTag/ami-publisher:stream': 'base/*' } },
      false,
    ],
    ['a tag that is not there', { StringLike: { 'aws:ResourceTag/other': '*' } }, false],
    ['the region', { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } }, true],
    ['another region', { StringEquals: { 'aws:RequestedRegion': ['eu-west-1'] } }, false],
    ['a request tag', { StringEquals: { 'aws:RequestTag/owner': 'me' } }, true],
    ['all tag keys', { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['owner', 'extra'] } }, true],
    ['tag keys of a kind', { 'ForAllValues:StringLike': { 'aws:TagKeys': ['own*', 'ext*'] } }, true],
    ['tag keys of other kinds', { 'ForAllValues:StringLike': { 'aws:TagKeys': 'ext*' } }, false],
    ['some tag keys', { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'extra' } }, false],
    [
      'two things of which one is wrong',
      { StringEquals: { 'aws:RequestTag/owner': 'me', 'aws:RequestedRegion': 'x' } },
      false,
    ],
  ])('[IAM-3] With a condition on %s', (_what, Condition, allowed) => {
    const iam = iamWith(allow('ec2:CreateTags', { Condition }));
    const input = { Resources: [volumeId], Tags: [{ Key: 'owner', Value: 'me' }] };
    expect(verdict(iam, 'CreateTags', input) === 'allowed').toBe(allowed);
  });

  const volume = (request: object) => ({ AvailabilityZone: 'us-east-1a', Size: 1, ...request });

  test.each<[string, NonNullable<Statements['Condition']>, object, boolean]>([
    ['encryption, met', { Bool: { 'ec2:Encrypted': 'true' } }, { Encrypted: true }, true],
    ['encryption as JSON says it', { Bool: { 'ec2:Encrypted': true } }, { Encrypted: true }, true],
    ['encryption, not met', { Bool: { 'ec2:Encrypted': 'true' } }, {}, false],
    ['no encryption', { Bool: { 'ec2:Encrypted': 'false' } }, {}, true],
    ['a volume type', { StringEquals: { 'ec2:VolumeType': 'gp3' } }, { VolumeType: 'gp3' }, true],
    ['the default volume type', { StringEquals: { 'ec2:VolumeType': 'gp2' } }, {}, true],
    ['the absence of a key', { Null: { 'aws:RequestTag/owner': 'true' } }, {}, true],
    ['the presence of a key that is absent', { Null: { 'aws:RequestTag/owner': 'false' } }, {}, false],
    ['a Bool of a key that is absent', { Bool: { 'aws:RequestTag/owner': 'false' } }, {}, false],
  ])('[IAM-3] With a condition on %s of what is made', (_what, Condition, request, allowed) => {
    const iam = iamWith(allow('ec2:CreateVolume', { Condition }));
    expect(verdict(iam, 'CreateVolume', volume(request)) === 'allowed').toBe(allowed);
  });

  test('[IAM-3] Null tells a tag of any value from none', () => {
    const Condition = { Null: { 'aws:ResourceTag/ami-publisher:stream': 'false' as const } };
    const iam = iamWith(allow('ec2:DeleteVolume', { Condition }));
    expect(verdict(iam, 'DeleteVolume', { VolumeId: volumeId })).toBe('allowed');
    expect(verdict(iam, 'DeleteVolume', { VolumeId: untaggedVolumeId })).toContain('ec2:DeleteVolume');
  });

  test('[IAM-3] Tags of a creating request are not those of the resources that it names', () => {
    const tagged = { StringEquals: { 'aws:RequestTag/owner': 'me' } };
    const input = snapshotOf({ owner: 'me' });
    const creating = allow('ec2:CreateTags');
    const everywhere = iamWith(creating, allow('ec2:CreateSnapshot', { Condition: tagged }));
    expect(verdict(everywhere, 'CreateSnapshot', input)).toContain(`volume/${volumeId}`);
    const onSnapshots = { Resource: 'arn:aws:ec2:*::snapshot/*', Condition: tagged };
    const onVolumes = { Resource: 'arn:aws:ec2:*:*:volume/*' };
    const apart = iamWith(
      creating,
      allow('ec2:CreateSnapshot', onSnapshots),
      allow('ec2:CreateSnapshot', onVolumes),
    );
    expect(verdict(apart, 'CreateSnapshot', input)).toBe('allowed');
  });

  test('[IAM-3] ForAllValues is content with a request without tags', () => {
    const Condition = { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] } };
    expect(verdict(iamWith(allow('*', { Condition })), 'DescribeImages', {})).toBe('allowed');
  });

  test('[IAM-4] Tags of a creating call need ec2:CreateTags with its name', () => {
    const create = allow('ec2:CreateSnapshot');
    const tagAt = (action: string) =>
      allow('ec2:CreateTags', { Condition: { StringEquals: { 'ec2:CreateAction': action } } });
    expect(verdict(iamWith(create), 'CreateSnapshot', snapshotOf())).toBe('allowed');
    expect(verdict(iamWith(create), 'CreateSnapshot', snapshotOf({ a: '1' }))).toMatch(
      'ec2:CreateTags on resource: arn:aws:ec2:us-east-1::snapshot/* because',
    );
    expect(verdict(iamWith(create, tagAt('CreateVolume')), 'CreateSnapshot', snapshotOf({ a: '1' }))).toMatch(
      'ec2:CreateTags',
    );
    const iam = iamWith(create, tagAt('CreateSnapshot'));
    expect(verdict(iam, 'CreateSnapshot', snapshotOf({ a: '1' }))).toBe('allowed');
    expect(verdict(iam, 'CreateTags', { Resources: [volumeId], Tags: [{ Key: 'a' }] })).toMatch(
      'ec2:CreateTags',
    );
  });

  test('[IAM-5] Binds STS as well, but for what needs no permission', () => {
    const iam = iamWith(allow('sts:AssumeRole', { Resource: 'arn:aws:iam::*:role/ami-publisher' }));
    const assume = (name: string) =>
      iam.checkSts(session, 'AssumeRole', { RoleArn: `arn:aws:iam::222222222222:role/${name}` }, 'us-east-1');
    assume('ami-publisher');
    expect(() => assume('admin')).toThrow(
      expect.objectContaining({
        code: 'AccessDenied',
        message: `User: ${session.arn} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/admin because no identity-based policy allows the sts:AssumeRole action`,
      }),
    );
    iam.checkSts(session, 'GetCallerIdentity', {}, 'us-east-1');
  });

  test.each<[string, string, object, boolean]>([
    ['the role of the profile that is named', 'role/unpacker', { Name: 'unpacker' }, true],
    ['the role of the profile of an ARN', 'role/unpacker', { Arn: profileArn('unpacker') }, true],
    [
      'the role of a profile with a path',
      'role/images/unpacker',
      { Arn: profileArn('images/unpacker') },
      true,
    ],
    ['another role', 'role/administrator', { Name: 'unpacker' }, false],
    ['the profile in place of its role', 'instance-profile/unpacker', { Name: 'unpacker' }, false],
  ])('[IAM-8] That lets one pass %s', (_what, resource, IamInstanceProfile, allowed) => {
    const Condition = { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } };
    const Resource = `arn:aws:iam::${account}:${resource}`;
    const iam = iamWith(allow('ec2:RunInstances'), allow('iam:PassRole', { Resource, Condition }));
    expect(verdict(iam, 'RunInstances', { IamInstanceProfile }) === 'allowed').toBe(allowed);
  });

  test('[IAM-8] Without iam:PassRole lets one launch no instance with a profile, and says which role it was', () => {
    const iam = iamWith(
      allow('ec2:RunInstances'),
      allow('iam:PassRole', {
        Condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
      }),
    );
    expect(verdict(iam, 'RunInstances', {})).toBe('allowed');
    expect(verdict(iam, 'RunInstances', { IamInstanceProfile: { Name: 'unpacker' } })).toBe(
      `iam:PassRole on resource: arn:aws:iam::${account}:role/unpacker because no identity-based policy allows the iam:PassRole action`,
    );
  });

  test('[IAM-6] Tells which of its entries allowed what, and which nothing', () => {
    const iam = iamWith(
      allow(['ec2:Describe*', 'ec2:DeleteVolume'], { Sid: 'Reads' }),
      allow('ec2:CreateSnapshot'),
      { Effect: 'Deny', Action: 'ec2:CreateTags', Resource: '*' } as Statements,
    );
    verdict(iam, 'DescribeImages', {});
    verdict(iam, 'DescribeImages', {});
    verdict(iam, 'CreateVolume', {});
    expect(iam.used()).toEqual([
      { policy: 'publisher', statement: 'Reads', action: 'ec2:DescribeImages', count: 2 },
    ]);
    expect(iam.unused()).toEqual([
      { policy: 'publisher', statement: 'Reads', action: 'ec2:DeleteVolume' },
      { policy: 'publisher', statement: '1', action: 'ec2:CreateSnapshot' },
    ]);
  });

  test.each<[string, object]>([
    ['another version', { Version: '2008-10-17', Statement: [] }],
    ['NotAction', { Version: '2012-10-17', Statement: { Effect: 'Allow', NotAction: 'x', Resource: '*' } }],
    ['another effect', { Version: '2012-10-17', Statement: { ...allow('*'), Effect: 'Maybe' } }],
    [
      'another operator',
      { Version: '2012-10-17', Statement: allow('*', { Condition: { StringNotLike: {} } } as never) },
    ],
    [
      'another key',
      {
        Version: '2012-10-17',
        Statement: allow('*', { Condition: { StringEquals: { 'aws:SourceIp': 'x' } } }),
      },
    ],
    [
      'a truth that is none',
      {
        Version: '2012-10-17',
        Statement: allow('*', { Condition: { Bool: { 'ec2:Encrypted': 'yes' } } } as never),
      },
    ],
  ])('[IAM-7] With %s is refused, since it would not be enforced', (_what, document) => {
    expect(() => new Iam({ publisher: document as PolicyDocument })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', resource: 'publisher' }),
    );
  });
});
