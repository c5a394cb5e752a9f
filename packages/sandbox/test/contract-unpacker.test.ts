import { VirtualClock } from '@ami-publisher/base';
import {
  AwsCloud,
  type Cloud,
  type Ec2Api,
  type Target,
  type UnpackerClient,
  UnpackerFleet,
} from '@ami-publisher/core';
import { ModelCloud, startSandboxCloud } from '@ami-publisher/sandbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

interface UnpackerFront {
  readonly client: UnpackerClient;
  readonly ec2: Ec2Api;
  readonly instanceId: string;
  run<T>(outcome: Promise<T>): Promise<T>;
  sleep(ms: number): Promise<void>;
  close(): Promise<void>;
}

const account = { id: '111111111111', name: 'development' };
const target: Target = {
  partition: 'aws',
  accountId: account.id,
  account: account.name,
  region: 'us-east-1',
};
const where = { accounts: [account], regions: [target.region] };

const connect = async (cloud: Cloud, fleet: UnpackerFleet) => {
  const { client, instance } = await fleet.connect(target, '');
  return { client, ec2: await cloud.ec2(target), instanceId: instance.InstanceId ?? '' };
};

const openDaemon = async (): Promise<UnpackerFront> => {
  const sandbox = await startSandboxCloud({ ...where, tls: false });
  Object.assign(process.env, sandbox.environment);
  const cloud = await AwsCloud.fromConfig({
    accounts: { [account.name]: { profile: account.name } },
    endpoint: sandbox.endpoint,
  });
  const connected = await connect(cloud, new UnpackerFleet({ cloud }));
  return {
    ...connected,
    run: (outcome) => outcome,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    close: async () => {
      connected.client.close();
      cloud.close();
      await sandbox.close();
      for (const name of Object.keys(sandbox.environment)) delete process.env[name];
    },
  };
};

const openModel = async (): Promise<UnpackerFront> => {
  const clock = new VirtualClock();
  const cloud = new ModelCloud({ ...where, clock });
  await clock.runUntil(cloud.addUnpackers());
  const fleet = new UnpackerFleet({ cloud, createClient: cloud.createUnpackerClient });
  return {
    ...(await clock.runUntil(connect(cloud, fleet))),
    run: (outcome) => clock.runUntil(outcome),
    sleep: (ms) => clock.advance(ms),
    close: () => cloud.model.close(),
  };
};

describe.each<[string, () => Promise<UnpackerFront>]>([
  ['real daemon', openDaemon],
  ['model', openModel],
])('The unpacker of the %s', (_name, open) => {
  let front: UnpackerFront;
  let client: UnpackerClient;

  beforeAll(async () => {
    front = await open();
    client = front.client;
  });
  afterAll(() => front.close());

  const attachedVolume = async (device: string): Promise<string> => {
    const request = { AvailabilityZone: 'us-east-1a', Size: 1, VolumeType: 'gp3' as const };
    const { VolumeId = '' } = await front.run(front.ec2.createVolume(request));
    await front.sleep(300);
    await front.run(front.ec2.attachVolume({ VolumeId, InstanceId: front.instanceId, Device: device }));
    return VolumeId;
  };

  const leased = async (stream: string, publication = 'p1', holder = 'h1') => {
    await front.run(client.createStream(stream));
    return front.run(client.acquireLease(stream, publication, holder));
  };

  const code = async (outcome: Promise<unknown>): Promise<unknown> =>
    front.run(
      outcome.then(
        () => 'succeeded',
        (reason: { code: unknown }) => reason.code,
      ),
    );

  test('[MODEL-9] Gives a lease to one publication, and the next epoch to its new holder', async () => {
    const first = await leased('lease/a');
    expect(first).toEqual({ stream: 'lease/a', publication: 'p1', epoch: 1 });
    expect(await leased('lease/a')).toEqual(first);
    expect(await code(client.acquireLease('lease/a', 'p2', 'h1'))).toBe('LEASE_HELD');
    const second = await leased('lease/a', 'p1', 'h2');
    expect(second.epoch).toBe(2);
    expect(await code(client.renewLease(first))).toBe('LEASE_LOST');
    expect(await code(client.releaseLease(first))).toBe('LEASE_LOST');
    expect(await code(client.renewLease(second))).toBe('succeeded');
    expect(await code(client.releaseLease(second))).toBe('succeeded');
    expect(await code(client.releaseLease(second))).toBe('succeeded');
    expect((await leased('lease/a', 'p2')).epoch).toBe(3);
    expect(await code(client.acquireLease('lease/none', 'p1', 'h1'))).toBe('STREAM_NOT_FOUND');
  });

  test('[MODEL-9] Drained, goes on with its leases, names them, and gives no others', async () => {
    const lease = await leased('drain/a');
    await front.run(client.createStream('drain/b'));
    expect(await front.run(client.drain(60_000))).toEqual(expect.arrayContaining(['drain/a']));
    expect(await code(client.acquireLease('drain/b', 'p1', 'h1'))).toBe('DRAINING');
    expect(await code(client.acquireLease('drain/a', 'p1', 'h2'))).toBe('succeeded');
    expect(await code(client.renewLease({ ...lease, epoch: lease.epoch + 1 }))).toBe('succeeded');
    await front.run(client.drain(0));
    expect(await code(client.acquireLease('drain/b', 'p1', 'h1'))).toBe('succeeded');
  });

  test('[MODEL-9] Takes a volume for one stream only', async () => {
    const lease = await leased('device/a');
    const other = await leased('device/b');
    const volumeId = await attachedVolume('/dev/sdf');
    const kmsKeys = ['arn:aws:kms:us-east-1:111111111111:key/1234', 'alias/images'];
    const device = { id: volumeId, hint: '/dev/sdf', kmsKeys };
    await front.run(client.addDevice(device, lease));
    await front.run(client.addDevice(device, lease));
    expect(await code(client.addDevice(device, other))).toBe('DEVICE_IN_USE');
    const absent = { id: 'vol-00000000000000000', kmsKeys };
    expect(await code(client.associateStream(absent, lease))).toBe('DEVICE_NOT_FOUND');
    const { devices, streams } = await front.run(client.status());
    expect(devices).toContainEqual({
      ...{ id: volumeId, sizeBytes: 2 ** 30, stream: 'device/a', present: true },
      kmsKeys,
    });
    expect(streams.find(({ name }) => name === 'device/a')).toMatchObject({
      state: 'BLANK',
      deviceId: volumeId,
      leasedTo: 'p1',
    });
    expect(await code(client.removeDevice(volumeId, other))).toBe('DEVICE_IN_USE');
    await front.run(client.removeDevice(volumeId, lease));
    expect(await code(client.removeDevice(volumeId, lease))).toBe('DEVICE_NOT_FOUND');
  });

  test('[MODEL-9] Captures nothing but an image', async () => {
    const lease = await leased('capture/a');
    expect(await code(client.prepareForUnpack('o1', lease))).toBe('DEVICE_NOT_FOUND');
    const volumeId = await attachedVolume('/dev/sdg');
    await front.run(client.addDevice({ id: volumeId, hint: '/dev/sdg', kmsKeys: [] }, lease));
    await front.run(client.prepareForUnpack('o2', lease));
    expect(await code(client.prepareForCapture('o3', lease))).toBe('NOT_SEALABLE');
    expect(await code(client.confirmCapture(1, lease))).toBe('CAPTURE_NOT_CONFIRMED');
    expect(await code(client.prepareForCapture('o2', lease))).toBe('INVALID_OPTION');
    await front.run(client.releaseLease(lease));
    expect(await code(client.prepareForCapture('o4', lease))).toBe('LEASE_LOST');
    expect(await code(client.confirmCapture(1, lease))).toBe('LEASE_LOST');
  });
});
