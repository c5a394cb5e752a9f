import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ResolvedTargets } from '../src/cloud/cloud.js';
import { Volumes } from '../src/volumes/volumes.js';
import { createPublishingWorld, type PublishingWorld } from './support/publishing-world.js';

let world: PublishingWorld;
let targets: ResolvedTargets;
let volumes: Volumes;
/** By region, the root volumes of the unpackers. */
let roots: string[][];

beforeAll(async () => {
  world = await createPublishingWorld();
  for (const [name, value] of Object.entries(world.sandbox.environment)) vi.stubEnv(name, value);
  targets = await world.cloud.resolveTargets('');
  volumes = new Volumes(world.newOperations());
  roots = await everywhere();
});
afterAll(() => world?.close());

/** By region, the volumes that are there beside those of a publication. */
const volumesIn = async (region: string): Promise<string[]> => {
  const [account] = world.sandbox.accounts;
  const { volumes: all } = await world.sandbox.model.inventory(account!.id, region);
  return all.filter(({ State }) => State !== 'deleting').map(({ VolumeId = '' }) => VolumeId);
};

const everywhere = () => Promise.all(world.sandbox.regions.map(volumesIn));

describe('volumes for unpackers', () => {
  it.each([0, -1, 1.5, 16_385, Number.NaN])('[W79] refuses the size %s', async (sizeGiB) => {
    await expect(volumes.add(targets, { sizeGiB })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('[add-volumes] are created encrypted, attached and known to the unpackers', async () => {
    const results = await volumes.add(targets, { sizeGiB: 3, tags: { team: 'base' } });
    expect(results).toMatchObject({
      ok: true,
      undoable: true,
      targets: [{ status: 'done' }, { status: 'done' }],
    });
    const [first] = world.sandbox.regions;
    const [account] = world.sandbox.accounts;
    const { volumes: made } = await world.sandbox.model.inventory(account!.id, first!);
    expect(made.at(-1)).toMatchObject({ Size: 3, Encrypted: true, VolumeType: 'gp3', State: 'in-use' });
    expect(made.at(-1)?.Tags).toContainEqual({ Key: 'team', Value: 'base' });
    expect(made.at(-1)?.Attachments).toMatchObject([{ DeleteOnTermination: true, State: 'attached' }]);
    expect(
      (await volumes.removeUnused(targets, { dryRun: true })).targets.flatMap(({ changes }) => changes),
    ).toHaveLength(2);
  });

  it('[W79] are not added where a free one is large enough, if asked so', async () => {
    await volumes.add(targets, { sizeGiB: 3, ifNoneFree: true });
    const before = await everywhere();
    const small = await volumes.add(targets, { sizeGiB: 3, ifNoneFree: true });
    expect(small.targets.map(({ status }) => status)).toEqual(['nothing', 'nothing']);
    const large = await volumes.add(targets, { sizeGiB: 4, ifNoneFree: true }, { dryRun: true });
    expect(large.targets.map(({ status }) => status)).toEqual(['planned', 'planned']);
    expect(await everywhere()).toEqual(before);
  });

  it('are taken back', async () => {
    const before = await everywhere();
    const { operationId } = await volumes.add(targets, { sizeGiB: 4 });
    expect(await everywhere()).not.toEqual(before);
    expect(await world.newOperations().undo(operationId)).toMatchObject({ ok: true });
    expect(await everywhere()).toEqual(before);
  });
});

describe('unused volumes', () => {
  it('[W38] [remove-unused-volumes] are told when they cannot be detached, and are found again by the next run', async () => {
    const [region, other] = world.sandbox.regions;
    const { faults } = world.sandbox.model;
    await volumes.add(targets, { sizeGiB: 3, ifNoneFree: true });
    faults.add({ kind: 'deny', action: 'DetachVolume', region });
    const results = await volumes.removeUnused(targets);
    expect(results).toMatchObject({ ok: false });
    expect(results.targets.find((target) => target.region === region)).toMatchObject({
      status: 'failed',
      changes: [{ status: 'failed', code: 'ACCESS_DENIED' }],
    });
    expect(results.targets.find((target) => target.region === other)).toMatchObject({ status: 'done' });
    faults.clear();

    const again = await volumes.removeUnused(targets);
    expect(again.ok).toBe(true);
    expect(again.targets.flatMap(({ changes }) => changes)).toMatchObject([
      { status: 'done', text: expect.stringContaining('not known to its unpacker') },
    ]);
    expect(await everywhere()).toEqual(roots);
  });

  it('are never those of a stream', async () => {
    const plan = await world.plan('base/debian', '1');
    expect(await world.newPublisher().start(plan).results).toMatchObject({ ok: true });
    const before = await everywhere();
    const results = await volumes.removeUnused(targets);
    expect(results.targets.map(({ status }) => status)).toEqual(['nothing', 'nothing']);
    expect(await everywhere()).toEqual(before);
  });
});
