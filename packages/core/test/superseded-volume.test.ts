import { VirtualClock } from '@ami-publisher/base';
import { ModelCloud } from '@ami-publisher/sandbox';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ResolvedTargets } from '../src/cloud/cloud.js';
import { Publisher } from '../src/publish/publisher.js';
import { MemoryJournalStore } from '../src/steps/memory-journal.js';
import { UnpackerFleet } from '../src/unpacker/fleet.js';

const stream = 'base/debian';

describe('A volume of a stream whose place another has taken', () => {
  let clock: VirtualClock;
  let cloud: ModelCloud;
  let publisher: Publisher;
  let targets: ResolvedTargets;

  beforeEach(async () => {
    clock = new VirtualClock();
    cloud = new ModelCloud({ clock });
    await clock.runUntil(cloud.addUnpackers());
    const fleet = new UnpackerFleet({ cloud, createClient: cloud.createUnpackerClient });
    publisher = new Publisher({ cloud, fleet, images: cloud.images, journals: new MemoryJournalStore() });
    targets = await clock.runUntil(cloud.resolveTargets('*,*'));
  });

  const plan = (leaf: string, kmsKey?: string) => {
    cloud.images.add({ stream, leaf });
    return clock.runUntil(publisher.plan({ stream, leaf, targets, kmsKey }));
  };

  const publish = async (leaf: string, kmsKey?: string): Promise<void> => {
    const { results } = publisher.start(await plan(leaf, kmsKey));
    expect((await clock.runUntil(results)).ok).toBe(true);
  };

  /** @returns the id of the publication */
  const publishUntil = async (action: string, leaf: string, kmsKey?: string): Promise<string> => {
    const interruption = new AbortController();
    const planned = await plan(leaf, kmsKey);
    const reached = cloud.model.faults.hold(action, 'after', {});
    const { results } = publisher.start(planned, { signal: interruption.signal });
    const held = await clock.runUntil(reached);
    interruption.abort();
    held.release();
    expect((await clock.runUntil(results)).targets).toMatchObject([{ status: 'cancelled' }]);
    return planned.publicationId;
  };

  const inventory = () => {
    const [target] = targets.targets;
    return cloud.model.inventory(target?.accountId ?? '', target?.region ?? '');
  };

  const volumesOfStream = async () =>
    (await inventory()).volumes.filter(
      ({ State, Tags }) => State !== 'deleting' && Tags?.some(({ Value }) => Value === stream),
    );

  it('is taken up by the publication that had asked for it, and the other is deleted', async () => {
    const interrupted = await publishUntil('CreateVolume', '1');
    await publish('2');
    const resumed = await clock.runUntil(publisher.resume(interrupted));
    expect((await clock.runUntil(resumed.results)).ok).toBe(true);
    expect(cloud.model.audit()).toEqual({ orphans: [], duplicates: [], mislabels: [] });
    expect(await volumesOfStream()).toMatchObject([{ State: 'in-use' }]);
  });

  it('is deleted by the next release, if the publication that took its place was cut short', async () => {
    const [target] = targets.targets;
    const place = { accountId: target?.accountId ?? '', region: target?.region ?? '' };
    const kmsKey = cloud.model.addKmsKey(place);
    await publish('1');
    const interrupted = await publishUntil('unpacker:UnpackImage', '2', kmsKey);
    await clock.advance(61_000);
    expect(await volumesOfStream()).toHaveLength(2);
    await publish('3', kmsKey);
    expect(await volumesOfStream()).toMatchObject([{ KmsKeyId: kmsKey, State: 'in-use' }]);
    expect((await clock.runUntil(publisher.rollback(interrupted))).ok).toBe(true);
    expect(cloud.model.audit({ rolledBack: [interrupted] }).orphans).toEqual([]);
  });
});
