import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VirtualClock } from '@ami-publisher/base';
import type { LeaseRefMessage, OperationMessage, UnpackerRpcClient } from '@ami-publisher/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestImageServer } from './fixture/image-server.js';
import { describeTree } from './fixture/trees.js';
import {
  follow,
  leaseOn,
  otherVolumeId,
  stream,
  streamStatus,
  succeed,
  TestHost,
  volumeId,
} from './fixture/unpacker.js';

let images: TestImageServer;
let host: TestHost;
let client: UnpackerRpcClient;
let lease: LeaseRefMessage;
let first: { leaf: string; manifestDigest: string };
let second: { leaf: string; manifestDigest: string };

/** Of the 30 files of a release, some have the same content. */
const distinctObjects = 20;

const release = async (leaf: string) => {
  const root = host.path(leaf);
  mkdirSync(root);
  for (let i = 0; i < 30; i++) writeFileSync(join(root, `file-${i}`), `${leaf} ${i % 3 === 0 ? leaf : i}`);
  const { manifestDigest } = await images.add(stream, leaf, root);
  return { leaf, manifestDigest };
};

const begin = async (clock?: VirtualClock) => {
  client = await host.start({ imageServer: images.address, clock });
  lease = await leaseOn(client);
  host.attach();
  await client.addDevice({ deviceId: volumeId, lease });
};

beforeEach(async () => {
  images = new TestImageServer();
  await images.start();
  host = new TestHost();
  first = await release('1');
  second = await release('2');
});
afterEach(async () => {
  images.releaseObjects();
  await host.dispose();
  await images.stop();
});

const unpack = (operationId: string, image = first, signal?: AbortSignal) =>
  client.unpackImage({ lease, operationId, ...image }, { signal });

/** Reads messages until one is of the phase. */
const reach = async (messages: AsyncIterator<OperationMessage>, phase: string): Promise<OperationMessage> => {
  for (;;) {
    const { value, done } = await messages.next();
    if (done) throw new Error(`ended before ${phase}`);
    if (value.phase === phase) return value;
  }
};

describe('an operation', () => {
  it('is joined by whoever asks for the same id while it runs', async () => {
    await begin();
    images.holdObjects();
    const one = follow(unpack('u1'));
    const two = follow(unpack('u1'));
    await expect.poll(async () => (await streamStatus(client))?.state).toBe('FETCHING');
    images.releaseObjects();
    const [a, b] = await Promise.all([one, two]);
    expect(a.last).toMatchObject({ id: 'u1', state: 'SUCCEEDED', unpacked: { filesWritten: '30' } });
    expect(b.last).toEqual(a.last);
    expect(images.objectsAsked).toBe(distinctObjects);
  });

  it('[U54] goes on when its caller goes away, and gives its result to a later one, also after a restart', async () => {
    await begin();
    images.holdObjects();
    const caller = new AbortController();
    const messages = unpack('u1', first, caller.signal)[Symbol.asyncIterator]();
    await reach(messages, 'fetch');
    caller.abort(new Error('gone'));
    await expect(messages.next()).rejects.toThrow('gone');
    images.releaseObjects();
    const { unpacked } = await succeed(unpack('u1'));
    expect(unpacked).toMatchObject({ filesWritten: '30' });
    await host.stop();
    client = await host.start({ imageServer: images.address });
    expect((await succeed(unpack('u1'))).unpacked).toEqual(unpacked);
    expect(await client.getOperation({ operationId: 'u1' })).toMatchObject({ state: 'SUCCEEDED', unpacked });
  });

  it('[U8] [U55] shows in the status while it runs, which counts as use', async () => {
    await begin();
    images.holdObjects();
    const running = follow(unpack('u1'));
    await expect.poll(async () => (await streamStatus(client))?.state).toBe('FETCHING');
    await client.releaseLease({ lease });
    await new Promise((resolve) => setTimeout(resolve, 30));
    const before = Date.now();
    const status = await client.getStatus({});
    expect(Date.parse(status.lastUsedAt)).toBeGreaterThanOrEqual(before);
    expect(status.streams[0]?.operation).toMatchObject({
      id: 'u1',
      stream,
      state: 'RUNNING',
      phase: 'fetch',
      filesTotal: '30',
    });
    expect((await client.drain({ durationMs: 1_000 })).busyStreams).toEqual([stream]);
    images.releaseObjects();
    expect((await running).last?.state).toBe('SUCCEEDED');
  });

  it('[U51] is heard of at least every 10 s', async () => {
    const clock = new VirtualClock();
    await begin(clock);
    images.holdObjects();
    const messages = unpack('u1')[Symbol.asyncIterator]();
    const seen = [await messages.next()];
    // The gap after the first message, then the one in which nothing happens.
    for (let i = 0; i < 3; i++) {
      const next = messages.next();
      await new Promise((resolve) => setTimeout(resolve, 50));
      await clock.advance(10_250);
      seen.push(await next);
    }
    expect(seen.map(({ value }) => value?.state)).toEqual(Array(4).fill('RUNNING'));
  });

  it('[U25] waits for its turn, while other streams go on', async () => {
    await begin();
    host.attach(otherVolumeId);
    const otherLease = await leaseOn(client, { stream: 'base/other' });
    await client.addDevice({ deviceId: otherVolumeId, lease: otherLease });
    images.holdObjects();
    const running = follow(unpack('u1'));
    await expect.poll(async () => (await streamStatus(client))?.state).toBe('FETCHING');
    const waiting = follow(client.prepareForCapture({ lease, operationId: 'c1' }));
    await succeed(client.prepareForUnpack({ lease: otherLease, operationId: 'p1' }));
    expect(await client.getOperation({ operationId: 'c1' })).toMatchObject({
      state: 'RUNNING',
      phase: 'wait',
    });
    images.releaseObjects();
    expect((await running).last?.state).toBe('SUCCEEDED');
    expect((await waiting).last?.captured).toMatchObject({ leaf: '1' });
  });

  it('that waits is refused when the lease is taken over, and one that was begun is not', async () => {
    await begin();
    images.holdObjects();
    const running = follow(unpack('u1'));
    await expect.poll(async () => (await streamStatus(client))?.state).toBe('FETCHING');
    const waiting = follow(unpack('u2', second));
    await expect.poll(() => client.getOperation({ operationId: 'u2' })).toMatchObject({ state: 'RUNNING' });
    await leaseOn(client, { holder: 'host:2' });
    images.releaseObjects();
    expect((await running).last?.state).toBe('SUCCEEDED');
    expect(await waiting).toMatchObject({ last: { state: 'FAILED' }, error: { code: 'LEASE_LOST' } });
    expect(await streamStatus(client)).toMatchObject({ leaf: '1' });
  });

  it('[U56] that was accepted goes on after its caller has left and the lease was released', async () => {
    await begin();
    await succeed(unpack('u1'));
    await succeed(client.prepareForCapture({ lease, operationId: 'c1' }));
    const caller = new AbortController();
    const messages = client.prepareForUnpack({ lease, operationId: 'p1' }, { signal: caller.signal });
    for await (const _message of messages) break;
    caller.abort();
    await client.releaseLease({ lease });
    await expect.poll(async () => (await streamStatus(client))?.state).toBe('PREPARED');
  });

  it('has an id of its own', async () => {
    await begin();
    await succeed(unpack('u1'));
    const { error } = await follow(unpack('u1', second));
    expect(error).toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('operation u1 is UnpackImage on base/debian'),
    });
    await expect(client.getOperation({ operationId: 'u7' })).rejects.toMatchObject({
      code: 'OPERATION_NOT_FOUND',
    });
  });
});

describe('cancelling', () => {
  it('[U53] stops an operation that has changed nothing and leaves the volume as it was', async () => {
    await begin();
    await succeed(unpack('u1'));
    images.holdObjects();
    const running = follow(unpack('u2', second));
    await expect.poll(async () => (await streamStatus(client))?.state).toBe('FETCHING');
    const cancelled = await client.cancelOperation({ operationId: 'u2', lease });
    expect(cancelled).toMatchObject({ state: 'CANCELLED', error: { code: 'CANCELLED' } });
    expect(await running).toMatchObject({
      last: { state: 'CANCELLED' },
      error: { code: 'CANCELLED', message: 'cancelled by local' },
    });
    expect(await streamStatus(client)).toMatchObject({ state: 'IDLE', leaf: '1' });
    await succeed(client.prepareForCapture({ lease, operationId: 'c1' }));
  });

  it('leaves a volume that had begun to change in need of a scan, which cannot be sealed', async () => {
    await begin();
    images.holdObjects();
    const running = follow(unpack('u1'));
    await expect.poll(async () => (await streamStatus(client))?.state).toBe('FETCHING');
    await client.cancelOperation({ operationId: 'u1', force: true });
    expect((await running).last?.state).toBe('CANCELLED');
    expect(await streamStatus(client)).toMatchObject({ state: 'NEEDS_SCAN', leaf: '', manifestDigest: '' });
    const { error } = await follow(client.prepareForCapture({ lease, operationId: 'c1' }));
    expect(error).toMatchObject({ code: 'NOT_SEALABLE' });
    images.releaseObjects();
    await succeed(unpack('u1'));
    expect(describeTree(host.tree())).toEqual(describeTree(host.path('1')));
  });

  it('[U53] takes an operation out of the queue at once', async () => {
    await begin();
    images.holdObjects();
    const running = follow(unpack('u1'));
    await expect.poll(async () => (await streamStatus(client))?.state).toBe('FETCHING');
    const waiting = follow(client.prepareForCapture({ lease, operationId: 'c1' }));
    await expect.poll(() => client.getOperation({ operationId: 'c1' })).toMatchObject({ state: 'RUNNING' });
    // Its beginning is on disk before this is, and then it is in the queue.
    await client.renewLease({ lease });
    await client.cancelOperation({ operationId: 'c1', lease });
    expect((await waiting).last?.state).toBe('CANCELLED');
    images.releaseObjects();
    expect((await running).last?.state).toBe('SUCCEEDED');
  });

  it('leaves an operation that has ended as it ended, and needs the lease of its stream', async () => {
    await begin();
    await succeed(unpack('u1'));
    await expect(client.cancelOperation({ operationId: 'u1', lease })).resolves.toMatchObject({
      state: 'SUCCEEDED',
    });
    const other = await leaseOn(client, { stream: 'base/other' });
    await expect(client.cancelOperation({ operationId: 'u1', lease: other })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
  });

  it('[U7] by forgetting the stream with force ends what runs on it', async () => {
    await begin();
    images.holdObjects();
    const running = follow(unpack('u1'));
    await expect.poll(async () => (await streamStatus(client))?.state).toBe('FETCHING');
    await client.forgetStream({ stream, force: true });
    expect((await running).error).toMatchObject({ code: 'CANCELLED', message: /is being forgotten/ });
    expect((await client.getStatus({})).streams).toEqual([]);
  });

  it('by stopping the daemon records a failure that can be begun again', async () => {
    await begin();
    images.holdObjects();
    const running = follow(unpack('u1'));
    await expect.poll(async () => (await streamStatus(client))?.state).toBe('FETCHING');
    await host.stop();
    expect((await running).error).toMatchObject({ code: 'UNPACKER_FAILED' });
    images.releaseObjects();
    client = await host.start({ imageServer: images.address });
    expect(await client.getOperation({ operationId: 'u1' })).toMatchObject({
      state: 'FAILED',
      error: { code: 'UNPACKER_FAILED' },
    });
    await succeed(unpack('u1'));
  });
});

describe('an image server that', () => {
  it('has another image of that name is told apart by the digest', async () => {
    await begin();
    const { error } = await follow(unpack('u1', { ...first, manifestDigest: second.manifestDigest }));
    expect(error).toMatchObject({
      code: 'IMAGE_DIGEST_MISMATCH',
      message: expect.stringContaining('base/debian/1 is manifest'),
    });
  });

  it('lags is waited for', async () => {
    await host.stop();
    client = await host.start({ imageServer: images.address, imageWaitMs: 30_000 });
    lease = await leaseOn(client);
    host.attach();
    await client.addDevice({ deviceId: volumeId, lease });
    const show = images.hide({ stream, ...first });
    const running = follow(unpack('u1'));
    setTimeout(show, 500);
    expect((await running).last?.state).toBe('SUCCEEDED');
  });

  it('[U46] [U52] [W22] never gets the image is given up, with a way out', async () => {
    await begin();
    images.hide({ stream, ...first });
    const { error } = await follow(unpack('u1'));
    expect(error).toMatchObject({
      code: 'IMAGE_NOT_FOUND',
      message: expect.stringMatching(/does not have base\/debian\/1, manifest .*; add the image there/),
    });
    expect(await streamStatus(client)).toMatchObject({
      state: 'BLANK',
      lastError: { code: 'IMAGE_NOT_FOUND' },
    });
  });

  it('goes away while objects are fetched leaves the old image whole, and can be gone on with', async () => {
    await begin();
    await succeed(unpack('u1'));
    images.holdObjects();
    const running = follow(unpack('u2', second));
    await expect.poll(async () => (await streamStatus(client))?.state).toBe('FETCHING');
    const port = Number(images.address.split(':')[1]);
    await images.stop();
    expect(await running).toMatchObject({
      last: { state: 'FAILED' },
      error: { code: 'IMAGE_SERVER_UNREACHABLE' },
    });
    expect(await streamStatus(client)).toMatchObject({ state: 'IDLE', leaf: '1' });
    expect(describeTree(host.tree())).toEqual(describeTree(host.path('1')));
    images.releaseObjects();
    await images.start(port);
    await succeed(unpack('u2', second));
    expect(describeTree(host.tree())).toEqual(describeTree(host.path('2')));
  });

  it('sends a damaged object is found out before anything is changed', async () => {
    await begin();
    const repair = images.damageAnObject();
    const { error } = await follow(unpack('u1'));
    expect(error).toMatchObject({ code: 'OBJECT_CORRUPT' });
    const { error: refused } = await follow(client.prepareForCapture({ lease, operationId: 'c1' }));
    expect(refused).toMatchObject({ code: 'NOT_SEALABLE' });
    repair();
    await succeed(unpack('u1'));
    expect(describeTree(host.tree())).toEqual(describeTree(host.path('1')));
  });
});
