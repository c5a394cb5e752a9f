import { AmiPublisherError, silentLogger, VirtualClock } from '@ami-publisher/base';
import { describe, expect, it } from 'vitest';
import { keepLease } from '../src/unpacker/lease-keeper.js';
import type { UnpackerClient } from '../src/unpacker/unpacker-client.js';
import { fakeUnpacker, unreachable } from './support/fake-unpacker.js';

const lost = new AmiPublisherError('LEASE_LOST', { message: 'pub-2 has taken the lease over' });

const setUp = async (renewLease: UnpackerClient['renewLease']) => {
  const clock = new VirtualClock();
  const calls: string[] = [];
  const startedAt = clock.now();
  const client = fakeUnpacker({
    acquireLease: async (stream, publication, holder) => {
      calls.push(`acquire ${stream} for ${publication} by ${holder.split(':').length} parts`);
      return { stream, publication, epoch: 1 };
    },
    renewLease: (lease, options) => {
      calls.push(`renew at ${(clock.now() - startedAt) / 1_000}`);
      return renewLease(lease, options);
    },
    releaseLease: async () => {
      calls.push('release');
    },
  });
  const lease = await keepLease(client, {
    stream: 'base/debian',
    publication: 'pub-1',
    clock,
    logger: silentLogger,
    signal: new AbortController().signal,
  });
  return { clock, calls, lease };
};

describe('a kept lease', () => {
  it('is acquired for the publication', async () => {
    const { lease, calls } = await setUp(async () => {});
    expect(lease.ref).toEqual({ stream: 'base/debian', publication: 'pub-1', epoch: 1 });
    expect(calls).toEqual(['acquire base/debian for pub-1 by 3 parts']);
    await lease.release();
  });

  it('is renewed every 20 s', async () => {
    const { clock, lease, calls } = await setUp(async () => {});
    await clock.advance(61_000);
    expect(calls.slice(1)).toEqual(['renew at 20', 'renew at 40', 'renew at 60']);
    expect(lease.lost.aborted).toBe(false);
    await lease.release();
  });

  it('is not renewed after its release', async () => {
    const { clock, lease, calls } = await setUp(async () => {});
    await clock.advance(21_000);
    await lease.release();
    await clock.advance(300_000);
    expect(calls.slice(1)).toEqual(['renew at 20', 'release']);
  });

  it('[W27] is lost at once when another has it, and is then not released', async () => {
    const { clock, lease, calls } = await setUp(async () => {
      throw lost;
    });
    await clock.advance(20_000);
    expect(lease.lost.reason).toBe(lost);
    await lease.release();
    await clock.advance(300_000);
    expect(calls.slice(1)).toEqual(['renew at 20']);
  });

  it('outlives a short interruption', async () => {
    let fails = 5;
    const { clock, lease, calls } = await setUp(async () => {
      if (fails-- > 0) throw unreachable('127.0.0.1');
    });
    await clock.advance(51_000);
    expect(calls.slice(1)).toEqual([20, 22, 24, 26, 28, 30, 50].map((second) => `renew at ${second}`));
    expect(lease.lost.aborted).toBe(false);
    await lease.release();
  });

  it('is lost when it could not be renewed for its 60 s', async () => {
    const { clock, lease } = await setUp(async () => {
      throw unreachable('127.0.0.1');
    });
    await clock.advance(59_000);
    expect(lease.lost.aborted).toBe(false);
    await clock.advance(3_000);
    expect(lease.lost.reason).toMatchObject({ code: 'UNPACKER_UNREACHABLE' });
  });

  it('says itself that it is lost when it was not renewed for its 60 s', async () => {
    const { clock, lease } = await setUp(() => new Promise(() => {}));
    await clock.advance(59_000);
    lease.check();
    await clock.advance(1_000);
    expect(() => lease.check()).toThrow(expect.objectContaining({ code: 'LEASE_LOST' }));
  });

  it('passes a refusal on', async () => {
    const held = new AmiPublisherError('LEASE_HELD', { message: 'pub-2 holds it' });
    const client = fakeUnpacker({ acquireLease: () => Promise.reject(held) });
    const options = { stream: 'a', publication: 'b', clock: new VirtualClock(), logger: silentLogger };
    await expect(keepLease(client, { ...options, signal: new AbortController().signal })).rejects.toBe(held);
  });
});
