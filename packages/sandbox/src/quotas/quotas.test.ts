import { VirtualClock } from '@ami-publisher/base';
import type { Ec2Action } from '@ami-publisher/core';
import { describe, expect, test } from 'vitest';
import { RegionState } from '../model/region-state.js';
import { documentedQuotas, resolveQuotas } from './figures.js';
import { Quotas } from './quotas.js';

const minuteMs = 60_000;

const setUp = (figures = documentedQuotas) => {
  const clock = new VirtualClock();
  const state = new RegionState('111111111111', 'us-east-1', clock);
  const quotas = new Quotas(figures, clock);
  /** How many calls at once are let through. */
  const passing = (action: Ec2Action, input: object, at = state): number => {
    for (let count = 0; count < 1000; count += 1) {
      try {
        quotas.takeToken(at, action, input);
      } catch (error) {
        expect(error).toMatchObject({ code: 'RequestLimitExceeded', status: 503 });
        return count;
      }
    }
    return 1000;
  };
  const snapshot = (VolumeId: string) => quotas.checkResources(state, 'CreateSnapshot', { VolumeId });
  const addPending = (id: string, volumeId: string, copiedFrom?: string) =>
    state.snapshots.insert({
      id,
      volumeId,
      copiedFrom,
      ownerId: state.accountId,
      createVolumePermissions: [],
      state: 'pending',
      sizeGiB: 1,
      description: '',
      kmsKey: undefined,
      startTime: new Date(clock.now()),
      pendingSince: clock.now(),
      completesAt: clock.now(),
      completionTime: undefined,
      content: undefined,
      tags: new Map(),
    });
  return { clock, state, passing, snapshot, addPending, quotas };
};

const filtered = { Filters: [{ Name: 'tag:a', Values: ['1'] }] };

describe('Documented quotas', () => {
  test.each<[Ec2Action, object, number, number]>([
    ['RegisterImage', {}, 50, 5],
    ['CreateSnapshot', {}, 100, 5],
    ['CreateVolume', {}, 100, 5],
    ['CreateTags', {}, 100, 10],
    ['StartInstances', {}, 5, 2],
    ['DescribeSnapshots', filtered, 100, 20],
    ['DescribeSnapshots', { SnapshotIds: ['snap-1'] }, 100, 20],
    ['DescribeSnapshots', {}, 50, 10],
  ])('[QUOTA-1] %s %j: %i calls at once, then %i in a second', async (action, input, size, perSecond) => {
    const { clock, passing } = setUp();
    expect(passing(action, input)).toBe(size);
    await clock.advance(1000);
    expect(passing(action, input)).toBe(perSecond);
    await clock.advance(10 * minuteMs);
    expect(passing(action, input)).toBe(size);
  });

  test('[QUOTA-1] Each account, region and action has a bucket of its own', () => {
    const { clock, passing } = setUp();
    passing('CreateSnapshot', {});
    expect(passing('CreateVolume', {})).toBe(100);
    expect(passing('CreateSnapshot', {}, new RegionState('222222222222', 'us-east-1', clock))).toBe(100);
    expect(passing('CreateSnapshot', {}, new RegionState('111111111111', 'eu-west-1', clock))).toBe(100);
  });

  test('[QUOTA-2] Two snapshots of a volume begin 15 s apart, those of two volumes at once', async () => {
    const { clock, snapshot } = setUp();
    snapshot('vol-1');
    snapshot('vol-2');
    await clock.advance(14_999);
    expect(() => snapshot('vol-1')).toThrow(
      expect.objectContaining({ code: 'SnapshotCreationPerVolumeRateExceeded' }),
    );
    await clock.advance(1);
    snapshot('vol-1');
  });

  test('[QUOTA-3] A volume has at most five pending snapshots', () => {
    const { state, snapshot, addPending } = setUp();
    for (const number of [1, 2, 3, 4, 5]) addPending(`snap-${number}`, 'vol-1');
    expect(() => snapshot('vol-1')).toThrow(
      expect.objectContaining({ code: 'ConcurrentSnapshotLimitExceeded' }),
    );
    snapshot('vol-2');
    state.snapshots.update('snap-1', { state: 'completed' });
    snapshot('vol-1');
  });

  test('[QUOTA-4] An account has at most so many pending snapshots in a region', () => {
    const { state, snapshot, addPending } = setUp({ ...documentedQuotas, pendingSnapshotsPerAccount: 2 });
    addPending('snap-1', 'vol-1');
    addPending('snap-2', 'vol-2');
    expect(() => snapshot('vol-3')).toThrow(
      expect.objectContaining({ code: 'PendingSnapshotLimitExceeded' }),
    );
    state.snapshots.update('snap-1', { state: 'completed' });
    snapshot('vol-3');
  });

  test('[QUOTA-5] A volume is modified once in six hours', async () => {
    const { clock, state, quotas } = setUp();
    const modify = () => quotas.checkResources(state, 'ModifyVolume', { VolumeId: 'vol-1' });
    modify();
    const performance = { sizeGiB: 1, type: 'gp3', iops: 3000, throughput: 125 } as const;
    const startTime = new Date(clock.now());
    const modification = {
      id: 'vol-1',
      state: 'completed',
      startTime,
      endTime: startTime,
      tags: new Map(),
    } as const;
    state.modifications.insert({ ...modification, original: performance, target: performance });
    await clock.advance(6 * 60 * minuteMs - 1);
    expect(modify).toThrow(expect.objectContaining({ code: 'VolumeModificationRateExceeded' }));
    await clock.advance(1);
    modify();
  });

  test('[QUOTA-7] An account has at most 20 pending copies of snapshots to a region', () => {
    const { state, quotas, addPending } = setUp();
    const copy = () => quotas.checkResources(state, 'CopySnapshot', {});
    for (let count = 0; count < 20; count += 1) addPending(`snap-${count}`, 'vol-ffffffff', 'snap-a');
    expect(copy).toThrow(expect.objectContaining({ code: 'ResourceLimitExceeded' }));
    state.snapshots.update('snap-0', { state: 'completed' });
    expect(copy).not.toThrow();
  });

  test('[QUOTA-6] Are off unless asked for, and single figures can be replaced', () => {
    expect(resolveQuotas()).toBeUndefined();
    expect(resolveQuotas('documented')).toBe(documentedQuotas);
    expect(resolveQuotas({ pendingSnapshotsPerVolume: 1 })).toEqual({
      ...documentedQuotas,
      pendingSnapshotsPerVolume: 1,
    });
    expect(() => resolveQuotas('strict' as never)).toThrow('`quotas`');
  });
});
