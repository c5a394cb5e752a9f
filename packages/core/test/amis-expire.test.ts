import { describe, expect, it } from 'vitest';
import type { Tags } from '../src/cloud/tags.js';
import { formatExpiry } from '../src/publish/options.js';
import type { Target } from '../src/target/target.js';
import { type AmiWorld, createAmiWorld } from './support/ami-world.js';

const minute = 60_000;
const day = 24 * 60 * minute;

const expire = (world: AmiWorld) => world.run(world.amis.expire(world.targets));

const expiring = (world: AmiWorld, inMs = -minute): Tags => ({
  ExpiresAt: formatExpiry(world.clock.now() + inMs),
});

const addInstance = ({ run, model }: AmiWorld, { accountId, region }: Target, tags: Tags) =>
  run(model.addInstance({ account: accountId, region, name: 'test', tags }));

const attach = async (world: AmiWorld, target: Target, VolumeId: string, InstanceId: string) => {
  const ec2 = await world.ec2(target);
  await world.run(ec2.attachVolume({ VolumeId, InstanceId, Device: '/dev/sdf' }));
  await world.clock.advance(minute);
};

const stateOf = async (world: AmiWorld, { accountId, region }: Target) => {
  const { images, instances, snapshots, volumes } = await world.model.inventory(accountId, region);
  return {
    images: images.map(({ ImageId }) => ImageId),
    instances: instances.map(({ InstanceId, State }) => [InstanceId, State?.Name]),
    snapshots: snapshots.map(({ SnapshotId }) => SnapshotId),
    volumes: volumes.map(({ VolumeId }) => VolumeId),
  };
};

describe('expire', () => {
  it('[expire] deletes what is due, and nothing that is not, or has no tag', async () => {
    const world = await createAmiWorld();
    const [target] = world.targets.targets;
    const dead = await world.makeAmi({ tags: expiring(world, 0), snapshotTags: expiring(world, 0) });
    const alive = await world.makeAmi({ tags: expiring(world, 10 * day) });
    const untagged = await world.makeAmi();
    const results = await expire(world);
    expect(results.ok).toBe(true);
    const left = await stateOf(world, target!);
    expect(left.images).toEqual([alive.imageId, untagged.imageId]);
    expect(left.snapshots).toEqual([alive.snapshotId, untagged.snapshotId]);
    expect(results.targets.flatMap(({ changes }) => changes.map(({ resource }) => resource))).toEqual([
      dead.imageId,
    ]);
  });

  it('deletes retired AMIs when their time is over, and not one that was enabled again', async () => {
    const world = await createAmiWorld();
    const [retired, wanted] = [await world.makeAmi(), await world.makeAmi()];
    await world.run(world.amis.delete([retired, wanted].map(world.entry)));
    await world.clock.advance(6 * day);
    expect((await expire(world)).targets.every(({ status }) => status === 'nothing')).toBe(true);
    const ec2 = await world.ec2(wanted.target);
    await world.run(ec2.enableImage({ ImageId: wanted.imageId }));
    await world.clock.advance(2 * day);
    const results = await expire(world);
    expect(results.notices).toEqual([expect.stringContaining(`${wanted.imageId} is due and stays`)]);
    const { images, snapshots } = await world.inventory();
    expect(Object.keys(images)).toEqual([wanted.imageId]);
    expect(Object.keys(snapshots)).toEqual([wanted.snapshotId]);
  });

  it('[W34] terminates instances before it deletes the volumes that they let go of', async () => {
    const world = await createAmiWorld();
    const [target] = world.targets.targets;
    const tags = expiring(world, 0);
    const instanceId = await addInstance(world, target!, tags);
    const [kept, free] = [await world.makeVolume(target!, tags), await world.makeVolume(target!, tags)];
    await attach(world, target!, kept, instanceId);
    const results = await expire(world);
    expect(results.ok).toBe(true);
    expect(results.targets[0]?.changes.map(({ call, resource }) => [call, resource])).toEqual([
      ['ec2:TerminateInstances', instanceId],
      ['ec2:DeleteVolume', kept],
      ['ec2:DeleteVolume', free],
    ]);
    await world.clock.advance(minute);
    const left = await stateOf(world, target!);
    expect(left).toMatchObject({ instances: [[instanceId, 'terminated']], volumes: [] });
    // What has ended is not terminated again.
    expect((await expire(world)).targets.every(({ status }) => status === 'nothing')).toBe(true);
  });

  it('[W34] leaves a volume that a living instance has, and says so', async () => {
    const world = await createAmiWorld();
    const [target] = world.targets.targets;
    const volumeId = await world.makeVolume(target!, expiring(world, 0));
    await attach(world, target!, volumeId, await addInstance(world, target!, {}));
    const results = await expire(world);
    expect(results.notices).toEqual([
      expect.stringMatching(`${volumeId} is due and stays: it is attached to i-`),
    ]);
    expect((await stateOf(world, target!)).volumes).toContain(volumeId);
  });

  it('[W34] leaves alone what others share with the account', async () => {
    const world = await createAmiWorld();
    const { targets } = world.targets;
    const theirs = targets.at(-1)!;
    const made = await world.makeAmi({ target: theirs, tags: expiring(world, 0) });
    const own = targets.find(
      ({ region, account }) => region === theirs.region && account !== theirs.account,
    )!;
    await world.share(made, own.accountId);
    const only = { ...world.targets, targets: [own] };
    expect((await world.run(world.amis.expire(only))).targets).toMatchObject([{ status: 'nothing' }]);
    expect((await stateOf(world, theirs)).images).toEqual([made.imageId]);
  });

  it('[W34][W82] is not ok if a listing or a deletion fails, and tells of each; the rest goes', async () => {
    const world = await createAmiWorld();
    const [first, second] = world.targets.targets;
    const tags = expiring(world, 0);
    const [bad, good] = [await world.makeSnapshot(second!, tags), await world.makeSnapshot(second!, tags)];
    world.model.setBackup(bad);
    const { region, accountId } = first!;
    world.model.faults.add({ kind: 'deny', action: 'DescribeVolumes', region, account: accountId });
    const results = await expire(world);
    expect(results.ok).toBe(false);
    expect(results.targets.slice(0, 2)).toMatchObject([
      { status: 'failed', code: 'ACCESS_DENIED', changes: [] },
      {
        status: 'failed',
        changes: [
          { resource: bad, status: 'failed' },
          { resource: good, status: 'done' },
        ],
      },
    ]);
    expect((await stateOf(world, second!)).snapshots).toEqual([bad]);
  });

  it('[W34] tells of a tag that is no time, and deletes nothing for it', async () => {
    const world = await createAmiWorld();
    const made = await world.makeAmi({ tags: { ExpiresAt: 'soon' } });
    const results = await expire(world);
    expect(results).toMatchObject({
      ok: true,
      notices: [expect.stringContaining(`${made.imageId}: its tag ExpiresAt is no time: "soon"`)],
    });
    expect((await world.inventory()).images).toHaveProperty(made.imageId);
  });

  it('[W92] leaves a protected AMI and a snapshot that another AMI has, and says so', async () => {
    const world = await createAmiWorld();
    const locked = await world.makeAmi({ tags: expiring(world, 0), snapshotTags: expiring(world, 0) });
    const ec2 = await world.ec2(locked.target);
    await world.run(ec2.enableImageDeregistrationProtection({ ImageId: locked.imageId }));
    const results = await expire(world);
    expect(results.notices).toEqual([
      expect.stringContaining('its deregistration protection is enabled-without-cooldown'),
      expect.stringContaining(`${locked.snapshotId} is kept, since ${locked.imageId} has it`),
    ]);
    expect((await world.inventory()).images).toHaveProperty(locked.imageId);
  });

  it('gives back from Recycle Bin what that kept, and says what is gone for good', async () => {
    const world = await createAmiWorld();
    const [target] = world.targets.targets;
    const made = await world.makeAmi({ tags: expiring(world, 0) });
    const left = await world.makeSnapshot(target!, expiring(world, 0));
    await world.makeVolume(target!, expiring(world, 0));
    world.model.setRetention(target!, { images: true, snapshots: true });
    const before = await world.inventory();
    const { operationId } = await expire(world);
    const undone = await world.run(world.operations.undo(operationId));
    expect(undone.targets[0]?.changes.map(({ status }) => status)).toEqual(['undone', 'undone', 'failed']);
    expect(await world.inventory()).toEqual(before);
    expect(Object.keys(before.snapshots)).toEqual([made.snapshotId, left]);
  });

  it('[W15] finds what is on later pages', async () => {
    const world = await createAmiWorld();
    const [target] = world.targets.targets;
    const tags = expiring(world, 0);
    const ids: string[] = [];
    for (let count = 0; count < 7; count++) ids.push(await world.makeSnapshot(target!, tags));
    world.override((ec2) => ({
      describeSnapshots: (input, options) => ec2.describeSnapshots({ MaxResults: 5, ...input }, options),
    }));
    const results = await expire(world);
    expect(results.targets[0]?.changes.map(({ resource }) => resource)).toEqual(ids);
  });
});
