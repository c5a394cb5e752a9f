import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clouds, keepers, type Trait, unreportedUse, whatMayGo } from './support/usage-oracle.js';
import { makeCloud } from './support/usage-world.js';

const runs = 200;

describe('which AMIs go', () => {
  it('[W49] are exactly those that nothing uses, may use or keeps, in any cloud', async () => {
    const seen = new Map<Trait | 'gap', number>();
    let deleting = 0;
    await fc.assert(
      fc.asyncProperty(clouds, async (spec) => {
        const { world, imageIds } = await makeCloud(spec);
        const { clock, usage, operations, targets, journals, cloud } = world;
        const expected = imageIds.filter((_, index) => whatMayGo(spec)[index]).sort();
        const request = { keepLast: spec.keepLast, usageReports: spec.usageReports, journals };
        const results = await clock.runUntil(usage.deleteUnused(operations, targets, request));
        const inventories = await Promise.all(
          targets.targets.map(({ accountId, region }) => cloud.model.inventory(accountId, region)),
        );
        const available = new Set(inventories.flatMap(({ images }) => images.map(({ ImageId }) => ImageId)));
        expect(imageIds.filter((id) => !available.has(id)).sort()).toEqual(expected);
        expect(results.targets.flatMap(({ changes }) => changes.map(({ status }) => status))).toEqual(
          expected.map(() => 'done'),
        );
        const traits = new Set(spec.images.flatMap((image) => image.traits));
        if (!spec.usageReports) traits.delete(unreportedUse);
        for (const trait of traits) seen.set(trait, (seen.get(trait) ?? 0) + 1);
        if (spec.gaps.length > 0) seen.set('gap', (seen.get('gap') ?? 0) + 1);
        if (expected.length > 0) deleting += 1;
      }),
      { numRuns: runs, endOnFailure: false },
    );
    for (const keeper of [...keepers, unreportedUse, 'gap'] as const)
      expect((seen.get(keeper) ?? 0) / runs, `runs with ${keeper}`).toBeGreaterThanOrEqual(0.05);
    expect(deleting / runs, 'runs that delete something').toBeGreaterThanOrEqual(0.3);
  });
});
