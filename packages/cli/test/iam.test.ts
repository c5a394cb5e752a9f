import { tagKeys } from '@ami-publisher/core';
import { describe, expect, it } from 'vitest';
import { publisherPolicy, readerPolicy } from '../src/docs/iam/policies.js';
import { documentOf, type PolicyDocument, type PolicyStatement } from '../src/docs/iam/policy.js';
import {
  createModelAccount,
  exerciseEverything,
  failureOf,
  type ModelAccount,
} from './support/model-account.js';

/** Only `doctor` needs it: `test/e2e/iam.test.ts` runs that under the whole policy, and `set-up.test.ts` where it is denied. */
const forDoctor = 'LookAtQuotas';
const policy = documentOf({
  ...publisherPolicy,
  statements: publisherPolicy.statements.filter(({ statement }) => statement.Sid !== forDoctor),
});
const entries = policy.Statement.flatMap(({ Sid, Action }) => Action.map((action) => [action, Sid] as const));

/** The policy with one statement changed, or left out if it allows nothing any more. */
const changed = (Sid: string, change: (statement: PolicyStatement) => PolicyStatement): PolicyDocument => ({
  ...policy,
  Statement: policy.Statement.map((statement) =>
    statement.Sid === Sid ? change(statement) : statement,
  ).filter(({ Action }) => Action.length > 0),
});

describe('the policy for publishers', () => {
  it('lets publishing, growing, replacing and undoing pass, and allows nothing else', async () => {
    const account = await createModelAccount(policy);
    expect(await exerciseEverything(account)).toEqual([]);
    expect(account.cloud.model.iam.unused()).toEqual([]);
    expect(account.cloud.model.audit()).toEqual({ orphans: [], duplicates: [], mislabels: [] });
  });

  it.each(entries)(
    'is needed for %s in statement %s: without it a target fails and names it',
    async (action, Sid) => {
      const without = changed(Sid, (statement) => ({
        ...statement,
        Action: statement.Action.filter((one) => one !== action),
      }));
      const messages = await exerciseEverything(await createModelAccount(without));
      const denied = messages.filter((message) =>
        message.includes(`is not authorized to perform: ${action} `),
      );
      expect(denied.length, messages.join('\n')).toBeGreaterThan(0);
      for (const message of denied) {
        expect(message).toMatch(/^development,us-east-1: ec2:\w+( on \S+)?: You are not authorized/);
        expect(message).toMatch(/docs\/iam\.md/);
      }
    },
  );
});

/** Something of an account that is none of ours, beside what a publication made. */
const setUp = async (document: PolicyDocument) => {
  const account = await createModelAccount(document);
  const ours = { [tagKeys.publication]: 'pub-1', [tagKeys.stream]: 'base/other' };
  const tags = (type: 'volume' | 'snapshot' | 'image', values: Record<string, string>) => ({
    TagSpecifications: [
      { ResourceType: type, Tags: Object.entries(values).map(([Key, Value]) => ({ Key, Value })) },
    ],
  });
  const make = async (values: Record<string, string>, Name: string) => {
    const volume = await account.asAdministrator('CreateVolume', {
      ...{ AvailabilityZone: 'us-east-1a', Size: 1, VolumeType: 'gp3', Encrypted: true },
      ...tags('volume', values),
    });
    await account.pass(10_000);
    const VolumeId = volume.VolumeId ?? '';
    const snapshot = await account.asAdministrator('CreateSnapshot', {
      VolumeId,
      ...tags('snapshot', values),
    });
    await account.pass(3_600_000);
    const SnapshotId = snapshot.SnapshotId ?? '';
    const image = await account.asAdministrator('RegisterImage', {
      ...registration(Name, SnapshotId),
      ...tags('image', values),
    });
    return { VolumeId, SnapshotId, ImageId: image.ImageId ?? '' };
  };
  const web = await account.run(account.cloud.addUnpackers({ name: 'web', state: 'stopped' }));
  return {
    account,
    ec2: await account.cloud.ec2(account.target),
    ours: await make(ours, 'ours'),
    theirs: await make({}, 'theirs'),
    web: web[0] ?? '',
    tags,
    ourTags: ours,
  };
};

type SetUp = Awaited<ReturnType<typeof setUp>>;

const registration = (Name: string, SnapshotId: string) => ({
  Name,
  Architecture: 'x86_64' as const,
  VirtualizationType: 'hvm',
  EnaSupport: true,
  RootDeviceName: '/dev/xvda',
  BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId, VolumeType: 'gp3' as const } }],
});

const volume = { AvailabilityZone: 'us-east-1a', Size: 1, VolumeType: 'gp3' as const, Encrypted: true };

/** What must not be: by the statement, operator and key that forbid it. */
const forbidden: readonly (readonly [
  what: string,
  Sid: string,
  operator: string,
  key: string,
  call: (set: SetUp) => Promise<unknown>,
])[] = [
  [
    'starting an instance of another name',
    'UseUnpackers',
    'StringEquals',
    'aws:ResourceTag/Name',
    ({ ec2, web }) => ec2.startInstances({ InstanceIds: [web] }),
  ],
  [
    'a volume that is not encrypted',
    'MakeVolumes',
    'Bool',
    'ec2:Encrypted',
    ({ ec2, tags, ourTags }) => ec2.createVolume({ ...volume, Encrypted: false, ...tags('volume', ourTags) }),
  ],
  [
    'a volume of another type',
    'MakeVolumes',
    'StringEquals',
    'ec2:VolumeType',
    ({ ec2, tags, ourTags }) =>
      ec2.createVolume({ ...volume, VolumeType: 'gp2', ...tags('volume', ourTags) }),
  ],
  [
    'a volume of no publication',
    'MakeVolumes',
    'StringLike',
    `aws:RequestTag/${tagKeys.publication}`,
    ({ ec2, tags }) => ec2.createVolume({ ...volume, ...tags('volume', { [tagKeys.stream]: 'x' }) }),
  ],
  [
    'a volume of no stream',
    'MakeVolumes',
    'Null',
    `aws:RequestTag/${tagKeys.stream}`,
    ({ ec2, tags }) => ec2.createVolume({ ...volume, ...tags('volume', { [tagKeys.publication]: 'pub-1' }) }),
  ],
  [
    'deleting a volume of no stream',
    'UseVolumes',
    'Null',
    `aws:ResourceTag/${tagKeys.stream}`,
    ({ ec2, theirs }) => ec2.deleteVolume({ VolumeId: theirs.VolumeId }),
  ],
  [
    'a snapshot of no publication',
    'MakeSnapshots',
    'StringLike',
    `aws:RequestTag/${tagKeys.publication}`,
    ({ ec2, ours }) => ec2.createSnapshot({ VolumeId: ours.VolumeId }),
  ],
  [
    'registering a snapshot of no publication',
    'UseSnapshots',
    'StringLike',
    `aws:ResourceTag/${tagKeys.publication}`,
    ({ ec2, theirs, tags, ourTags }) =>
      ec2.registerImage({ ...registration('stolen', theirs.SnapshotId), ...tags('image', ourTags) }),
  ],
  [
    'an AMI of no publication',
    'MakeImages',
    'StringLike',
    `aws:RequestTag/${tagKeys.publication}`,
    ({ ec2, ours }) => ec2.registerImage(registration('anonymous', ours.SnapshotId)),
  ],
  [
    'deregistering an AMI of no publication',
    'UseImages',
    'StringLike',
    `aws:ResourceTag/${tagKeys.publication}`,
    ({ ec2, theirs }) => ec2.deregisterImage({ ImageId: theirs.ImageId }),
  ],
  [
    'tagging an AMI afterwards',
    'TagWhatIsMade',
    'StringEquals',
    'ec2:CreateAction',
    ({ ec2, theirs }) =>
      ec2.createTags({ Resources: [theirs.ImageId], Tags: [{ Key: tagKeys.publication, Value: 'pub-1' }] }),
  ],
  [
    'tagging a volume of no stream',
    'AdoptVolumes',
    'Null',
    `aws:ResourceTag/${tagKeys.stream}`,
    ({ ec2, theirs }) =>
      ec2.createTags({ Resources: [theirs.VolumeId], Tags: [{ Key: tagKeys.stream, Value: 'mine' }] }),
  ],
  [
    'tagging without tags',
    'AdoptVolumes',
    'Null',
    'aws:TagKeys',
    ({ ec2, ours }) => ec2.createTags({ Resources: [ours.VolumeId], Tags: [] }),
  ],
  [
    'other tags on a volume of a stream',
    'AdoptVolumes',
    'ForAllValues:StringEquals',
    'aws:TagKeys',
    ({ ec2, ours }) => ec2.createTags({ Resources: [ours.VolumeId], Tags: [{ Key: 'owner', Value: 'me' }] }),
  ],
];

const withoutCondition = (statement: PolicyStatement, operator: string, key: string): PolicyStatement => {
  const { Condition = {}, ...rest } = statement;
  const { [key]: _gone, ...keys } = Condition[operator] ?? {};
  return { ...rest, Condition: { ...Condition, [operator]: keys } };
};

describe('the conditions of the policy for publishers', () => {
  it.each(forbidden)('forbid %s: %s, %s on %s', async (_what, Sid, operator, key, call) => {
    const denied = async (document: PolicyDocument) => {
      const set = await setUp(document);
      return (await set.account.run(failureOf(call(set))))?.code === 'ACCESS_DENIED';
    };
    expect(await denied(policy)).toBe(true);
    expect(await denied(changed(Sid, (one) => withoutCondition(one, operator, key)))).toBe(false);
  });

  it('are each tried', () => {
    const conditions = policy.Statement.flatMap(({ Sid, Condition = {} }) =>
      Object.entries(Condition).flatMap(([operator, keys]) =>
        Object.keys(keys).map((key) => [Sid, operator, key].join(' ')),
      ),
    );
    expect(forbidden.map(([, Sid, operator, key]) => [Sid, operator, key].join(' ')).sort()).toEqual(
      conditions.sort(),
    );
  });
});

describe('the policy for readers', () => {
  const attempt = async (account: ModelAccount) => {
    const { targets } = await account.publish('1');
    return targets.map((target) => ('message' in target ? target.message : target.status));
  };

  it('lets one plan, and fails a publication with the name of what is missing', async () => {
    const account = await createModelAccount(documentOf(readerPolicy));
    expect(await attempt(account)).toEqual([
      expect.stringMatching(
        /^development,us-east-1: ec2:CreateVolume: You are not authorized .* to perform: ec2:CreateVolume on resource: arn:aws:ec2:us-east-1:111111111111:volume\/\* .*; .*docs\/iam\.md/,
      ),
    ]);
  });
});
