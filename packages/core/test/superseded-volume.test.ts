import { VirtualClock } from '@ami-publisher/base';
import { ModelCloud } from '@ami-publisher/sandbox';
import { describe, expect, it } from 'vitest';
import { Publisher } from '../src/publish/publisher.js';
import { MemoryJournalStore } from '../src/steps/memory-journal.js';
import { UnpackerFleet } from '../src/unpacker/fleet.js';

const stream = 'base/debian';

describe('a volume that was asked for before another publication gave the stream its own', () => {
  it('is taken up by the publication that made it, and the other is deleted', async () => {
    const clock = new VirtualClock();
    const cloud = new ModelCloud({ clock });
    await clock.runUntil(cloud.addUnpackers());
    const fleet = new UnpackerFleet({ cloud, createClient: cloud.createUnpackerClient });
    const publisher = new Publisher({
      cloud,
      fleet,
      images: cloud.images,
      journals: new MemoryJournalStore(),
    });
    const targets = await clock.runUntil(cloud.resolveTargets('*,*'));
    const plan = (leaf: string) => {
      cloud.images.add({ stream, leaf });
      return clock.runUntil(publisher.plan({ stream, leaf, targets }));
    };

    const interruption = new AbortController();
    const first = await plan('1');
    const asked = cloud.model.faults.hold('CreateVolume', 'after', {});
    const interrupted = publisher.start(first, { signal: interruption.signal }).results;
    const held = await clock.runUntil(asked);
    interruption.abort();
    held.release();
    expect((await clock.runUntil(interrupted)).targets).toMatchObject([{ status: 'cancelled' }]);

    const second = publisher.start(await plan('2'));
    expect((await clock.runUntil(second.results)).ok).toBe(true);
    const resumed = await clock.runUntil(publisher.resume(first.publicationId));
    expect((await clock.runUntil(resumed.results)).ok).toBe(true);

    expect(cloud.model.audit()).toEqual({ orphans: [], duplicates: [], mislabels: [] });
    const [target] = targets.targets;
    const { volumes } = await cloud.model.inventory(target?.accountId ?? '', target?.region ?? '');
    const ofStream = volumes.filter(
      ({ State, Tags }) => State !== 'deleting' && Tags?.some(({ Value }) => Value === stream),
    );
    expect(ofStream).toMatchObject([{ State: 'in-use' }]);
  });
});
