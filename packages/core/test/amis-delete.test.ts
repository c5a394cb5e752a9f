import { describe, expect, it } from 'vitest';
import { fromAwsError } from '../src/cloud/aws-error.js';
import { type AmiWorld, createAmiWorld, type MadeAmi } from './support/ami-world.js';

const day = 86_400_000;

const deleteNow = (world: AmiWorld, ...made: MadeAmi[]) =>
  world.run(world.amis.delete(made.map(world.entry), { retentionMs: null }));

const statuses = ({ targets }: Awaited<ReturnType<AmiWorld['amis']['delete']>>) =>
  targets.flatMap(({ changes }) => changes.map(({ status }) => status));

describe('retiring an AMI', () => {
  it('[W60] says in a dry run exactly what it then does: disables and tags, and deletes nothing', async () => {
    const world = await createAmiWorld();
    const made = await world.makeAmi();
    const before = await world.inventory();
    const planned = await world.run(world.amis.delete([world.entry(made)], { dryRun: true }));
    expect(await world.inventory()).toEqual(before);
    expect(planned.targets[0]?.changes).toMatchObject([
      { call: 'ec2:DisableImage', resource: made.imageId, status: 'planned' },
    ]);

    const done = await world.run(world.amis.delete([world.entry(made)]));
    expect(done).toMatchObject({ ok: true, undoable: true });
    const { images, snapshots } = await world.inventory();
    expect(images[made.imageId]?.state).toBe('disabled');
    const due = Date.parse(images[made.imageId]?.tags['ami-publisher:delete-after'] ?? '');
    expect(due - world.clock.now()).toBeGreaterThan(7 * day - 60_000);
    expect(due - world.clock.now()).toBeLessThanOrEqual(7 * day);
    expect(Object.keys(snapshots)).toEqual([made.snapshotId]);
  });

  it('is taken back with launch permissions and tags, as it was', async () => {
    const world = await createAmiWorld();
    const made = await world.makeAmi({ tags: { Name: 'base/debian-12', Preferred: 'true' } });
    await world.share(made, '222222222222');
    const before = await world.inventory();
    const { operationId } = await world.run(world.amis.delete([world.entry(made)]));
    expect(await world.permissions(made)).toEqual([]);
    const undone = await world.run(world.operations.undo(operationId));
    expect(undone).toMatchObject({ ok: true, targets: [{ status: 'undone' }] });
    expect(await world.inventory()).toEqual(before);
    expect(await world.permissions(made)).toEqual([{ UserId: '222222222222' }]);
  });

  it('keeps the launch permissions although it was cut short after they were gone', async () => {
    const world = await createAmiWorld();
    const made = await world.makeAmi();
    await world.share(made, '222222222222');
    world.model.faults.add({ kind: 'deny', action: 'CreateTags' });
    const cut = await world.run(world.amis.delete([world.entry(made)]));
    expect(statuses(cut)).toEqual(['failed']);
    expect(await world.permissions(made)).toEqual([]);
    world.model.faults.clear();
    const resumed = await world.run(world.operations.resume(cut.operationId));
    expect(resumed.ok).toBe(true);
    await world.run(world.operations.undo(cut.operationId));
    expect(await world.permissions(made)).toEqual([{ UserId: '222222222222' }]);
    expect((await world.inventory()).images[made.imageId]).toEqual({ state: 'available', tags: {} });
  });

  it('[W34] leaves alone what other accounts own, and says so', async () => {
    const world = await createAmiWorld();
    const theirs = await world.makeAmi({ target: world.targets.targets.at(-1) });
    const [own] = world.targets.targets;
    await world.share(theirs, own!.accountId);
    const shared = { ...world.entry(theirs), account: own!.account, snapshotId: undefined };
    const { snapshotId: _none, ...entry } = shared;
    const results = await world.run(
      world.amis.delete([entry, { ...entry, sharedFrom: 'owner' }], { retentionMs: null }),
    );
    expect(results.targets).toMatchObject([{ status: 'nothing' }]);
    expect(results.notices).toEqual([
      expect.stringContaining('belongs to owner and is left alone'),
      expect.stringContaining('belongs to another account, and is left alone'),
    ]);
  });
});

describe('deleting an AMI at once', () => {
  it('[W33] deletes every snapshot although one mapping has no EBS', async () => {
    const world = await createAmiWorld();
    const second = await world.makeSnapshot(world.targets.targets[0]!);
    const made = await world.makeAmi({
      disks: [
        { DeviceName: '/dev/sdb', VirtualName: 'ephemeral0' },
        { DeviceName: '/dev/sdc', Ebs: { SnapshotId: second } },
      ],
    });
    const results = await deleteNow(world, made);
    expect(results.ok).toBe(true);
    expect(await world.inventory()).toEqual({ images: {}, snapshots: {} });
  });

  it('[W33] tries all snapshots, and reports the first that failed', async () => {
    const world = await createAmiWorld();
    const second = await world.makeSnapshot(world.targets.targets[0]!);
    const made = await world.makeAmi({ disks: [{ DeviceName: '/dev/sdc', Ebs: { SnapshotId: second } }] });
    world.model.setBackup(made.snapshotId);
    const results = await deleteNow(world, made);
    expect(results.targets[0]?.changes).toMatchObject([
      { status: 'failed', message: expect.stringMatching(`${made.snapshotId}.*AWS Backup`) },
    ]);
    expect(Object.keys((await world.inventory()).snapshots)).toEqual([made.snapshotId]);
  });

  it('[W92] keeps a snapshot that another AMI has, and says so before and after', async () => {
    const world = await createAmiWorld();
    const made = await world.makeAmi();
    const other = await world.makeAmi({ snapshotId: made.snapshotId });
    const results = await deleteNow(world, made);
    expect(results.targets[0]?.changes).toMatchObject([
      {
        text: expect.stringContaining(`keep ${made.snapshotId}, which ${other.imageId} has`),
        status: 'done',
        value: { snapshots: [{ outcome: 'kept', usedBy: [other.imageId] }] },
      },
    ]);
    expect(await world.inventory()).toMatchObject({
      images: { [other.imageId]: {} },
      snapshots: { [made.snapshotId]: {} },
    });
  });

  it('[W92] keeps a snapshot that its plan keeps, although the AMI that had it has gone since', async () => {
    const world = await createAmiWorld();
    const made = await world.makeAmi();
    const other = await world.makeAmi({ snapshotId: made.snapshotId });
    const confirm = async () => {
      await (await world.ec2(other.target)).deregisterImage({ ImageId: other.imageId });
    };
    const { targets } = await world.run(
      world.amis.delete([world.entry(made)], { retentionMs: null, confirm }),
    );
    const kept = { snapshotId: made.snapshotId, outcome: 'kept', usedBy: [other.imageId] };
    expect(targets).toMatchObject([{ changes: [{ value: { snapshots: [kept] } }] }]);
    expect((await world.inventory()).snapshots).toHaveProperty(made.snapshotId);
  });

  it('deletes a snapshot that two AMIs have with the last of them', async () => {
    const world = await createAmiWorld();
    const made = await world.makeAmi();
    const other = await world.makeAmi({ snapshotId: made.snapshotId });
    expect((await deleteNow(world, made, other)).ok).toBe(true);
    expect(await world.inventory()).toEqual({ images: {}, snapshots: {} });
  });

  it.each(['retired', 'deleted'])(
    '[W92] an AMI that is protected, or that AWS Backup looks after, is not %s: an outcome of its own',
    async (how) => {
      const world = await createAmiWorld();
      const [locked, backup] = [await world.makeAmi(), await world.makeAmi()];
      const ec2 = await world.ec2(locked.target);
      await world.run(ec2.enableImageDeregistrationProtection({ ImageId: locked.imageId }));
      world.model.setBackup(backup.imageId);
      const before = await world.inventory();
      const entries = [locked, backup].map(world.entry);
      const results = await world.run(
        world.amis.delete(entries, how === 'deleted' ? { retentionMs: null } : {}),
      );
      expect(results.ok).toBe(false);
      expect(results.targets[0]?.changes).toMatchObject([
        { status: 'failed', code: 'AMI_PROTECTED', text: expect.stringContaining('would be refused') },
        { status: 'failed', code: 'AMI_PROTECTED', message: expect.stringContaining('AWS Backup') },
      ]);
      expect(await world.inventory()).toEqual(before);
    },
  );

  it('[W24] takes an AMI that is gone as done', async () => {
    const world = await createAmiWorld();
    const made = await world.makeAmi();
    world.model.faults.add({ kind: 'lost-answer', action: 'DeregisterImage', nth: 1 });
    const results = await deleteNow(world, made);
    expect(statuses(results)).toEqual(['done']);
    expect(await world.inventory()).toEqual({ images: {}, snapshots: {} });
    const again = await deleteNow(world, made);
    expect(again).toMatchObject({ ok: true, targets: [{ status: 'nothing' }] });
  });

  it('[W24] does not take an AMI for gone because lists do not show it yet', async () => {
    const world = await createAmiWorld({ visibility: { listMs: 600_000 } });
    const made = await world.makeAmi();
    expect(statuses(await deleteNow(world, made))).toEqual(['done']);
    await world.clock.advance(600_000);
    expect((await world.inventory()).images).toEqual({});
  });

  /** As AWS refuses to delete a snapshot. @returns how often it was asked to */
  const refuseSnapshots = (world: AmiWorld, name: string, lastsMs: number): (() => number) => {
    let asked = 0;
    const endsAt = world.clock.now() + lastsMs;
    world.override((ec2) => ({
      deleteSnapshot: (input, options) => {
        asked += 1;
        if (world.clock.now() >= endsAt) return ec2.deleteSnapshot(input, options);
        const reason = Object.assign(new Error('it is currently in use by ami-1'), { name });
        throw fromAwsError(reason, { call: 'ec2:DeleteSnapshot', resource: input.SnapshotId });
      },
    }));
    return () => asked;
  };

  it('[W25] waits longer and longer for a snapshot that its AMI has not let go of', async () => {
    const world = await createAmiWorld();
    const made = await world.makeAmi();
    const asked = refuseSnapshots(world, 'InvalidSnapshot.InUse', 40_000);
    expect(statuses(await deleteNow(world, made))).toEqual(['done']);
    expect(asked()).toBeLessThan(8);
    expect((await world.inventory()).snapshots).toEqual({});
  });

  it('[W25] goes by the code of a refusal, whatever its text says', async () => {
    const world = await createAmiWorld();
    const made = await world.makeAmi();
    const asked = refuseSnapshots(world, 'UnauthorizedOperation', 40_000);
    expect(statuses(await deleteNow(world, made))).toEqual(['failed']);
    expect(asked()).toBe(1);
  });

  it('[W88] a snapshot that fails is told as such, and finished by a resume', async () => {
    const world = await createAmiWorld();
    const made = await world.makeAmi();
    world.model.faults.add({ kind: 'deny', action: 'DeleteSnapshot' });
    const cut = await deleteNow(world, made);
    expect(cut.targets[0]?.changes).toMatchObject([
      { code: 'ACCESS_DENIED', message: expect.stringContaining('ec2:DeleteSnapshot') },
    ]);
    world.model.faults.clear();
    expect((await world.run(world.operations.resume(cut.operationId))).ok).toBe(true);
    expect(await world.inventory()).toEqual({ images: {}, snapshots: {} });
  });

  it('[W92] is taken back from Recycle Bin, with its snapshot, tags and permissions', async () => {
    const world = await createAmiWorld();
    const made = await world.makeAmi({ tags: { Name: 'base/debian-12' }, snapshotTags: { Name: 'one' } });
    await world.share(made, '222222222222');
    const before = await world.inventory();
    world.model.setRetention(made.target, { images: true, snapshots: true });
    const { operationId } = await deleteNow(world, made);
    expect(await world.inventory()).toEqual({ images: {}, snapshots: {} });
    expect((await world.run(world.operations.undo(operationId))).ok).toBe(true);
    expect(await world.inventory()).toEqual(before);
    expect(await world.permissions(made)).toEqual([{ UserId: '222222222222' }]);
  });

  it('without Recycle Bin cannot be taken back, and says so', async () => {
    const world = await createAmiWorld();
    const made = await world.makeAmi();
    const { operationId } = await deleteNow(world, made);
    const undone = await world.run(world.operations.undo(operationId));
    expect(undone.targets[0]?.changes).toMatchObject([
      { status: 'failed', message: expect.stringContaining('is not in Recycle Bin') },
    ]);
  });

  it('deletes a snapshot without AMI, and keeps one that an AMI has which is not named', async () => {
    const world = await createAmiWorld();
    const [target] = world.targets.targets;
    const left = await world.makeSnapshot(target!);
    const other = await world.makeAmi();
    const { account, region } = target!;
    const entries = [left, other.snapshotId].map((snapshotId) => ({ account, region, snapshotId }));
    const results = await world.run(world.amis.delete(entries, { retentionMs: null }));
    expect(results.notices).toEqual([
      expect.stringContaining(`${other.snapshotId} is kept, since ${other.imageId} has it`),
    ]);
    expect(Object.keys((await world.inventory()).snapshots)).toEqual([other.snapshotId]);
  });

  it('[W71] [W82] [delete] works in all targets at once, and one that fails leaves the others alone', async () => {
    const world = await createAmiWorld({ latency: { apiMs: 1_000 } });
    const made: MadeAmi[] = [];
    for (const target of world.targets.targets) made.push(await world.makeAmi({ target }));
    const [first] = world.targets.targets;
    world.model.faults.add({
      kind: 'deny',
      action: 'DeregisterImage',
      region: first!.region,
      account: first!.accountId,
    });
    const startedAt = world.clock.now();
    const results = await deleteNow(world, ...made);
    expect(results.targets.map(({ status }) => status)).toEqual(['failed', 'done', 'done', 'done']);
    // Two calls to plan, four to do: one target's time, not that of four.
    expect(world.clock.now() - startedAt).toBeLessThan(8_000);
  });
});
