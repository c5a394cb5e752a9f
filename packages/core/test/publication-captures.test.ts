import { AmiPublisherError } from '@ami-publisher/base';
import { describe, expect, it } from 'vitest';
import { createWorld } from './support/one-target-world.js';

const minuteMs = 60_000;
const stream = 'base/debian';

/** What the target has of publications. */
const inventoryOf = async ({ cloud, clock }: Awaited<ReturnType<typeof createWorld>>) => {
  const { targets } = await clock.runUntil(cloud.resolveTargets('*,*'));
  const [target] = targets;
  return cloud.model.inventory(target!.accountId, target!.region);
};

describe('A snapshot', () => {
  it('[W23] is waited for as long as it takes, were it hours', async () => {
    const { clock, plan, publisher } = await createWorld({ latency: { completeSnapshotMs: 200 * minuteMs } });
    const results = await clock.runUntil(publisher.start(await plan(stream)).results);
    expect(results.targets).toMatchObject([{ status: 'published' }]);
  });

  it('[W64] keeps nobody from the stream: the next release is published while that of the first is pending', async () => {
    const world = await createWorld({ latency: { completeSnapshotMs: 30 * minuteMs } });
    const { clock, plan, publisher } = world;
    const [first, second] = [await plan(stream, '1'), await plan(stream, '2')];
    const begunAt = clock.now();
    const one = publisher.start(first).results;
    await clock.advance(5 * minuteMs);
    const all = await clock.runUntil(Promise.all([one, publisher.start(second).results]));
    expect(all.flatMap(({ targets }) => targets.map(({ status }) => status))).toEqual([
      'published',
      'published',
    ]);
    expect(clock.now() - begunAt).toBeLessThan(40 * minuteMs);
  });

  it('[W27] of a volume that did not stay as it was is deleted, and taken again, before anything is registered', async () => {
    let asked = 0;
    const world = await createWorld({
      override: (client) => ({
        confirmCapture: async (...given) => {
          asked += 1;
          if (asked === 1)
            throw new AmiPublisherError('CAPTURE_NOT_CONFIRMED', { message: 'it was mounted' });
          await client.confirmCapture(...given);
        },
      }),
    });
    const { clock, plan, publisher } = world;
    const results = await clock.runUntil(publisher.start(await plan(stream)).results);
    const { images, snapshots } = await inventoryOf(world);
    expect(asked).toBe(2);
    expect(snapshots.map(({ SnapshotId }) => SnapshotId)).toEqual([results.targets[0]?.snapshotId]);
    expect(images[0]?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId).toBe(results.targets[0]?.snapshotId);
  });
});

describe('A plan', () => {
  it('[W73] asks the image server how much room the image needs, and for none of its tree', async () => {
    const { cloud, plan } = await createWorld();
    const asked: string[] = [];
    const { getManifest, getObjects } = cloud.images;
    Object.assign(cloud.images, {
      getManifest: (digest: string) => {
        asked.push(digest);
        return getManifest.call(cloud.images, digest);
      },
      getObjects: (digests: readonly string[]) => {
        asked.push(...digests);
        return getObjects.call(cloud.images, digests);
      },
    });
    expect((await plan(stream)).usageBytes).toBeGreaterThan(0);
    expect(asked).toEqual([]);
  });

  it('[W58] [W77] leaves an AMI of the name and the image alone, and names one of another image', async () => {
    const { clock, cloud, plan, publisher } = await createWorld();
    await clock.runUntil(publisher.start(await plan(stream, '1', { amiName: 'fixed' })).results);
    cloud.model.calls.clear();
    const same = await plan(stream, '1', { amiName: 'fixed' });
    const results = await clock.runUntil(publisher.start(same).results);
    expect(results).toMatchObject({ ok: true, targets: [{ status: 'skipped', imageId: /^ami-/ }] });
    expect(cloud.model.calls.count('CreateSnapshot')).toBe(0);
    expect((await plan(stream, '2', { amiName: 'fixed' })).failures).toMatchObject([
      { code: 'AMI_NAME_TAKEN', message: expect.stringMatching(/"fixed" belongs to ami-/) },
    ]);
  });
});

describe('An AMI', () => {
  it('[W96] and its snapshot carry the digest of the image that they are of', async () => {
    const world = await createWorld();
    const planned = await world.plan(stream);
    await world.clock.runUntil(world.publisher.start(planned).results);
    const { images, snapshots } = await inventoryOf(world);
    for (const made of [images, snapshots])
      expect(made).toMatchObject([
        {
          Tags: expect.arrayContaining([
            { Key: 'ami-publisher:manifest-digest', Value: planned.manifestDigest },
          ]),
        },
      ]);
  });
});
