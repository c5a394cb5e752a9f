import { AmiPublisherError, silentLogger, systemClock } from '@ami-publisher/base';
import { startServer } from '@ami-publisher/protocol';
import { probeWire } from '@ami-publisher/srpc';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Ec2Api } from '../src/index.js';
import { createSrpcUnpackerClient, type LeaseRef, type UnpackerOperatorClient } from '../src/index.js';
import { chooseVolume, volumeFacts } from '../src/unpacker/volumes.js';
import { GoUnpacker, goStatus } from './support/go-unpacker.js';

const stream = 'base/debian';
const image = { leaf: '1', manifestDigest: 'a'.repeat(128) };
const deviceId = 'vol-0123456789abcdef0';

let daemon: GoUnpacker;
let address: string;
let tags: Map<string, string>;
let clients: UnpackerOperatorClient[];
let elapsedMs: number;
let warnings: string[];

/** Sleeps take a hundredth of their time, and count for all of it. */
const clock = {
  now: () => systemClock.now() + elapsedMs,
  sleep: async (ms: number, signal?: AbortSignal) => {
    await systemClock.sleep(ms / 100, signal);
    elapsedMs += ms;
  },
};

/** Of EC2, the tags of one instance. */
const ec2 = {
  describeInstances: async () => ({
    Reservations: [{ Instances: [{ Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) }] }],
  }),
  createTags: async ({ Tags = [] }) => {
    for (const { Key = '', Value = '' } of Tags) tags.set(Key, Value);
    return {};
  },
  deleteTags: async ({ Tags = [] }) => {
    for (const { Key = '', Value } of Tags) if (tags.get(Key) === Value) tags.delete(Key);
    return {};
  },
} as unknown as Ec2Api;

const images = {
  getImage: async (_stream: string, leaf: string) => {
    if (leaf !== '1' && leaf !== '2')
      throw new AmiPublisherError('IMAGE_NOT_FOUND', { message: `no ${leaf}` });
    const manifestDigest = leaf === '1' ? image.manifestDigest : 'b'.repeat(128);
    return { ...{ stream, leaf, manifestDigest }, createdAt: new Date(0), usageBytes: 0, files: 0 };
  },
} as unknown as Parameters<typeof createSrpcUnpackerClient>[0]['images'];

const connect = (options: { readonly readBack?: boolean } = {}): UnpackerOperatorClient => {
  const client = createSrpcUnpackerClient({
    ...{ address, tls: 'plain-text', instanceId: 'i-1', ec2: async () => ec2, images, clock },
    logger: { ...silentLogger, warn: (message) => warnings.push(message) },
    ...options,
  });
  clients.push(client);
  return client;
};

const withVolume = async (client: UnpackerOperatorClient): Promise<LeaseRef> => {
  const lease = await client.acquireLease(stream, 'pub-1', 'host:1');
  await client.whileAttaching(deviceId, async () => daemon.attached.add(deviceId));
  await client.addDevice({ id: deviceId, hint: '/dev/sdf', kmsKeys: [] }, lease);
  return lease;
};

beforeEach(async () => {
  daemon = new GoUnpacker();
  address = await daemon.listen();
  tags = new Map();
  clients = [];
  elapsedMs = 0;
  warnings = [];
});
afterEach(() => {
  for (const client of clients) client.close();
  daemon.close();
});

describe('a publication through an unpacker of Go', () => {
  it('unpacks and captures, and tells the progress that the log tells', async () => {
    const client = connect();
    const lease = await withVolume(client);
    const phases: (string | undefined)[] = [];
    const onProgress = ({ phase }: { readonly phase?: string }) => phases.push(phase);
    await client.unpackImage('u', { leaf: '2', manifestDigest: 'b'.repeat(128) }, lease);
    await client.prepareForUnpack('p', lease);
    const counts = await client.unpackImage('u', image, lease, { onProgress });
    expect(counts).toMatchObject({ filesWritten: 1, filesRemoved: 1 });
    expect(phases).toEqual(['fetch', 'update', 'update', 'update']);
    const capture = await client.prepareForCapture('c', lease);
    expect(capture).toMatchObject(image);
    expect(await client.prepareForCapture('c', lease)).toEqual(capture);
    await client.confirmCapture(capture.generation, lease);
    expect(daemon.calls.filter((call) => call === 'PrepareForCapture')).toHaveLength(1);
    await client.releaseLease(lease);
    expect([...tags]).toEqual([]);
  });

  it('never captures what another process has left on the volume: it might be a mixture', async () => {
    const lease = await withVolume(connect());
    daemon.streams.set(stream, { deviceId, status: goStatus.mounted });
    const client = connect();
    await expect(client.prepareForCapture('c', lease)).rejects.toMatchObject({ code: 'NOT_SEALABLE' });
    daemon.streams.set(stream, { deviceId, status: goStatus.blank });
    await expect(client.prepareForCapture('c', lease)).rejects.toMatchObject({ code: 'NOT_SEALABLE' });
    expect(daemon.calls).not.toContain('PrepareForCapture');
    await client.unpackImage('u', image, lease);
    expect(await client.prepareForCapture('c', lease)).toMatchObject(image);
  });

  it('does not confirm a capture during which the volume was mounted, nor one under a lease that was taken', async () => {
    const client = connect();
    const lease = await withVolume(client);
    await client.unpackImage('u', image, lease);
    const { generation } = await client.prepareForCapture('c', lease);
    daemon.streams.set(stream, { deviceId, status: goStatus.scanned });
    await expect(client.confirmCapture(generation, lease)).rejects.toMatchObject({
      code: 'CAPTURE_NOT_CONFIRMED',
    });
    await client.unpackImage('u', image, lease);
    const again = await client.prepareForCapture('c', lease);
    for (const key of tags.keys()) tags.set(key, `pub-2 ${lease.epoch + 1} ${clock.now() + 60_000}`);
    await expect(client.confirmCapture(again.generation, lease)).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
    await client.releaseLease(lease);
    expect([...tags.values()]).toEqual([expect.stringContaining('pub-2')]);
  });

  it.each([
    ['that is not there', { leaf: '9', manifestDigest: image.manifestDigest }, 'IMAGE_NOT_FOUND'],
    [
      'that is another one by now',
      { leaf: '2', manifestDigest: image.manifestDigest },
      'IMAGE_DIGEST_MISMATCH',
    ],
  ])('never asks for an image %s, for which it would wait for ever', async (_what, wanted, code) => {
    const client = connect();
    const lease = await withVolume(client);
    await expect(client.unpackImage('u', wanted, lease)).rejects.toMatchObject({ code });
    expect(daemon.calls).not.toContain('UnpackImage');
  });

  it('says what to do about a volume that came before it was announced, and about what the daemon lacks', async () => {
    const client = connect();
    const lease = await client.acquireLease(stream, 'pub-1', 'host:1');
    daemon.attached.add(deviceId);
    await expect(client.whileAttaching(deviceId, async () => {})).rejects.toMatchObject({
      code: 'DEVICE_NOT_FOUND',
    });
    const device = { id: deviceId, hint: '', kmsKeys: [] };
    await expect(client.addDevice(device, lease)).rejects.toThrow(/was attached before .*; detach it/);
    await expect(client.growDevice(deviceId, 1, lease)).rejects.toMatchObject({
      code: 'PROTOCOL_UNSUPPORTED',
    });
    await expect(client.prepareForUnpack('p', lease)).rejects.toThrow('has no volume');
    expect(daemon.calls).toEqual(['AddDevice']);
  });

  it('calls an attachment off that failed, so that others need not wait for it', async () => {
    const client = connect();
    const attach = () => Promise.reject(new Error('no free name'));
    await expect(client.whileAttaching(deviceId, attach)).rejects.toThrow('no free name');
    await client.whileAttaching(deviceId, async () => daemon.attached.add(deviceId));
    expect((await client.status()).devices).toMatchObject([{ id: deviceId, stream: '' }]);
  });
});

describe('what was unpacked is read back before it is captured', () => {
  const round = ['PrepareForUnpack', 'UnpackImage'];
  const callsOn = () => daemon.calls.filter((call) => round.includes(call));

  it('once where it is the image, and counts what was done to begin with', async () => {
    const client = connect({ readBack: true });
    const lease = await withVolume(client);
    const phases: (string | undefined)[] = [];
    const onProgress = ({ phase }: { readonly phase?: string }) => phases.push(phase);
    const counts = await client.unpackImage('u', image, lease, { onProgress });
    expect(counts).toMatchObject({ filesWritten: 1, filesRemoved: 1 });
    expect(callsOn()).toEqual(['UnpackImage', ...round]);
    expect(phases.slice(0, 4)).toEqual(['fetch', 'update', 'update', 'update']);
    expect(new Set(phases.slice(4))).toEqual(new Set(['read back']));
    expect(warnings).toEqual([]);
    expect(await client.prepareForCapture('c', lease)).toMatchObject(image);
  });

  it('once more where the daemon had to mend it, which is told', async () => {
    daemon.spoils = 1;
    const client = connect({ readBack: true });
    const lease = await withVolume(client);
    const counts = await client.unpackImage('u', image, lease);
    expect(counts).toMatchObject({ filesWritten: 1, filesRemoved: 1 });
    expect(callsOn()).toEqual(['UnpackImage', ...round, ...round]);
    expect(warnings).toEqual(['what was read back was not the image']);
    expect(daemon.contents.get(deviceId)).toEqual({ image: `${stream}/1`, isSpoilt: false });
    expect(await client.prepareForCapture('c', lease)).toMatchObject(image);
  });

  it('in vain where it never is the image, which is never captured', async () => {
    daemon.spoils = Number.POSITIVE_INFINITY;
    const client = connect({ readBack: true });
    const lease = await withVolume(client);
    await expect(client.unpackImage('u', image, lease)).rejects.toMatchObject({
      code: 'OBJECT_CORRUPT',
      message: expect.stringMatching(
        /base\/debian at 127.*3 times: 2 differences, the first: Delete\(base\/debian\/1\): \/etc\/version/,
      ),
    });
    expect(callsOn()).toEqual(['UnpackImage', ...round, ...round, ...round]);
    await expect(client.prepareForCapture('c', lease)).rejects.toMatchObject({ code: 'NOT_SEALABLE' });
    expect(daemon.calls).not.toContain('PrepareForCapture');
  });

  it('not at all without the log, so that nothing is unpacked', async () => {
    daemon.grantsLog = false;
    const client = connect({ readBack: true });
    const lease = await withVolume(client);
    await expect(client.unpackImage('u', image, lease)).rejects.toMatchObject({
      code: 'ROLE_REFUSED',
      message: expect.stringMatching(/cannot be read back.*access to method denied/),
      remedy: expect.stringMatching(/grants Logger\.Watch, or switch readBack off/),
    });
    expect(callsOn()).toEqual([]);
    await connect().unpackImage('u', image, lease);
  });

  it('without a result where the log does not tell its end, so that nothing is captured', async () => {
    daemon.tellsEnd = false;
    const client = connect({ readBack: true });
    const lease = await withVolume(client);
    await expect(client.unpackImage('u', image, lease)).rejects.toMatchObject({
      code: 'UNPACKER_FAILED',
      message: expect.stringContaining('its log (Logger.Watch) ended before it told so'),
    });
    await expect(client.prepareForCapture('c', lease)).rejects.toMatchObject({ code: 'NOT_SEALABLE' });
  });

  it('only for whoever still has the lease', async () => {
    const client = connect({ readBack: true });
    const lease = await withVolume(client);
    const lose = () => {
      for (const key of tags.keys()) tags.set(key, `pub-2 ${lease.epoch + 1} ${clock.now() + 60_000}`);
    };
    const onProgress = ({ phase }: { readonly phase?: string }) => phase === 'read back' && lose();
    await expect(client.unpackImage('u', image, lease, { onProgress })).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
    expect(callsOn()).toEqual(['UnpackImage', 'PrepareForUnpack']);
  });
});

describe('the lease on a stream of an unpacker of Go', () => {
  it('is held by one publication at a time, until it runs out', async () => {
    const [first, second] = [connect(), connect()];
    const lease = await first.acquireLease(stream, 'pub-1', 'host:1');
    await expect(second.acquireLease(stream, 'pub-2', 'host:2')).rejects.toMatchObject({
      code: 'LEASE_HELD',
    });
    await first.renewLease(lease);
    elapsedMs += 61_000;
    const taken = await second.acquireLease(stream, 'pub-2', 'host:2');
    expect(taken.epoch).toBeGreaterThan(lease.epoch);
    await expect(first.renewLease(lease)).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });

  it('goes to one of two that ask at once', async () => {
    const asked = ['pub-1', 'pub-2'].map((publication) =>
      connect().acquireLease(stream, publication, 'host'),
    );
    const settled = await Promise.allSettled(asked);
    expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('a probe', () => {
  it('tells SRPC from gRPC, in plain text and in TLS', async () => {
    const server = await startServer({ services: [], host: '127.0.0.1', port: 0 });
    try {
      expect(await probeWire({ address, isSecure: false })).toBe('srpc');
      expect(await probeWire({ address, isSecure: true })).toBe('srpc');
      expect(await probeWire({ address: server.address, isSecure: false })).toBe('grpc');
    } finally {
      await server.close();
    }
  });

  it('says that nothing answers', async () => {
    daemon.close();
    const code = 'UNPACKER_UNREACHABLE';
    await expect(probeWire({ address, isSecure: true })).rejects.toMatchObject({ code });
  });
});

describe('volumes that the publisher of Go has left with an unpacker of Go', () => {
  /** As that publisher creates and tags them; it names no key. */
  const ofEc2 = (VolumeId: string) =>
    volumeFacts({
      ...{ VolumeId, Size: 1, Encrypted: true, KmsKeyId: 'arn:aws:kms:us-east-1:111122223333:key/k' },
      Tags: [{ Key: 'Name', Value: 'image unpacker' }],
    });
  const need = { stream, sizeGiB: 1, kmsKey: undefined };

  it('are kept for their stream: what they hold is scanned and made the new image', async () => {
    daemon.devices.set(deviceId, stream);
    daemon.streams.set(stream, { deviceId, status: goStatus.unmounted });
    const client = connect();
    const choice = chooseVolume(await client.status(), [ofEc2(deviceId)], need);
    expect(choice).toEqual({ action: 'keep', volumeId: deviceId, sizeGiB: 1 });
    const lease = await client.acquireLease(stream, 'pub-1', 'host:1');
    await client.unpackImage('u', image, lease);
    const { generation } = await client.prepareForCapture('c', lease);
    await client.confirmCapture(generation, lease);
    expect(daemon.calls).toEqual(['PrepareForUnpack', 'UnpackImage', 'PrepareForCapture']);
  });

  it('are taken for another stream when they are free', async () => {
    daemon.devices.set(deviceId, '');
    const client = connect();
    const choice = chooseVolume(await client.status(), [ofEc2(deviceId)], need);
    expect(choice).toEqual({ action: 'adopt', volumeId: deviceId, sizeGiB: 1 });
    const lease = await client.acquireLease(stream, 'pub-1', 'host:1');
    await client.associateStream({ id: deviceId, kmsKeys: [] }, lease);
    await client.unpackImage('u', image, lease);
    expect(await client.prepareForCapture('c', lease)).toMatchObject(image);
    expect(daemon.calls).not.toContain('AddDevice');
  });

  it('are replaced when they are too small, since the daemon cannot follow a volume that grows', async () => {
    daemon.devices.set(deviceId, stream);
    daemon.streams.set(stream, { deviceId, status: goStatus.unmounted });
    const choice = chooseVolume(await connect().status(), [ofEc2(deviceId)], { ...need, sizeGiB: 2 });
    expect(choice).toEqual({ action: 'create', sizeGiB: 2, replaced: [deviceId] });
  });
});
