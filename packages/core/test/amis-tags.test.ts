import { describe, expect, it } from 'vitest';
import type { Target } from '../src/target/target.js';
import { type AmiOptions, type AmiWorld, createAmiWorld, type MadeAmi } from './support/ami-world.js';

const key = 'Preferred';
const tag = { key, value: 'true' };
const stream = 'base/debian-12';

const ofStream = (world: AmiWorld, tags: Record<string, string> = {}, more: AmiOptions = {}) =>
  world.makeAmi({ tags: { Name: stream, ...tags }, ...more });

/** A preferred AMI and a newer one in each target. */
const inEach = async (world: AmiWorld, targets: readonly Target[]) => {
  const old: MadeAmi[] = [];
  const fresh: MadeAmi[] = [];
  for (const target of targets) {
    old.push(await ofStream(world, { Preferred: 'true' }, { target }));
    fresh.push(await ofStream(world, {}, { target }));
  }
  return [old, fresh] as const;
};

const choose = (world: AmiWorld, ...made: MadeAmi[]) =>
  world.run(world.amis.setExclusiveTag(made.map(world.entry), tag));

/** The AMIs of a target that have the tag. */
const preferred = async (world: AmiWorld, { target }: Pick<MadeAmi, 'target'>) => {
  const { images } = await world.inventory(target);
  return Object.entries(images).flatMap(([id, { tags }]) => (tags[key] === undefined ? [] : [id]));
};

describe('delete-tags', () => {
  it('[delete-tags] takes the tag from AMIs and snapshots, whatever its value, and gives each its own back', async () => {
    const world = await createAmiWorld();
    const made = await world.makeAmi({ tags: { ExpiresAt: 'a', a: 'b' }, snapshotTags: { ExpiresAt: 'c' } });
    const before = await world.inventory();
    const results = await world.run(world.amis.deleteTags([world.entry(made)], 'ExpiresAt'));
    expect(results).toMatchObject({
      ok: true,
      targets: [{ changes: [{ status: 'done' }, { status: 'done' }] }],
    });
    const { images, snapshots } = await world.inventory();
    expect(images[made.imageId]?.tags).toEqual({ a: 'b' });
    expect(snapshots[made.snapshotId]).toEqual({});
    await world.run(world.operations.undo(results.operationId));
    expect(await world.inventory()).toEqual(before);
  });

  it('has nothing to do where nothing has the tag, and tells of what is gone', async () => {
    const world = await createAmiWorld();
    const made = await world.makeAmi();
    const gone = { ...world.entry(made), imageId: 'ami-00000000000000000' };
    const results = await world.run(world.amis.deleteTags([gone], 'ExpiresAt'));
    expect(results.targets).toMatchObject([{ status: 'nothing' }]);
    expect(results.notices).toEqual([expect.stringContaining('ami-00000000000000000 is gone')]);
  });

  it.each(['ami-publisher:delete-after', 'aws:x', ''])('refuses the key %j', async (refused) => {
    const world = await createAmiWorld();
    const entries = [world.entry(await world.makeAmi())];
    await expect(world.run(world.amis.deleteTags(entries, refused))).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
  });
});

describe('set-exclusive-tags', () => {
  it('[W43] [set-exclusive-tags] is for one AMI of the stream alone, in each target, and never for none', async () => {
    const world = await createAmiWorld();
    const targets = world.targets.targets.slice(0, 2);
    const [old, fresh] = await inEach(world, targets);
    const other = await world.makeAmi({ tags: { Name: 'base/ubuntu', Preferred: 'true' } });
    world.model.calls.clear();
    const results = await choose(world, ...fresh);
    expect(results.ok).toBe(true);
    expect(await preferred(world, fresh[0]!)).toEqual([fresh[0]!.imageId, other.imageId]);
    expect(await preferred(world, fresh[1]!)).toEqual([fresh[1]!.imageId]);
    const order = world.model.calls
      .list()
      .filter(({ region, action }) => region === targets[0]!.region && /^(Create|Delete)Tags$/.test(action));
    expect(order.map(({ action }) => action)).toEqual(['CreateTags', 'DeleteTags']);
    const { images } = await world.inventory(old[0]!.target);
    expect(images[old[0]!.imageId]?.tags).toEqual({ Name: stream });
  });

  it('[W43] takes Name away only if asked to, and gives it back', async () => {
    const world = await createAmiWorld();
    const old = await ofStream(world, { Preferred: 'yes' });
    const fresh = await ofStream(world);
    const before = await world.inventory();
    const { operationId } = await world.run(
      world.amis.setExclusiveTag([world.entry(fresh)], tag, { removeName: true }),
    );
    expect((await world.inventory()).images[old.imageId]?.tags).toEqual({});
    await world.run(world.operations.undo(operationId));
    expect(await world.inventory()).toEqual(before);
  });

  it('[W43] puts a target back where it fails, and goes on in the others', async () => {
    const world = await createAmiWorld();
    const targets = world.targets.targets.slice(0, 2);
    const [old, fresh] = await inEach(world, targets);
    const { region, accountId } = targets[0]!;
    world.model.faults.add({ kind: 'deny', action: 'DeleteTags', region, account: accountId, nth: 1 });
    const results = await choose(world, ...fresh);
    expect(results.targets.map(({ status }) => status)).toEqual(['failed', 'done']);
    expect(await preferred(world, fresh[0]!)).toEqual([old[0]!.imageId]);
    expect(await preferred(world, fresh[1]!)).toEqual([fresh[1]!.imageId]);
    const resumed = await world.run(world.operations.resume(results.operationId));
    expect(resumed.ok).toBe(true);
    expect(await preferred(world, fresh[0]!)).toEqual([fresh[0]!.imageId]);
  });

  it('[W43] of two runs at once, one wins or all is as it was', async () => {
    const world = await createAmiWorld({ latency: { apiMs: { kind: 'uniform', minMs: 5, maxMs: 200 } } });
    const old = await ofStream(world, { Preferred: 'true' });
    const [first, second] = [await ofStream(world), await ofStream(world)];
    await world.run(
      Promise.all([first, second].map((one) => world.amis.setExclusiveTag([world.entry(one)], tag))),
    );
    const left = await preferred(world, old);
    expect(left).toHaveLength(1);
  });

  it('[W43] waits until the tags are seen, however late', async () => {
    const world = await createAmiWorld({ visibility: { tagsMs: 20_000 } });
    await ofStream(world, { Preferred: 'true' });
    const fresh = await ofStream(world);
    expect((await choose(world, fresh)).ok).toBe(true);
    await world.clock.advance(60_000);
    expect(await preferred(world, fresh)).toEqual([fresh.imageId]);
  });

  it('[W18] takes wildcards in the name of a stream as they are', async () => {
    const world = await createAmiWorld();
    const other = await ofStream(world, { Name: 'base/star', Preferred: 'true' });
    const chosen = await ofStream(world, { Name: 'base/*' });
    await choose(world, chosen);
    expect(await preferred(world, chosen)).toEqual([other.imageId, chosen.imageId]);
  });

  it('is not undone once a newer AMI has the tag', async () => {
    const world = await createAmiWorld();
    await ofStream(world, { Preferred: 'true' });
    const [second, third] = [await ofStream(world), await ofStream(world)];
    const { operationId } = await choose(world, second);
    await choose(world, third);
    const undone = await world.run(world.operations.undo(operationId));
    expect(undone.targets[0]?.changes).toMatchObject([{ status: 'failed', code: 'PLAN_OUTDATED' }]);
    expect(await preferred(world, third)).toEqual([third.imageId]);
  });

  it('[W16] refuses an AMI that nobody can launch, one without Name, and two of one stream', async () => {
    const world = await createAmiWorld();
    const [a, b, nameless] = [await ofStream(world), await ofStream(world), await world.makeAmi()];
    const messageOf = async (...made: MadeAmi[]) => (await choose(world, ...made)).targets[0]?.message;
    expect(await messageOf(a, b)).toMatch(`as is ${a.imageId}, it is of ${stream}`);
    expect(await messageOf(nameless)).toMatch('it has no Name tag');
    await world.run(world.amis.delete([world.entry(a)]));
    expect(await messageOf(a)).toMatch('it is disabled');
    expect(await preferred(world, a)).toEqual([]);
  });

  it.each(['Name', '', 'aws:x'])('refuses the key %j', async (refused) => {
    const world = await createAmiWorld();
    const entries = [world.entry(await ofStream(world))];
    const call = world.amis.setExclusiveTag(entries, { key: refused, value: 'true' });
    await expect(world.run(call)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });
});
