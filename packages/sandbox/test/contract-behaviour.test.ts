import { afterEach, describe, expect, test } from 'vitest';
import {
  type Front,
  failureOf,
  fronts,
  type OpenFront,
  openHttpFront,
  openModelFront,
} from './support/fronts.js';

const volumeRequest = { AvailabilityZone: 'us-east-1a', Size: 1, VolumeType: 'gp3' as const };
const opened: Front[] = [];

afterEach(async () => {
  for (const front of opened.splice(0)) await front.close();
});

const opening =
  (open: OpenFront): OpenFront =>
  async (behaviour) => {
    const front = await open(behaviour);
    opened.push(front);
    return front;
  };

describe.each(fronts)('What the %s shows', (_name, openFront) => {
  const open = opening(openFront);

  const createVolume = async (front: Front): Promise<string> => {
    const { VolumeId = '' } = await front.run(front.ec2.createVolume(volumeRequest));
    return VolumeId;
  };
  const listed = async (front: Front, VolumeId: string): Promise<boolean> => {
    const { Volumes = [] } = await front.run(
      front.ec2.describeVolumes({ Filters: [{ Name: 'volume-id', Values: [VolumeId] }] }),
    );
    return Volumes.length > 0;
  };

  test('[BOX-5] Without options everything is seen at once, unlimited and allowed', async () => {
    const front = await open();
    const volumeId = await createVolume(front);
    expect(await listed(front, volumeId)).toBe(true);
    await front.sleep(200);
    for (let count = 0; count < 6; count += 1) {
      await front.run(front.ec2.createSnapshot({ VolumeId: volumeId }));
    }
    expect(front.model.iam.used()).toEqual([]);
  });

  test('[SEEN-1] Lists miss a new resource for a while, though its id can be used', async () => {
    const front = await open({ visibility: { listMs: 400 } });
    const volumeId = await createVolume(front);
    expect(await listed(front, volumeId)).toBe(false);
    const named = await front.run(front.ec2.describeVolumes({ VolumeIds: [volumeId] }));
    expect(named.Volumes).toHaveLength(1);
    await front.sleep(500);
    expect(await listed(front, volumeId)).toBe(true);
  });

  test('[SEEN-2] Calls that name a new resource do not find it for a while, though lists have it', async () => {
    const front = await open({ visibility: { directMs: 400 } });
    const volumeId = await createVolume(front);
    expect(await listed(front, volumeId)).toBe(true);
    // A second later the publisher asks again, since the volume is so new.
    const snapshot = await front.run(front.ec2.createSnapshot({ VolumeId: volumeId }));
    expect(snapshot).toMatchObject({ VolumeId: volumeId });
    const calls = front.model.calls.list({ action: 'CreateSnapshot' });
    expect(calls).toMatchObject([{ error: 'InvalidVolume.NotFound' }, {}]);
    expect(calls[1]).not.toHaveProperty('error');
  });

  test('[SEEN-3] Lists and filters know old tags for a while', async () => {
    const front = await open({ visibility: { tagsMs: 400 } });
    const volumeId = await createVolume(front);
    await front.run(front.ec2.createTags({ Resources: [volumeId], Tags: [{ Key: 'a', Value: '1' }] }));
    const tagged = async () => {
      const Filters = [{ Name: 'tag:a', Values: ['1'] }];
      return ((await front.run(front.ec2.describeVolumes({ Filters }))).Volumes ?? []).length;
    };
    const shown = async () =>
      (await front.run(front.ec2.describeVolumes({ VolumeIds: [volumeId] }))).Volumes?.[0]?.Tags ?? [];
    expect(await tagged()).toBe(0);
    expect(await shown()).toEqual([]);
    await front.sleep(500);
    expect(await tagged()).toBe(1);
    expect(await shown()).toEqual([{ Key: 'a', Value: '1' }]);
  });

  test('[SEEN-4] Lag can differ from action to action', async () => {
    const front = await open({ visibility: { actions: { DescribeVolumes: { listMs: 60_000 } } } });
    const volumeId = await createVolume(front);
    await front.sleep(200);
    await front.run(front.ec2.createSnapshot({ VolumeId: volumeId }));
    expect(await listed(front, volumeId)).toBe(false);
    const { Snapshots = [] } = await front.run(
      front.ec2.describeSnapshots({ Filters: [{ Name: 'volume-id', Values: [volumeId] }] }),
    );
    expect(Snapshots).toHaveLength(1);
  });

  test('[QUOTA-2] The second snapshot of a volume within 15 s is refused', async () => {
    const front = await open({ quotas: 'documented' });
    const volumeId = await createVolume(front);
    await front.sleep(200);
    const snapshot = () => front.ec2.createSnapshot({ VolumeId: volumeId });
    await front.run(snapshot());
    expect(await front.run(failureOf(snapshot()))).toMatchObject({
      code: 'AWS_THROTTLED',
      message: expect.stringContaining('(SnapshotCreationPerVolumeRateExceeded)') as string,
    });
  });

  test('[TIME-3] A request takes its time before it has an effect', async () => {
    const front = await open({ latency: { apiMs: 300 } });
    const began = front.cloud.clock.now();
    await front.run(front.ec2.createVolume(volumeRequest));
    expect(front.cloud.clock.now() - began).toBeGreaterThanOrEqual(300);
  });

  test('[IAM-1] A call that the policy of the account does not allow is refused', async () => {
    const front = await open({
      policies: {
        '111111111111': {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*' }],
        },
      },
    });
    await front.run(front.ec2.describeVolumes({}));
    const failure = await front.run(failureOf(front.ec2.createVolume(volumeRequest)));
    expect(failure.code).toBe('ACCESS_DENIED');
    expect(failure.message).toMatch(
      /not authorized to perform: ec2:CreateVolume on resource: arn:aws:ec2:us-east-1:111111111111:volume\/\* because no identity-based policy allows the ec2:CreateVolume action/,
    );
  });
});

describe('Both fronts', () => {
  test.each<[string, (front: Front) => Promise<unknown>]>([
    ['an unknown volume', ({ ec2 }) => ec2.createSnapshot({ VolumeId: 'vol-00000000000000000' })],
    ['a malformed id', ({ ec2 }) => ec2.describeSnapshots({ SnapshotIds: ['snap-x'] })],
    [
      'an unknown filter',
      ({ ec2 }) => ec2.describeImages({ Filters: [{ Name: 'nonsense', Values: ['a'] }] }),
    ],
    ['a volume without a size', ({ ec2 }) => ec2.createVolume({ AvailabilityZone: 'us-east-1a' })],
    ['a name that is malformed', ({ ec2 }) => ec2.registerImage({ Name: 'x' })],
    [
      'several instances',
      ({ ec2 }) => ec2.startInstances({ InstanceIds: ['i-00000000000000000', 'i-00000001'] }),
    ],
    ['a dry run', ({ ec2 }) => ec2.createVolume({ ...volumeRequest, DryRun: true })],
    [
      'credentials that are disabled',
      ({ ec2, model }) => {
        model.setCredentialState('111111111111', 'disabled');
        return ec2.describeVolumes({});
      },
    ],
    [
      'credentials that have expired',
      ({ ec2, model }) => {
        model.setCredentialState('111111111111', 'expired');
        return ec2.describeVolumes({});
      },
    ],
  ])('[MODEL-2] Fail in the same words for %s', async (_what, call) => {
    const http = await opening(openHttpFront)();
    const model = await opening(openModelFront)();
    const expected = await http.run(failureOf(call(http)));
    expect(await model.run(failureOf(call(model)))).toEqual(expected);
  });

  test('[MODEL-2] Find the same targets', async () => {
    const http = await opening(openHttpFront)();
    const model = await opening(openModelFront)();
    const expected = await http.cloud.resolveTargets('development,*');
    expect(await model.run(model.cloud.resolveTargets('development,*'))).toEqual(expected);
    expect(expected.targets).toHaveLength(1);
  });

  test.each(['disabled', 'expired'] as const)(
    '[MODEL-2] Say alike which account has %s keys',
    async (state) => {
      const failures = [];
      for (const openFront of [openHttpFront, openModelFront]) {
        const front = await opening(openFront)();
        front.model.setCredentialState('111111111111', state);
        const resolved = await front.run(front.cloud.resolveTargets('*,*'));
        failures.push(resolved.failures.map(({ account, region, error }) => [account, region, error.code]));
      }
      expect(failures[1]).toEqual(failures[0]);
      expect(failures[0]).toEqual([
        ['development', '*', state === 'expired' ? 'CREDENTIALS_EXPIRED' : 'ACCESS_DENIED'],
      ]);
    },
  );
});
