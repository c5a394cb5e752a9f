import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VirtualClock } from '@ami-publisher/base';
import type { LeaseRefMessage, UnpackerRpcClient } from '@ami-publisher/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestImageServer } from './fixture/image-server.js';
import {
  leaseOn,
  otherVolumeId,
  stream,
  streamStatus,
  succeed,
  TestHost,
  volumeId,
} from './fixture/unpacker.js';

const images = new TestImageServer();
const trees = new TestHost();
const image = { leaf: '1', manifestDigest: '' };
let host: TestHost;
let client: UnpackerRpcClient;
let lease: LeaseRefMessage;

beforeAll(async () => {
  await images.start();
  writeFileSync(trees.path('release'), '1');
  image.manifestDigest = (await images.add(stream, '1', trees.directory)).manifestDigest;
});
afterAll(async () => {
  await images.stop();
  await trees.dispose();
});
beforeEach(async () => {
  host = new TestHost();
  client = await host.start({ imageServer: images.address });
  lease = await leaseOn(client);
});
afterEach(() => host.dispose());

const unpack = () => succeed(client.unpackImage({ lease, operationId: 'u', ...image }));
const devices = async () => (await client.getStatus({})).devices;

describe('adding a device', () => {
  it('[U12] [W41] waits until the device shows up, and binds it to the stream', async () => {
    const kmsKeys = ['arn:aws:kms:us-east-1:111111111111:key/1234', 'alias/images'];
    const adding = client.addDevice({ deviceId: volumeId, hint: '/dev/sdf', kmsKeys, lease });
    setTimeout(() => host.attach(), 300);
    const device = {
      ...{ id: volumeId, path: host.volume(), sizeBytes: '1073741824' },
      ...{ stream, present: true, kmsKeys },
    };
    expect(await adding).toEqual(device);
    expect(await devices()).toEqual([device]);
    expect(await streamStatus(client)).toMatchObject({ state: 'BLANK', deviceId: volumeId });
  });

  it.each([
    ['one that is none', ['alias/images with blanks']],
    ['more than a key has', ['1', '2', '3', '4', '5']],
  ])('refuses names of a key: %s', async (_what, kmsKeys) => {
    await expect(client.addDevice({ deviceId: volumeId, kmsKeys, lease })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringMatching(/kmsKey/),
    });
  });

  it('[U24] gives up after its time-out and records nothing', async () => {
    await expect(client.addDevice({ deviceId: volumeId, lease, timeoutMs: 250 })).rejects.toMatchObject({
      code: 'DEVICE_NOT_FOUND',
      message: expect.stringMatching(/volume vol-0123456789abcdef0 did not show up within 250 ms; check/),
    });
    expect(await devices()).toEqual([]);
  });

  it('succeeds again for the same stream, and keeps what is there', async () => {
    host.attach();
    await client.addDevice({ deviceId: volumeId, lease });
    await unpack();
    await client.addDevice({ deviceId: volumeId, lease });
    expect(await streamStatus(client)).toMatchObject({ state: 'UNPACKED', leaf: '1' });
  });

  it('refuses one that another stream has', async () => {
    host.attach();
    await client.addDevice({ deviceId: volumeId, lease });
    const other = await leaseOn(client, { stream: 'base/other' });
    await expect(client.addDevice({ deviceId: volumeId, lease: other })).rejects.toMatchObject({
      code: 'DEVICE_IN_USE',
      message: expect.stringContaining('belongs to stream base/debian'),
    });
  });

  it('[U14] [U17] refuses one device under a second id', async () => {
    host.attach(volumeId);
    host.attach(otherVolumeId, volumeId);
    await client.addDevice({ deviceId: volumeId, lease });
    const other = await leaseOn(client, { stream: 'base/other' });
    await expect(client.addDevice({ deviceId: otherVolumeId, lease: other })).rejects.toMatchObject({
      code: 'DEVICE_IN_USE',
      message: expect.stringContaining(`which is known as volume ${volumeId}`),
    });
    await expect(client.claimDevice({ deviceId: otherVolumeId, force: true })).rejects.toMatchObject({
      code: 'DEVICE_IN_USE',
    });
    expect(await devices()).toHaveLength(1);
  });

  it('binds one device once when two streams ask for it at the same time', async () => {
    host.attach(volumeId);
    host.attach(otherVolumeId, volumeId);
    const other = await leaseOn(client, { stream: 'base/other' });
    const added = await Promise.allSettled([
      client.addDevice({ deviceId: volumeId, lease }),
      client.addDevice({ deviceId: otherVolumeId, lease: other }),
    ]);
    expect(added.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await devices()).toHaveLength(1);
  });

  it('[U16] refuses a volume with data of other origin and leaves the data alone', async () => {
    host.attach();
    writeFileSync(join(host.volume(), 'precious'), 'data');
    await expect(client.addDevice({ deviceId: volumeId, lease })).rejects.toMatchObject({
      code: 'DEVICE_IN_USE',
      message: expect.stringContaining('holds data of other origin'),
    });
    expect(existsSync(join(host.volume(), 'precious'))).toBe(true);
    expect(await devices()).toEqual([]);
  });

  it('frees the volume that the stream had before, with its content', async () => {
    host.attach();
    host.attach(otherVolumeId);
    await client.addDevice({ deviceId: volumeId, lease });
    await unpack();
    await client.addDevice({ deviceId: otherVolumeId, lease });
    expect(await streamStatus(client)).toMatchObject({
      state: 'BLANK',
      deviceId: otherVolumeId,
      generation: '1',
    });
    expect((await devices()).map((device) => [device.id, device.stream])).toEqual([
      [volumeId, ''],
      [otherVolumeId, stream],
    ]);
    const again = await succeed(client.unpackImage({ lease, operationId: 'u2', ...image }));
    expect(again.unpacked?.generation).toBe('2');
    await client.associateStream({ deviceId: volumeId, lease });
    expect(await streamStatus(client)).toMatchObject({ leaf: '1', deviceId: volumeId });
  });
});

describe('a free device', () => {
  it('is recorded by claiming it where it is, twice if need be', async () => {
    host.attach();
    await expect(client.claimDevice({ deviceId: volumeId, path: '/dev/xvdf' })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
    const device = await client.claimDevice({ deviceId: volumeId, path: host.volume() });
    expect(device).toMatchObject({ stream: '', present: true });
    expect(await client.claimDevice({ deviceId: volumeId })).toEqual(device);
  });

  it('[U68] with data is claimed by force only, and wiped when a stream takes it', async () => {
    host.attach();
    mkdirSync(join(host.volume(), 'lost/and'), { recursive: true });
    await expect(client.claimDevice({ deviceId: volumeId })).rejects.toMatchObject({ code: 'DEVICE_IN_USE' });
    await client.claimDevice({ deviceId: volumeId, force: true });
    expect(existsSync(join(host.volume(), 'lost'))).toBe(true);
    await client.associateStream({ deviceId: volumeId, kmsKeys: ['1234'], lease });
    expect(existsSync(join(host.volume(), 'lost'))).toBe(false);
    expect(await devices()).toMatchObject([{ stream, kmsKeys: ['1234'] }]);
    expect(await streamStatus(client)).toMatchObject({ state: 'BLANK' });
  });

  it('goes to one of two streams that ask at the same time, and the other does not wipe it', async () => {
    host.attach();
    host.attach(otherVolumeId);
    await client.addDevice({ deviceId: volumeId, lease });
    await unpack();
    await client.addDevice({ deviceId: otherVolumeId, lease });
    const other = await leaseOn(client, { stream: 'base/other' });
    const [own, foreign] = await Promise.allSettled([
      client.associateStream({ deviceId: volumeId, lease }),
      client.associateStream({ deviceId: volumeId, lease: other }),
    ]);
    // Which of two calls in flight comes first is up to the wire.
    const [loser, winner] =
      own.status === 'fulfilled'
        ? [foreign, { name: lease.stream, leaf: '1' }]
        : [own, { name: other.stream, leaf: '' }];
    expect(loser).toMatchObject({ status: 'rejected', reason: { code: 'DEVICE_IN_USE' } });
    const { streams } = await client.getStatus({});
    expect(streams.filter(({ deviceId }) => deviceId === volumeId)).toMatchObject([winner]);
  });

  it('is removed under a lease, a bound one under that of its stream or by force', async () => {
    host.attach();
    await client.addDevice({ deviceId: volumeId, lease });
    const other = await leaseOn(client, { stream: 'base/other' });
    await expect(client.removeDevice({ deviceId: volumeId, lease: other })).rejects.toMatchObject({
      code: 'DEVICE_IN_USE',
    });
    await client.removeDevice({ deviceId: volumeId, force: true });
    expect(await devices()).toEqual([]);
    expect(await streamStatus(client)).toMatchObject({ state: 'NO_DEVICE' });
    await expect(client.removeDevice({ deviceId: volumeId, lease: other })).rejects.toMatchObject({
      code: 'DEVICE_NOT_FOUND',
    });
  });

  it('is removed by force although a stream is taking it at that moment', async () => {
    host.attach();
    const folders = Array.from({ length: 2_000 }, (_, index) => join(host.volume(), `${index}`));
    for (const folder of folders) mkdirSync(folder);
    await client.claimDevice({ deviceId: volumeId, force: true });
    const taking = client.associateStream({ deviceId: volumeId, lease });
    await vi.waitFor(() => expect(folders.every((folder) => existsSync(folder))).toBe(false), {
      interval: 1,
    });
    expect(folders.some((folder) => existsSync(folder))).toBe(true);
    await client.removeDevice({ deviceId: volumeId, force: true });
    await taking;
    expect(await devices()).toEqual([]);
    expect(await streamStatus(client)).toMatchObject({ state: 'NO_DEVICE' });
  });

  it('is not recorded again by a stream that is about to take it when it is removed', async () => {
    host.attach();
    await client.claimDevice({ deviceId: volumeId });
    const [taken] = await Promise.allSettled([
      client.associateStream({ deviceId: volumeId, lease }),
      client.removeDevice({ deviceId: volumeId, force: true }),
    ]);
    // Which of two calls in flight comes first is up to the wire.
    if (taken.status === 'rejected') expect(taken.reason).toMatchObject({ code: 'DEVICE_NOT_FOUND' });
    expect(await devices()).toEqual([]);
  });
});

describe('a device that goes away', () => {
  it('[U9] does not keep the unpacker from starting, and is served again when it is back', async () => {
    const clock = new VirtualClock(Date.now());
    host.attach();
    await client.addDevice({ deviceId: volumeId, lease });
    await unpack();
    await host.stop();
    host.detach();
    client = await host.start({ imageServer: images.address, clock });
    expect(await streamStatus(client)).toMatchObject({ state: 'DEVICE_MISSING', generation: '1' });
    expect(await devices()).toMatchObject([{ id: volumeId, present: false, stream }]);
    host.attach();
    await clock.advance(5_000);
    await expect.poll(async () => (await streamStatus(client))?.state).toBe('IDLE');
    host.detach();
    await clock.advance(5_000);
    await expect.poll(async () => (await streamStatus(client))?.state).toBe('DEVICE_MISSING');
  });

  it('is used as soon as it is back, without waiting for anybody to notice', async () => {
    host.attach();
    await client.addDevice({ deviceId: volumeId, lease });
    host.detach();
    await expect(unpack()).rejects.toMatchObject({ cause: { code: 'DEVICE_NOT_FOUND' } });
    expect(await streamStatus(client)).toMatchObject({
      state: 'DEVICE_MISSING',
      lastError: { code: 'DEVICE_NOT_FOUND' },
    });
    host.attach();
    await unpack();
  });
});

describe('a device that comes back', () => {
  it('[U15] at another place is the one that it was, and no other that is there now', async () => {
    host.attach();
    await client.addDevice({ deviceId: volumeId, lease });
    await unpack();
    await host.stop();
    host.detach();
    renameSync(host.path('volumes', volumeId), host.path('volumes', 'moved'));
    host.attach(volumeId, 'moved');
    host.attach(otherVolumeId, volumeId);
    client = await host.start({ imageServer: images.address });
    expect(await streamStatus(client)).toMatchObject({ state: 'IDLE', deviceId: volumeId, generation: '1' });
    expect(await devices()).toMatchObject([{ id: volumeId, path: host.volume('moved'), present: true }]);
  });
});

describe('forgetting a stream', () => {
  it('[U6] that fails leaves the stream as it was, and open to all work', async () => {
    host.attach();
    await client.addDevice({ deviceId: volumeId, lease });
    host.detach();
    await expect(client.forgetStream({ stream, lease })).rejects.toMatchObject({ code: 'DEVICE_NOT_FOUND' });
    host.attach();
    await unpack();
    expect(await streamStatus(client)).toMatchObject({ state: 'UNPACKED', deviceId: volumeId });
  });

  it('[U2] wipes its volume, frees it, and lets the name be used again', async () => {
    host.attach();
    await client.addDevice({ deviceId: volumeId, lease });
    await unpack();
    await client.forgetStream({ stream, lease });
    expect(existsSync(host.tree())).toBe(false);
    expect(await devices()).toMatchObject([{ id: volumeId, stream: '' }]);
    const again = await leaseOn(client);
    await client.associateStream({ deviceId: volumeId, lease: again });
    expect(await streamStatus(client)).toMatchObject({ state: 'BLANK' });
  });

  it('goes on without the volume when forced', async () => {
    host.attach();
    await client.addDevice({ deviceId: volumeId, lease });
    host.detach();
    await expect(client.forgetStream({ stream, lease })).rejects.toMatchObject({ code: 'DEVICE_NOT_FOUND' });
    await client.forgetStream({ stream, force: true });
    expect(await streamStatus(client)).toBeUndefined();
  });
});

describe('growing a device', () => {
  it('waits until the device has the size', async () => {
    host.attach();
    await client.addDevice({ deviceId: volumeId, lease });
    const growing = client.growDevice({ deviceId: volumeId, sizeBytes: 2 ** 31, lease });
    setTimeout(() => writeFileSync(join(host.volume(), '../volume.json'), '{"sizeBytes": 2147483648}'), 200);
    expect(await growing).toMatchObject({ sizeBytes: String(2 ** 31) });
  });
});
