import { VirtualClock } from '@ami-publisher/base';
import { beforeEach, describe, expect, it } from 'vitest';
import { FreshResources } from './fresh-resources.js';

describe('A resource', () => {
  let clock: VirtualClock;
  let fresh: FreshResources;
  beforeEach(() => {
    clock = new VirtualClock();
    fresh = new FreshResources(clock);
  });

  it('is fresh for a minute after it was made', async () => {
    fresh.note('CreateSnapshot', {}, { SnapshotId: 'snap-1' });
    expect(fresh.isAnyIn({ SnapshotId: 'snap-1' })).toBe(true);
    expect(fresh.isAnyIn({ SnapshotId: 'snap-2' })).toBe(false);
    await clock.advance(60_000);
    expect(fresh.isAnyIn({ SnapshotId: 'snap-1' })).toBe(false);
  });

  it('is fresh again when a call with a client token answers with it again', async () => {
    fresh.note('CreateVolume', {}, { VolumeId: 'vol-1' });
    await clock.advance(59_000);
    fresh.note('CreateVolume', {}, { VolumeId: 'vol-1' });
    await clock.advance(59_000);
    expect(fresh.isAnyIn({ VolumeId: 'vol-1' })).toBe(true);
  });

  it('is found wherever a request names it', () => {
    fresh.note('CreateSnapshot', {}, { SnapshotId: 'snap-1' });
    expect(fresh.isAnyIn({ BlockDeviceMappings: [{ Ebs: { SnapshotId: 'snap-1' } }] })).toBe(true);
    expect(fresh.isAnyIn({ Resources: ['vol-1', 'snap-1'] })).toBe(true);
  });

  it('is fresh when a description shows that it was made within the minute', async () => {
    await clock.advance(3_600_000);
    const volume = (id: string, ageMs: number) => ({
      VolumeId: id,
      CreateTime: new Date(clock.now() - ageMs),
    });
    fresh.note('DescribeVolumes', {}, { Volumes: [volume('vol-new', 10_000), volume('vol-old', 61_000)] });
    expect(fresh.isAnyIn({ VolumeId: 'vol-new' })).toBe(true);
    expect(fresh.isAnyIn({ VolumeId: 'vol-old' })).toBe(false);
    fresh.note('DescribeImages', {}, { Images: [{ ImageId: 'ami-1', CreationDate: iso(clock.now()) }] });
    expect(fresh.isAnyIn({ ImageId: 'ami-1' })).toBe(true);
  });

  it('is not fresh any more once it was deleted', () => {
    fresh.note('CreateVolume', {}, { VolumeId: 'vol-1' });
    fresh.note('DeleteVolume', { VolumeId: 'vol-1' }, {});
    expect(fresh.isAnyIn({ VolumeId: 'vol-1' })).toBe(false);
  });

  it('is not what another call merely mentions', () => {
    fresh.note('AttachVolume', {}, { VolumeId: 'vol-1', AttachTime: new Date(clock.now()) });
    expect(fresh.isAnyIn({ VolumeId: 'vol-1' })).toBe(false);
  });
});

const iso = (at: number): string => new Date(at).toISOString();
