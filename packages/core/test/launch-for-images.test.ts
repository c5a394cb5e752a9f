import { describe, expect, it } from 'vitest';
import { instanceWorld } from './support/instance-world.js';

const world = async () => {
  const made = await instanceWorld({
    regions: ['eu-west-1', 'us-east-1'],
    latency: { startInstanceMs: 30_000 },
  });
  const places = made.targets.targets;
  const names = ['one', 'two', 'three'];
  const images = await Promise.all(
    places.map((place) => Promise.all(names.map((name) => made.addImage(name, {}, { place })))),
  );
  const resources = places.flatMap(({ account, region }, at) =>
    (images[at] ?? []).map((imageId) => ({ account, region, imageId })),
  );
  const running = async () =>
    (await Promise.all(places.map((place) => made.instances(place))))
      .flat()
      .filter(({ State }) => State?.Name === 'running');
  return { ...made, places, resources, running };
};

describe('launch-instances-for-images', () => {
  it('[W35] [launch-instances-for-images] launches one of each AMI side by side, and gives a result for each', async () => {
    const { clock, commands, resources, run, running } = await world();
    const began = clock.now();
    const request = { instanceName: 'smoke-test', tags: { team: 'images' }, expiresInMs: 3_600_000 };
    const results = await run(commands.launchForImages([...resources, ...resources], request));
    expect(clock.now() - began).toBeLessThan(60_000);
    expect(results).toMatchObject({ ok: true, undoable: true });
    const changes = results.targets.flatMap((target) => target.changes);
    expect(changes.map(({ status }) => status)).toEqual(Array(6).fill('done'));
    const found = await running();
    expect(found.map(({ ImageId }) => ImageId).sort()).toEqual(
      resources.map(({ imageId }) => imageId).sort(),
    );
    for (const { Tags } of found)
      expect(Object.fromEntries((Tags ?? []).map(({ Key, Value }) => [Key, Value]))).toMatchObject({
        ...{ Name: 'smoke-test', team: 'images' },
        ExpiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
      });
  });

  it('[W32] [W65] tells of what was launched although another fails, tags in the same call, and takes it all back', async () => {
    const { cloud, commands, operations, places, resources, run, running } = await world();
    cloud.model.faults.add({ kind: 'deny', action: 'RunInstances', region: places[1]?.region });
    cloud.model.calls.clear();
    const results = await run(commands.launchForImages(resources));
    expect(results.ok).toBe(false);
    expect(results.targets.map(({ changes }) => changes.map(({ status }) => status))).toEqual([
      ['done', 'done', 'done'],
      ['failed', 'failed', 'failed'],
    ]);
    const launched = (await running()).map(({ InstanceId }) => InstanceId);
    const told = results.targets.flatMap(({ changes }) =>
      changes.flatMap(({ value }) => (value as { instanceId: string } | undefined)?.instanceId ?? []),
    );
    expect(told.sort()).toEqual(launched.sort());
    expect(cloud.model.calls.counts().CreateTags).toBeUndefined();
    cloud.model.faults.clear();
    expect(await run(operations.undo(results.operationId))).toMatchObject({ ok: true });
    expect(await running()).toEqual([]);
  });

  it('[W66] refuses entries that failed or have no AMI before anything is launched', async () => {
    const { cloud, commands, resources, run } = await world();
    const [one] = resources;
    cloud.model.calls.clear();
    for (const bad of [
      { account: one!.account, region: one!.region, snapshotId: 'snap-01234567' },
      { ...one!, error: 'the AMI is not available' },
    ])
      await expect(run(commands.launchForImages([...resources, bad]))).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringContaining(`${one!.account},${one!.region}: `),
      });
    expect(cloud.model.calls.counts()).toEqual({});
  });
});
