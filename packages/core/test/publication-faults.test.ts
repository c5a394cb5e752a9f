import { describe, expect, it } from 'vitest';
import { createWorld } from './support/one-target-world.js';

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
