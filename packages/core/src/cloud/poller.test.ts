import { VirtualClock } from '@ami-publisher/base';
import type { Snapshot } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import type { Ec2Api } from './ec2-api.js';
import { Poller, type WaitOptions } from './poller.js';

const completed: WaitOptions<'snapshot'> = {
  until: ({ State }) => State === 'completed',
  wanted: 'completed',
  timeoutMs: 600_000,
};

/** EC2 with snapshots only, as a function of time; counts its calls and the ids asked for. */
const fakeEc2 = (snapshot: (id: string) => Partial<Snapshot> | undefined) => {
  const calls: string[][] = [];
  const describeSnapshots: Ec2Api['describeSnapshots'] = async ({ Filters }) => {
    const ids = Filters?.[0]?.Values ?? [];
    calls.push(ids);
    return {
      Snapshots: ids.flatMap((id) => {
        const found = snapshot(id);
        return found === undefined ? [] : [{ SnapshotId: id, ...found }];
      }),
    };
  };
  return { calls, ec2: { describeSnapshots } as unknown as Ec2Api };
};

describe('polling', () => {
  it('asks for everything that is waited for in one call', async () => {
    const clock = new VirtualClock();
    const { calls, ec2 } = fakeEc2(() => ({ State: 'completed' }));
    const poller = new Poller(ec2, clock, 'prod,us-east-1');
    const waits = ['snap-1', 'snap-2', 'snap-3'].map((id) => poller.wait('snapshot', id, completed));
    await clock.runUntil(Promise.all(waits));
    expect(calls).toEqual([['snap-1', 'snap-2', 'snap-3']]);
  });

  it('notices completion within 3 s with at most 20 calls for a snapshot of 2 min', async () => {
    const clock = new VirtualClock();
    const start = clock.now();
    const doneAt = start + 120_000;
    const { calls, ec2 } = fakeEc2(() => {
      const percent = Math.floor(((clock.now() - start) / 120_000) * 100);
      return clock.now() >= doneAt
        ? { State: 'completed', Progress: '100%' }
        : { State: 'pending', Progress: `${percent}%` };
    });
    await clock.runUntil(new Poller(ec2, clock, 't').wait('snapshot', 'snap-1', completed));
    expect(clock.now() - doneAt).toBeLessThanOrEqual(3_000);
    expect(calls.length).toBeLessThanOrEqual(20);
  });

  it('waits for a resource that is not visible yet, but not for ever', async () => {
    const clock = new VirtualClock();
    const start = clock.now();
    const late = fakeEc2(() => (clock.now() < start + 20_000 ? undefined : { State: 'completed' }));
    await expect(
      clock.runUntil(new Poller(late.ec2, clock, 't').wait('snapshot', 'snap-1', completed)),
    ).resolves.toMatchObject({
      SnapshotId: 'snap-1',
    });
    const never = fakeEc2(() => undefined);
    const wait = new Poller(never.ec2, clock, 'prod,us-east-1').wait('snapshot', 'snap-2', completed);
    await expect(clock.runUntil(wait)).rejects.toMatchObject({
      code: 'AWS_NOT_FOUND',
      target: 'prod,us-east-1',
      resource: 'snap-2',
    });
  });

  it('sees at once that a resource which was there has vanished', async () => {
    const clock = new VirtualClock();
    const start = clock.now();
    const { ec2 } = fakeEc2(() => (clock.now() < start + 1_000 ? { State: 'pending' } : undefined));
    await expect(
      clock.runUntil(new Poller(ec2, clock, 't').wait('snapshot', 'snap-1', completed)),
    ).rejects.toMatchObject({
      code: 'AWS_NOT_FOUND',
    });
    expect(clock.now() - start).toBeLessThan(10_000);
  });

  it('says the last state when the time is over', async () => {
    const clock = new VirtualClock();
    const { ec2 } = fakeEc2(() => ({ State: 'pending' }));
    const wait = new Poller(ec2, clock, 't').wait('snapshot', 'snap-1', { ...completed, timeoutMs: 30_000 });
    await expect(clock.runUntil(wait)).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: expect.stringContaining('snapshot snap-1 is still pending after 30 s, wanted completed'),
    });
  });

  it('ends one wait when its signal aborts and goes on with the others', async () => {
    const clock = new VirtualClock();
    const start = clock.now();
    const { ec2 } = fakeEc2(() =>
      clock.now() < start + 5_000 ? { State: 'pending' } : { State: 'completed' },
    );
    const poller = new Poller(ec2, clock, 't');
    const cancel = new AbortController();
    const cancelled = poller.wait('snapshot', 'snap-1', { ...completed, signal: cancel.signal });
    const other = poller.wait('snapshot', 'snap-2', completed);
    cancel.abort(new Error('enough'));
    await expect(cancelled).rejects.toThrow('enough');
    await expect(clock.runUntil(other)).resolves.toMatchObject({ SnapshotId: 'snap-2' });
  });
});
