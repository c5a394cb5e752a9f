import { VirtualClock } from '@ami-publisher/base';
import type { Target } from '@ami-publisher/core';
import { describe, expect, test } from 'vitest';
import { ModelCloud } from '../model-front/model-cloud.js';
import type { SnapshotProgress } from './snapshot-progress.js';

const completeSnapshotMs = 100_000;

/** What a snapshot of 100 s reports at 10, 30, 60, 99 and 101 s. */
const reported = async (snapshotProgress: SnapshotProgress | undefined): Promise<(string | undefined)[]> => {
  const clock = new VirtualClock();
  const cloud = new ModelCloud({ clock, snapshotProgress, latency: { completeSnapshotMs } });
  const { targets } = await cloud.resolveTargets('*,*');
  const ec2 = await cloud.ec2(targets[0] as Target);
  const { VolumeId } = await ec2.createVolume({ AvailabilityZone: `${targets[0]?.region}a`, Size: 1 });
  await clock.advance(1_000);
  await ec2.createSnapshot({ VolumeId });
  const progress: (string | undefined)[] = [];
  for (const seconds of [10, 20, 30, 39, 2]) {
    await clock.advance(seconds * 1_000);
    progress.push((await ec2.describeSnapshots({})).Snapshots?.[0]?.Progress);
  }
  return progress;
};

describe('The progress of a snapshot', () => {
  test.each<[SnapshotProgress | undefined, string[]]>([
    [undefined, ['10%', '30%', '60%', '99%', '100%']],
    ['linear', ['10%', '30%', '60%', '99%', '100%']],
    ['accelerating', ['1%', '9%', '36%', '98%', '100%']],
    ['jumpy', ['0%', '25%', '50%', '87%', '100%']],
    ['stalling', ['20%', '60%', '60%', '60%', '100%']],
    ['stuck', ['0%', '0%', '0%', '0%', '100%']],
  ])('[SNAP-6] Of the shape %s is reported so', async (shape, expected) => {
    expect(await reported(shape)).toEqual(expected);
  });

  test('[SNAP-6] Of no such shape is refused', () => {
    const snapshotProgress = 'circular' as SnapshotProgress;
    expect(() => new ModelCloud({ snapshotProgress })).toThrow('snapshotProgress');
  });
});
