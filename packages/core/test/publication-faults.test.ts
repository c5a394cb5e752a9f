import { VirtualClock } from '@ami-publisher/base';
import { ModelCloud } from '@ami-publisher/sandbox';
import { describe, expect, it } from 'vitest';
import { Publisher } from '../src/publish/publisher.js';
import { MemoryJournalStore } from '../src/steps/memory-journal.js';
import { UnpackerFleet } from '../src/unpacker/fleet.js';

/** One target with an unpacker, in virtual time. */
const createWorld = async () => {
  const clock = new VirtualClock();
  const cloud = new ModelCloud({ clock });
  await clock.runUntil(cloud.addUnpackers());
  const fleet = new UnpackerFleet({ cloud, createClient: cloud.createUnpackerClient });
  const publisher = new Publisher({ cloud, fleet, images: cloud.images, journals: new MemoryJournalStore() });
  const targets = await clock.runUntil(cloud.resolveTargets('*,*'));
  const plan = (stream: string) => {
    cloud.images.add({ stream, leaf: '1' });
    return clock.runUntil(publisher.plan({ stream, leaf: '1', targets }));
  };
  return { clock, cloud, publisher, plan };
};

describe('Publications of many streams at once', () => {
  it('[W29] get a device name each on the unpacker that they share, though they begin to look at the same ones', async () => {
    const { clock, cloud, publisher, plan } = await createWorld();
    const streams = Array.from({ length: 26 }, (_, at) => `base/s${at}`);
    const plans = [];
    for (const stream of streams) plans.push(await plan(stream));
    cloud.model.calls.clear();
    const all = await clock.runUntil(Promise.all(plans.map((one) => publisher.start(one).results)));
    expect(all.flatMap(({ targets }) => targets.map(({ status }) => status))).toEqual(
      streams.map(() => 'published'),
    );
    // There are 25 names to begin with, so that two have met at one of them.
    expect(cloud.model.calls.count('AttachVolume')).toBeGreaterThan(streams.length);
  });
});

describe('A target that failed', () => {
  it('[W31] has the ids of all that was made for it in its result', async () => {
    const { clock, cloud, publisher, plan } = await createWorld();
    cloud.model.faults.add({ kind: 'deny', action: 'RegisterImage' });
    const { ok, targets } = await clock.runUntil(publisher.start(await plan('base/debian')).results);
    expect(ok).toBe(false);
    expect(targets).toMatchObject([
      {
        status: 'failed',
        step: 'register',
        code: 'ACCESS_DENIED',
        volumeId: expect.stringMatching(/^vol-/),
        snapshotId: expect.stringMatching(/^snap-/),
      },
    ]);
  });
});
