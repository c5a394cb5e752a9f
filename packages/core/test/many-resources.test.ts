import { describe, expect, it } from 'vitest';
import { parseResultsFile } from '../src/resources/results-file.js';
import { createAmiWorld } from './support/ami-world.js';

const count = 10_000;
const mebibyte = 2 ** 20;
/** Seconds, on a machine that does other things besides. */
const slowest = 40;

/** A world with many AMIs in its first target, and a results file that names them. */
const crowdedWorld = async () => {
  const world = await createAmiWorld();
  const [target] = world.targets.targets;
  const { accountId, account, region } = target!;
  const ids = Array.from({ length: count }, (_, number) =>
    world.model.addImage({ account: accountId, region, name: `web/${number}` }),
  );
  const file = ids.map((AmiId) => ({ AccountName: account, Region: region, AmiId }));
  return { ...world, text: JSON.stringify(file) };
};

/** What a piece of work takes. */
const measured = async <T>(work: () => Promise<T>) => {
  const [before, since] = [process.memoryUsage().rss, performance.now()];
  const value = await work();
  const grownMiB = (process.memoryUsage().rss - before) / mebibyte;
  return { value, seconds: (performance.now() - since) / 1_000, grownMiB };
};

describe(`${count} AMIs in one target`, () => {
  it('are planned for from one results file in a call for each 200, and in bounded memory', async () => {
    const world = await crowdedWorld();
    world.model.calls.clear();
    const { value, seconds, grownMiB } = await measured(() => {
      const { resources } = parseResultsFile(world.text, 'results.json');
      return world.run(world.amis.delete(resources, { dryRun: true, retentionMs: null }));
    });
    expect(value.targets[0]?.changes).toHaveLength(count);
    expect(world.model.calls.count('DescribeImages')).toBe((2 * count) / 200);
    expect(seconds).toBeLessThan(slowest);
    expect(grownMiB).toBeLessThan(400);
  });

  it('are listed in a call a page, and in bounded memory', async () => {
    const world = await crowdedWorld();
    world.model.calls.clear();
    const { value, seconds, grownMiB } = await measured(() => world.run(world.amis.list(world.targets)));
    const answers = value.map((answer) => ('value' in answer ? answer.value.length : 0));
    expect(answers).toEqual([count, 0, 0, 0]);
    // One page each, of which the first alone is full.
    expect(world.model.calls.count('DescribeImages')).toBeLessThanOrEqual(count / 1_000 + 4);
    expect(seconds).toBeLessThan(slowest);
    expect(grownMiB).toBeLessThan(400);
  });
});
