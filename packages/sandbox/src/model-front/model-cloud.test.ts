import { VirtualClock } from '@ami-publisher/base';
import {
  MemoryJournalStore,
  type PublicationResults,
  Publisher,
  type PublishOptions,
  UnpackerFleet,
} from '@ami-publisher/core';
import { describe, expect, test } from 'vitest';
import type { DrawnTime } from '../model/latency.js';
import { ModelCloud, type ModelCloudOptions } from './model-cloud.js';

const stream = 'base/debian-12';

const modelWorld = async (options: ModelCloudOptions = {}) => {
  const clock = new VirtualClock();
  const cloud = new ModelCloud({ accounts: 2, regions: 2, ...options, clock });
  cloud.images.add({ stream, leaf: '1' });
  cloud.images.add({ stream, leaf: '2', changedBytes: 10_000_000 });
  const unpackers = await clock.runUntil(cloud.addUnpackers());
  const fleet = new UnpackerFleet({ cloud, createClient: cloud.createUnpackerClient });
  const publisher = new Publisher({
    cloud,
    fleet,
    images: cloud.images,
    journals: new MemoryJournalStore(),
  });
  const publish = async (leaf: string, more: Partial<PublishOptions> = {}): Promise<PublicationResults> => {
    const targets = await cloud.resolveTargets('*,*');
    const plan = await publisher.plan({ stream, leaf, targets, amiName: `debian-${leaf}`, ...more });
    return publisher.start(plan).results;
  };
  return { clock, cloud, unpackers, publisher, publish };
};

describe('The model front', () => {
  test('[MODEL-1] Publishes to every target with the real publisher, in virtual time', async () => {
    const { clock, cloud, publish } = await modelWorld();
    const began = clock.now();
    const first = await clock.runUntil(publish('1'));
    expect(first.targets.map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => 'published'));
    expect(clock.now() - began).toBeGreaterThan(10_000);
    expect(cloud.model.audit()).toEqual({ orphans: [], duplicates: [], mislabels: [] });
  });

  test('[MODEL-1] Publishes the next release over the same volumes, and faster', async () => {
    const { clock, cloud, publish } = await modelWorld();
    await clock.runUntil(publish('1'));
    const began = clock.now();
    const second = await clock.runUntil(publish('2'));
    expect(second.ok).toBe(true);
    expect(clock.now() - began).toBeLessThan(10_000);
    const { volumes, images } = await cloud.model.inventory('111111111111', cloud.regions[0]!);
    // The root volume of the instance, and the stream's.
    expect(volumes).toHaveLength(2);
    expect(images.map(({ Name }) => Name)).toEqual(['debian-1', 'debian-2']);
    expect(cloud.model.audit()).toEqual({ orphans: [], duplicates: [], mislabels: [] });
  });

  test('[MODEL-1] Starts unpackers that are stopped, which takes their time to boot', async () => {
    const { clock, cloud, publish } = await modelWorld({ unpackers: { bootMs: 90_000 } });
    const { instances } = await cloud.model.inventory('111111111111', cloud.regions[0]!);
    const [target] = (await cloud.resolveTargets(`development,${cloud.regions[0]}`)).targets;
    const ec2 = await cloud.ec2(target!);
    await clock.runUntil(ec2.stopInstances({ InstanceIds: [instances[0]!.InstanceId!] }));
    await clock.advance(1_000);
    const began = clock.now();
    const results = await clock.runUntil(publish('1'));
    expect(results.ok).toBe(true);
    expect(clock.now() - began).toBeGreaterThan(90_000);
  });

  test('[MODEL-1] Names the account whose credentials are broken, and publishes to the others', async () => {
    const { clock, cloud, publish } = await modelWorld();
    cloud.model.setCredentialState('222222222222', 'expired');
    const results = await clock.runUntil(publish('1'));
    expect(results.ok).toBe(false);
    expect(results.targets.map(({ status }) => status).sort()).toEqual(['failed', 'published', 'published']);
    expect(results.targets.find(({ status }) => status === 'failed')).toMatchObject({
      code: 'CREDENTIALS_EXPIRED',
    });
  });

  test('[TIME-4] Tells every time that it draws, and what takes it', async () => {
    const times: DrawnTime[] = [];
    const { clock, cloud, publish } = await modelWorld({ onTime: (time) => times.push(time) });
    await clock.runUntil(publish('1'));
    const region = cloud.regions[0]!;
    const { snapshots, images } = await cloud.model.inventory('111111111111', region);
    const there = times.filter(
      ({ accountId, ...time }) => accountId === '111111111111' && time.region === region,
    );
    const drawn = (kind: DrawnTime['kind']) => there.filter((time) => time.kind === kind);
    expect(drawn('completeSnapshotMs')).toMatchObject([{ resourceId: snapshots[0]?.SnapshotId, ms: 300 }]);
    expect(drawn('registerImageMs')).toMatchObject([{ resourceId: images[0]?.ImageId, ms: 100 }]);
    expect(drawn('apiMs').length).toBeGreaterThan(5);
  });

  test('[MODEL-2] Repeats what may be repeated, and gives up on what gets no answer within 60 s', async () => {
    const { clock, cloud } = await modelWorld();
    const [target] = (await cloud.resolveTargets('development,*')).targets;
    const ec2 = await cloud.ec2(target!);
    const { calls, faults } = cloud.model;
    faults.add({ action: 'DescribeVolumes', kind: 'throttle', count: 5 });
    calls.clear();
    await clock.runUntil(ec2.describeVolumes({}));
    expect(calls.count('DescribeVolumes')).toBe(6);
    faults.add({ action: 'DeleteVolume', kind: 'hang' });
    const began = clock.now();
    const hanging = ec2.deleteVolume({ VolumeId: 'vol-00000000000000000' });
    await expect(clock.runUntil(hanging)).rejects.toMatchObject({ code: 'AWS_UNAVAILABLE' });
    expect(clock.now() - began).toBe(60_000);
    expect(calls.count('DeleteVolume')).toBe(1);
  });

  test.each<[string, string]>([
    ['development', 'TARGET_MALFORMED'],
    ['nobody,*', 'UNKNOWN_ACCOUNT'],
    ['development,moon-*', 'NO_TARGETS'],
  ])('[MODEL-2] The selection %s is refused as %s', async (selection, code) => {
    const { cloud } = await modelWorld();
    await expect(cloud.resolveTargets(selection)).rejects.toMatchObject({ code });
  });

  test('[MODEL-2] Does not wait for ever for the identity of an account', async () => {
    const { clock, cloud } = await modelWorld();
    cloud.model.faults.add({ action: 'GetCallerIdentity', account: '222222222222', kind: 'hang' });
    const { targets, failures } = await clock.runUntil(cloud.resolveTargets('*,*'));
    expect(targets).toHaveLength(2);
    expect(failures).toMatchObject([{ account: 'staging', error: { code: 'AWS_UNAVAILABLE' } }]);
  });
});
