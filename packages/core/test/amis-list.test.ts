import { describe, expect, it } from 'vitest';
import type { ImageSearch } from '../src/amis/list-images.js';
import type { Target } from '../src/target/target.js';
import { type AmiWorld, createAmiWorld } from './support/ami-world.js';

const list = async (world: AmiWorld, search: ImageSearch = {}) => {
  const [answer] = await world.run(world.amis.list(world.targets, search));
  if (answer === undefined || 'error' in answer) throw new Error('the target did not answer');
  return answer.value.map(({ imageId }) => imageId);
};

describe('list-images', () => {
  it('[W67] [list-images] tells what the account owns, disabled AMIs too, the oldest first', async () => {
    const world = await createAmiWorld();
    const first = await world.makeAmi({ name: 'base/1', tags: { Name: 'base', team: 'images' } });
    const second = await world.makeAmi({ name: 'base/2' });
    await world.run(world.amis.delete([world.entry(first)]));
    const answers = await world.run(world.amis.list(world.targets));
    expect(answers).toHaveLength(4);
    expect(answers[0]).toMatchObject({
      value: [
        {
          imageId: first.imageId,
          name: 'base/1',
          state: 'disabled',
          sizeGiB: 1,
          tags: { Name: 'base', team: 'images' },
          createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
          deleteAfter: expect.stringMatching(/Z$/),
        },
        { imageId: second.imageId, name: 'base/2', state: 'available', tags: {} },
      ],
    });
    expect(answers[1]).toMatchObject({ value: [] });
    const later: string[] = [];
    for (let more = 0; more < 6; more++) {
      await world.clock.advance(1_000);
      later.push((await world.makeAmi()).imageId);
    }
    expect(await list(world)).toEqual([first.imageId, second.imageId, ...later]);
  });

  it('[W18] takes wildcards as they are, unless patterns are wanted', async () => {
    const world = await createAmiWorld();
    const star = await world.makeAmi({ tags: { Name: 'base/*' } });
    const other = await world.makeAmi({ tags: { Name: 'base/debian' } });
    expect(await list(world, { searchTags: { Name: 'base/*' } })).toEqual([star.imageId]);
    expect(await list(world, { searchTags: { Name: 'base/*' }, glob: true })).toEqual([
      star.imageId,
      other.imageId,
    ]);
  });

  it('finds those with all tags, and leaves out those that have all of others', async () => {
    const world = await createAmiWorld();
    const a = await world.makeAmi({ tags: { Preferred: 'true', team: 'x' } });
    const b = await world.makeAmi({ tags: { Preferred: 'true', team: 'x', old: 'yes', keep: 'no' } });
    const c = await world.makeAmi({ tags: { Preferred: 'false', team: 'x', old: 'yes' } });
    expect(await list(world, { searchTags: { Preferred: 'true', team: 'x' } })).toEqual([
      a.imageId,
      b.imageId,
    ]);
    expect(await list(world, { searchTags: { old: '' } })).toEqual([b.imageId, c.imageId]);
    const excludeSearchTags = { old: 'yes', keep: '' };
    expect(await list(world, { excludeSearchTags })).toEqual([a.imageId, c.imageId]);
  });

  it('leaves out those that are younger', async () => {
    const world = await createAmiWorld();
    const old = await world.makeAmi();
    await world.clock.advance(86_400_000);
    await world.makeAmi();
    expect(await list(world, { minAgeMs: 86_400_000 })).toEqual([old.imageId]);
    await expect(list(world, { minAgeMs: -1 })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('leaves out what others share', async () => {
    const world = await createAmiWorld();
    const theirs = world.targets.targets.at(-1) as Target;
    const made = await world.makeAmi({ target: theirs });
    const own = world.targets.targets.find(
      ({ region, account }) => region === theirs.region && account !== theirs.account,
    );
    await world.share(made, own!.accountId);
    expect(await world.run(world.amis.list({ ...world.targets, targets: [own!] }))).toMatchObject([
      { value: [] },
    ]);
  });

  it('[W81] tells of each target as it answers, and of one that fails', async () => {
    const world = await createAmiWorld();
    const [slow, bad] = world.targets.targets;
    const fault = (kind: 'throttle' | 'deny', { region, accountId }: Target) =>
      world.model.faults.add({ kind, action: 'DescribeImages', region, account: accountId, nth: 1 });
    fault('throttle', slow!);
    fault('deny', bad!);
    const heard: string[] = [];
    const answers = await world.run(
      world.amis.list(
        world.targets,
        {},
        { onAnswer: ({ target }) => heard.push(`${target.account},${target.region}`) },
      ),
    );
    expect(answers.map((answer) => 'error' in answer)).toEqual([false, true, false, false]);
    const order = answers.map(({ target }) => `${target.account},${target.region}`);
    expect(heard).toEqual([...order.slice(1), order[0]]);
  });
});
