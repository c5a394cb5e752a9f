import { VirtualClock } from '@ami-publisher/base';
import { type FaultKind, ModelCloud } from '@ami-publisher/sandbox';
import { describe, expect, it } from 'vitest';
import { Publisher } from '../src/publish/publisher.js';
import { MemoryJournalStore } from '../src/steps/memory-journal.js';
import { UnpackerFleet } from '../src/unpacker/fleet.js';

describe('a stream that cannot be released', () => {
  it.each<FaultKind>(['hang', 'reset', 'lost-answer', 'deny'])(
    'after a %s is no reason to fail, since its lease runs out',
    async (kind) => {
      const clock = new VirtualClock();
      const cloud = new ModelCloud({ clock });
      await clock.runUntil(cloud.addUnpackers());
      const publisher = new Publisher({
        cloud,
        fleet: new UnpackerFleet({ cloud, createClient: cloud.createUnpackerClient }),
        images: cloud.images,
        journals: new MemoryJournalStore(),
      });
      cloud.images.add({ stream: 'base/debian', leaf: '1' });
      const targets = await clock.runUntil(cloud.resolveTargets('*,*'));
      cloud.model.faults.add({ action: 'unpacker:ReleaseLease', kind });
      const plan = await clock.runUntil(publisher.plan({ stream: 'base/debian', leaf: '1', targets }));
      const { ok } = await clock.runUntil(publisher.start(plan).results);
      expect(ok).toBe(true);
      expect(cloud.model.faults.list()[0]?.hits).toBeGreaterThan(0);
    },
  );
});
