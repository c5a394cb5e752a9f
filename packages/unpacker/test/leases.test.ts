import { VirtualClock } from '@ami-publisher/base';
import { createUnpackerClient, type StatusMessage, type UnpackerRpcClient } from '@ami-publisher/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leaseOn, stream, streamStatus, TestHost } from './fixture/unpacker.js';

const nowhere = '127.0.0.1:1';
let host: TestHost;
let clock: VirtualClock;
let client: UnpackerRpcClient;

beforeEach(async () => {
  host = new TestHost();
  clock = new VirtualClock();
  client = await host.start({ imageServer: nowhere, clock });
});
afterEach(() => host.dispose());

const later = (ms: number) => clock.advance(ms);

describe('a lease', () => {
  it('lives for 60 s after each renewal', async () => {
    const lease = await leaseOn(client);
    await later(59_000);
    const renewed = await client.renewLease({ lease });
    expect(Date.parse(renewed.expiresAt)).toBe(clock.now() + 60_000);
    await later(59_999);
    await client.renewLease({ lease });
    await later(60_000);
    await expect(client.renewLease({ lease })).rejects.toMatchObject({
      code: 'LEASE_LOST',
      message: expect.stringContaining('epoch 1, has run out'),
    });
  });

  it('keeps other publications out, naming its holder and end', async () => {
    await leaseOn(client, { publication: 'pub-1', holder: 'host-a:7' });
    await expect(leaseOn(client, { publication: 'pub-2' })).rejects.toMatchObject({
      code: 'LEASE_HELD',
      message: expect.stringMatching(/pub-1 \(holder host-a:7\) until 2026-01-01T00:01:00/),
    });
  });

  it('can be had by another publication once it has run out, which ends the old epoch', async () => {
    const old = await leaseOn(client);
    await later(60_001);
    const lease = await leaseOn(client, { publication: 'pub-2' });
    expect(lease.epoch).toBe('2');
    await expect(client.renewLease({ lease: old })).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });

  it('is taken over by a new holder of the same publication, which raises the epoch', async () => {
    const old = await leaseOn(client, { holder: 'host-a:1' });
    const lease = await leaseOn(client, { holder: 'host-b:1' });
    expect(Number(lease.epoch)).toBe(Number(old.epoch) + 1);
    await expect(client.releaseLease({ lease: old })).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await expect(client.renewLease({ lease: old })).rejects.toMatchObject({
      code: 'LEASE_LOST',
      message: expect.stringContaining('was taken over by host-b:1'),
    });
    await expect(client.renewLease({ lease })).resolves.toMatchObject({ epoch: lease.epoch });
  });

  it('keeps its epoch when its holder asks twice', async () => {
    const once = await leaseOn(client);
    await expect(leaseOn(client)).resolves.toEqual(once);
  });

  it('is over when released, and may be released twice', async () => {
    const lease = await leaseOn(client);
    await client.releaseLease({ lease });
    await client.releaseLease({ lease });
    expect((await streamStatus(client))?.lease).toBeNull();
    await expect(leaseOn(client, { publication: 'pub-2' })).resolves.toMatchObject({ epoch: '2' });
  });

  it('survives a restart of the unpacker, epoch and all', async () => {
    const lease = await leaseOn(client);
    await host.stop();
    client = await host.start({ imageServer: nowhere, clock });
    await expect(leaseOn(client, { publication: 'pub-2' })).rejects.toMatchObject({ code: 'LEASE_HELD' });
    await expect(client.renewLease({ lease })).resolves.toMatchObject({ epoch: lease.epoch });
  });

  it('[U22] needs a stream that was created', async () => {
    const request = { stream: 'base/typo', publication: 'pub-1', holder: 'host:1' };
    await expect(client.acquireLease(request)).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' });
    expect((await client.getStatus({})).streams).toEqual([]);
  });

  it.each([
    ['no lease', null, 'INVALID_OPTION'],
    ['an epoch of 0', { stream, publication: 'pub-1', epoch: 0 }, 'INVALID_OPTION'],
    ['an epoch to come', { stream, publication: 'pub-1', epoch: 2 }, 'LEASE_LOST'],
    ['another publication', { stream, publication: 'pub-2', epoch: 1 }, 'LEASE_LOST'],
  ])('[U66] does not cover a call with %s', async (_what, lease, code) => {
    await leaseOn(client);
    await expect(client.addDevice({ deviceId: 'vol-01234567', lease })).rejects.toMatchObject({ code });
    await expect(client.forgetStream({ stream, lease })).rejects.toMatchObject({ code });
  });

  it('on one stream does not cover another', async () => {
    await leaseOn(client);
    const other = await leaseOn(client, { stream: 'base/other' });
    await expect(client.forgetStream({ stream, lease: other })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('expected `lease` to be one on stream base/debian'),
    });
  });
});

describe('draining', () => {
  it('refuses new leases for a while, but not renewals and take-overs', async () => {
    const lease = await leaseOn(client, { holder: 'host-a:1' });
    await client.createStream({ stream: 'base/other' });
    const drained = await client.drain({ durationMs: 30_000 });
    expect(drained.busyStreams).toEqual([stream]);
    expect(Date.parse(drained.drainingUntil)).toBe(clock.now() + 30_000);
    expect((await client.getStatus({})).drainingUntil).toBe(drained.drainingUntil);

    await client.renewLease({ lease });
    await leaseOn(client, { holder: 'host-b:1' });
    await expect(leaseOn(client, { stream: 'base/other' })).rejects.toMatchObject({ code: 'DRAINING' });
    await later(30_000);
    await expect(leaseOn(client, { stream: 'base/other' })).resolves.toMatchObject({ epoch: '1' });
    expect((await client.getStatus({})).drainingUntil).toBe('');
  });

  it('ends when asked for no time', async () => {
    await client.drain({ durationMs: 30_000 });
    await expect(client.drain({ durationMs: 0 })).resolves.toEqual({ drainingUntil: '', busyStreams: [] });
    await expect(leaseOn(client)).resolves.toMatchObject({ epoch: '1' });
  });
});

describe('the time of last use', () => {
  const lastUse = async () => Date.parse((await client.getStatus({})).lastUsedAt);

  it('is that of the last call that changed something', async () => {
    const start = clock.now();
    await later(5_000);
    expect(await lastUse()).toBe(start);
    await client.createStream({ stream });
    await later(5_000);
    expect(await lastUse()).toBe(start + 5_000);
  });

  it('is now while a lease is live', async () => {
    const lease = await leaseOn(client);
    await later(50_000);
    expect(await lastUse()).toBe(clock.now());
    await client.releaseLease({ lease });
    await later(50_000);
    expect(await lastUse()).toBe(clock.now() - 50_000);
  });
});

describe('watching the status', () => {
  it('shows changes at once, but at most twice a second', async () => {
    const watcher = createUnpackerClient({ address: client.address });
    const statuses = watcher.watchStatus({})[Symbol.asyncIterator]();
    const names = async () => {
      const { value } = await statuses.next();
      return (value as StatusMessage).streams.map(({ name }) => name);
    };
    expect(await names()).toEqual([]);
    const second = names();
    await client.createStream({ stream: 'a' });
    await client.createStream({ stream: 'b' });
    await later(499);
    await client.createStream({ stream: 'c' });
    await later(1);
    expect(await second).toEqual(['a', 'b', 'c']);
    const third = names();
    await later(500);
    await client.createStream({ stream: 'd' });
    expect(await third).toEqual(['a', 'b', 'c', 'd']);
    await statuses.return?.(undefined);
    watcher.close();
  });
});
