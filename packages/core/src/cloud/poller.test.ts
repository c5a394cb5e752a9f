import { AmiPublisherError, VirtualClock } from '@ami-publisher/base';
import type { Snapshot } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import type { Ec2Api } from './ec2-api.js';
import { fixedPacing } from './poll-pacing.js';
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

  it('[W21] sees at once that a resource which was there has vanished', async () => {
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

  it('[W19] says the last state when the time is over', async () => {
    const clock = new VirtualClock();
    const { ec2 } = fakeEc2(() => ({ State: 'pending' }));
    const wait = new Poller(ec2, clock, 't').wait('snapshot', 'snap-1', { ...completed, timeoutMs: 30_000 });
    await expect(clock.runUntil(wait)).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: expect.stringContaining('snapshot snap-1 is still pending after 30 s, wanted completed'),
    });
  });

  it('asks for what is due in a moment along with what is due', async () => {
    const clock = new VirtualClock();
    const start = clock.now();
    const { calls, ec2 } = fakeEc2(() => ({ State: clock.now() < start + 60_000 ? 'pending' : 'completed' }));
    const poller = new Poller(ec2, clock, 't', { pacing: fixedPacing(10_000) });
    const first = poller.wait('snapshot', 'snap-1', completed);
    await clock.advance(9_500);
    await clock.runUntil(Promise.all([first, poller.wait('snapshot', 'snap-2', completed)]));
    // The newcomer is looked at as it comes, and the other with it; from then on they go together.
    expect(calls.map((ids) => ids.length)).toEqual([1, 2, 2, 2, 2, 2, 2, 2]);
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

describe('a poll that fails', () => {
  const failing = (code: 'AWS_THROTTLED' | 'AWS_UNAVAILABLE' | 'ACCESS_DENIED', untilMs: number) => {
    const clock = new VirtualClock();
    const start = clock.now();
    const polls: number[] = [];
    const ec2 = {
      describeSnapshots: async ({ Filters }: Parameters<Ec2Api['describeSnapshots']>[0]) => {
        polls.push(clock.now() - start);
        if (clock.now() - start < untilMs)
          throw new AmiPublisherError(code, { message: 'ec2:DescribeSnapshots: not now' });
        return {
          Snapshots: (Filters?.[0]?.Values ?? []).map((id) => ({ SnapshotId: id, State: 'completed' })),
        };
      },
    };
    const poller = new Poller(ec2 as unknown as Ec2Api, clock, 't');
    const wait = (options: Partial<WaitOptions<'snapshot'>> = {}) =>
      clock.runUntil(poller.wait('snapshot', 'snap-1', { ...completed, ...options }));
    return { clock, wait, polls, elapsed: () => clock.now() - start };
  };

  it.each(['AWS_THROTTLED', 'AWS_UNAVAILABLE'] as const)(
    'with %s is repeated, ever less often, and the wait goes on',
    async (code) => {
      const { wait, polls } = failing(code, 60_000);
      await expect(wait()).resolves.toMatchObject({ State: 'completed' });
      expect(polls).toEqual([0, 1_000, 3_000, 7_000, 15_000, 31_000, 51_000, 71_000]);
    },
  );

  it('ends the wait when it has failed for five minutes', async () => {
    const { wait, elapsed } = failing('AWS_UNAVAILABLE', Number.POSITIVE_INFINITY);
    await expect(wait()).rejects.toMatchObject({ code: 'AWS_UNAVAILABLE' });
    expect(elapsed()).toBeGreaterThanOrEqual(300_000);
    expect(elapsed()).toBeLessThan(330_000);
  });

  it('ends the wait when its time is over', async () => {
    const { wait, elapsed } = failing('AWS_THROTTLED', Number.POSITIVE_INFINITY);
    await expect(wait({ timeoutMs: 20_000 })).rejects.toMatchObject({ code: 'AWS_THROTTLED' });
    expect(elapsed()).toBeLessThan(40_000);
  });

  it('[W19] with an error that would come again ends the wait at once', async () => {
    const { wait, polls } = failing('ACCESS_DENIED', Number.POSITIVE_INFINITY);
    await expect(wait()).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    expect(polls).toEqual([0]);
  });

  it('of an earlier wait is forgotten', async () => {
    const { clock, wait, polls } = failing('AWS_UNAVAILABLE', 1_000_000);
    await expect(wait({ timeoutMs: 10_000 })).rejects.toMatchObject({ code: 'AWS_UNAVAILABLE' });
    await clock.advance(984_000);
    await expect(wait()).resolves.toMatchObject({ State: 'completed' });
    expect(polls.at(-1)).toBeGreaterThanOrEqual(1_000_000);
  });
});
