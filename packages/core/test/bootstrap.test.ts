import { describe, expect, it } from 'vitest';
import type { OperationResults } from '../src/operations/results.js';
import { type BootstrapWorld, createBootstrapWorld, stream, told } from './support/bootstrap-world.js';

const statuses = (results: OperationResults) => results.targets.map(({ status }) => status);
const others = (world: BootstrapWorld, account: string) => ({
  ...world.targets,
  targets: world.targets.targets.filter((target) => target.account === account),
});

describe('copy-bootstrap-image', () => {
  it('[W39] [W69] [copy-bootstrap-image] gives every target an AMI of the stream, without an instance and its disks', async () => {
    const world = await createBootstrapWorld();
    const home = world.place('development', 'eu-west-1');
    const { imageId } = await world.publish(home);
    world.model.calls.clear();
    const results = await world.copy({ tags: { team: 'images' } });
    expect(results).toMatchObject({ ok: true, undoable: true });
    expect(statuses(results)).toEqual(['done', 'nothing', 'done', 'done', 'done', 'done']);
    const original = await world.copied(home);
    for (const target of world.targets.targets.filter((one) => one !== home)) {
      const { ImageId, BlockDeviceMappings, ...copy } = (await world.copied(target))!;
      expect(ImageId).not.toBe(imageId);
      const { Architecture, BootMode, EnaSupport, ImdsSupport, RootDeviceName } = original!;
      expect(copy).toMatchObject({ Architecture, BootMode, EnaSupport, ImdsSupport, RootDeviceName });
      expect(copy).toMatchObject({ State: 'available', Name: 'base/unpacker/bootstrap' });
      const [snapshot, ...more] = await world.snapshots(target);
      expect(more).toEqual([]);
      expect(snapshot).toMatchObject({ Encrypted: true, State: 'completed', VolumeSize: 8 });
      expect(BlockDeviceMappings).toMatchObject([
        {
          DeviceName: '/dev/xvda',
          Ebs: { SnapshotId: snapshot?.SnapshotId, VolumeSize: 9, Iops: 4_000, Throughput: 250 },
        },
      ]);
    }
    const made = world.model.calls.counts();
    expect(made).toMatchObject({ CopySnapshot: 5, RegisterImage: 5 });
    for (const action of ['AttachVolume', 'CreateVolume', 'RunInstances'])
      expect(made).not.toHaveProperty(action);
    expect(statuses(await world.copy())).toEqual(Array.from({ length: 6 }, () => 'nothing'));
  });

  it('[W42] copies the newest release that is known, and says in tags which', async () => {
    const world = await createBootstrapWorld();
    const home = world.place('development', 'eu-west-1');
    await world.publish(home, { leaf: '1' });
    const { imageId } = await world.publish(home, { leaf: '2' });
    await world.publish(home, { leaf: 'unknown', tags: {}, description: 'made by hand' });
    await world.copy({ tags: { team: 'images' } });
    const { tags, Description } = (await world.copied(world.place('staging', 'us-east-1')))!;
    expect(Description).toBe('base/unpacker/2');
    expect(tags).toMatchObject({
      Name: stream,
      team: 'images',
      'ami-publisher:stream': stream,
      'ami-publisher:leaf': '2',
      'ami-publisher:copied-from': `${home.accountId}/eu-west-1/${imageId}`,
    });
  });

  it('[W42] copies what the Go tool published, but nothing of which nobody knows the release', async () => {
    const world = await createBootstrapWorld();
    const home = world.place('development', 'eu-west-1');
    await world.publish(home, { leaf: 'bootstrap', tags: {} });
    const refused = await world.copy();
    expect(refused.ok).toBe(false);
    expect(told(refused)['staging,eu-west-1']).toMatch(
      /^failed: .*base\/unpacker\/bootstrap\) of development,eu-west-1 does not say which release it is/,
    );
    await world.publish(home, { leaf: '2024-05-01:10:11:12', tags: {} });
    expect((await world.copy()).ok).toBe(true);
    const { tags } = (await world.copied(world.place('staging', 'eu-west-1')))!;
    expect(tags['ami-publisher:leaf']).toBe('2024-05-01:10:11:12');
  });

  it('takes the nearest, and of those as near the account’s own', async () => {
    const world = await createBootstrapWorld();
    for (const place of [
      world.place('development', 'us-east-1'),
      world.place('development', 'eu-west-1'),
      world.place('staging', 'eu-west-1'),
    ])
      await world.publish(place);
    const plan = told(await world.copy({}, { dryRun: true }));
    expect(plan['development,eu-central-1']).toContain(
      '(base/unpacker/1, 8 GiB) of development,eu-west-1 (1088 km away) as base/unpacker/bootstrap, encrypted with the default EBS key',
    );
    expect(plan['staging,eu-central-1']).toContain('of staging,eu-west-1 (1088 km away)');
    expect(plan['staging,us-east-1']).toMatch(
      /of development,us-east-1 \(same region\).*, with snap-\w+ shared with \d{12} until it is copied$/,
    );
    expect(world.model.calls.count('CopySnapshot')).toBe(0);
  });

  it('copies from elsewhere, and under a key of one’s own', async () => {
    const world = await createBootstrapWorld();
    const from = others(world, 'development');
    await world.publish(world.place('development', 'us-east-1'));
    const target = world.place('staging', 'us-east-1');
    const kmsKey = world.model.addKmsKey(target, 'alias/images');
    const places = { ...world.targets, targets: [target] };
    const none = await world.run(world.amis.copyBootstrapImage(places, { stream }));
    expect(told(none)['staging,us-east-1']).toContain(`no target has an AMI of ${stream}`);
    const request = { stream, from, kmsKey: 'alias/images', amiName: '{stream}/first' };
    expect((await world.run(world.amis.copyBootstrapImage(places, request))).ok).toBe(true);
    expect(await world.snapshots(target)).toMatchObject([{ KmsKeyId: kmsKey }]);
    expect(await world.copied(target)).toMatchObject({ Name: 'base/unpacker/first' });
  });

  it('[W36] fails the target that does not answer, and no other', async () => {
    const world = await createBootstrapWorld();
    await world.publish(world.place('development', 'eu-west-1'));
    const { accountId, region } = world.place('staging', 'us-east-1');
    world.model.faults.add({ kind: 'deny', action: 'DescribeImages', account: accountId, region });
    const results = await world.copy();
    expect(statuses(results)).toEqual(['done', 'nothing', 'done', 'done', 'done', 'failed']);
    expect(results.targets.at(-1)).toMatchObject({ code: 'ACCESS_DENIED', changes: [] });
  });

  it('refuses a name that is taken, before anything is copied', async () => {
    const world = await createBootstrapWorld();
    await world.publish(world.place('development', 'eu-west-1'));
    await world.publish(world.place('development', 'us-east-1'));
    const request = { amiName: '{stream}/{leaf}' };
    const target = world.place('staging', 'us-east-1');
    world.model.addImage({ account: target.accountId, region: target.region, name: `${stream}/1` });
    const results = await world.copy(request);
    expect(results.targets.at(-1)).toMatchObject({ status: 'failed', code: 'AMI_NAME_TAKEN', changes: [] });
    expect(await world.snapshots(target)).toHaveLength(1);
  });

  it('refuses a stream without name', async () => {
    const world = await createBootstrapWorld();
    await expect(world.copy({ stream: '' })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });
});

/** What EC2 does with a key to copy a snapshot. */
const grantable = [
  'CreateGrant',
  'Decrypt',
  'DescribeKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
];

describe('keys between accounts', () => {
  it.each([
    ['default', 'an AWS managed key, which no other account can use'],
    ['private', 'may not use'],
  ] as const)(
    'are told when they are %s, and another source is taken if there is one',
    async (kmsKey, why) => {
      const world = await createBootstrapWorld();
      await world.publish(world.place('development', 'eu-west-1'), { kmsKey });
      const refused = told(await world.copy());
      expect(refused['development,us-east-1']).toMatch(/^done/);
      expect(refused['staging,eu-west-1']).toContain(why);
      await world.publish(world.place('staging', 'us-east-1'));
      const second = told(await world.copy());
      expect(second['staging,eu-west-1']).toMatch(/^done: .* of staging,us-east-1/);
    },
  );

  it('[W40] fail the copy if AWS finds only then that they cannot be used, which a resume mends', async () => {
    const world = await createBootstrapWorld();
    const home = world.place('development', 'eu-west-1');
    const { snapshotId } = await world.publish(home, { kmsKey: 'seen' });
    const results = await world.copy();
    expect(told(results)['staging,us-east-1']).toMatch(/^failed: .*Given key ID is not accessible/);
    expect(await world.copied(world.place('staging', 'us-east-1'))).toBeUndefined();
    expect(await world.sharedWith(home, snapshotId)).toEqual([]);
    const [{ KmsKeyId = '' } = {}] = await world.snapshots(home);
    const key = world.model.kmsKey(home, KmsKeyId)!;
    key.grants.set('g', { id: 'g', name: undefined, grantee: '*', operations: grantable });
    expect((await world.run(world.operations.resume(results.operationId))).ok).toBe(true);
    expect(await world.snapshots(world.place('staging', 'us-east-1'))).toMatchObject([
      { State: 'completed' },
    ]);
  });

  it('are not needed for snapshots without encryption; the copy is encrypted', async () => {
    const world = await createBootstrapWorld();
    await world.publish(world.place('development', 'eu-west-1'), { kmsKey: 'none' });
    expect((await world.copy()).ok).toBe(true);
    expect(await world.snapshots(world.place('staging', 'eu-west-1'))).toMatchObject([{ Encrypted: true }]);
  });
});

describe('the permission of a copy between accounts', () => {
  it('is taken back when the last copy of the account is complete', async () => {
    const world = await createBootstrapWorld({
      latency: { completeSnapshotMs: { kind: 'uniform', minMs: 10_000, maxMs: 600_000 } },
    });
    const home = world.place('development', 'eu-west-1');
    const { snapshotId } = await world.publish(home);
    expect((await world.copy()).ok).toBe(true);
    expect(await world.sharedWith(home, snapshotId)).toEqual([]);
    const copies = others(world, 'staging').targets.map(async (target) =>
      (await world.snapshots(target))[0]?.CompletionTime?.getTime(),
    );
    const last = Math.max(...(await Promise.all(copies)).map(Number));
    const modifications = world.model.calls.list({ action: 'ModifySnapshotAttribute' });
    expect(modifications).toHaveLength(4);
    expect(modifications.map(({ at }) => at > last)).toEqual([false, false, false, true]);
  });

  it('stays if it was there before', async () => {
    const world = await createBootstrapWorld();
    const home = world.place('development', 'eu-west-1');
    const { snapshotId } = await world.publish(home);
    const { accountId } = world.place('staging', 'eu-west-1');
    const ec2 = await world.cloud.ec2(home);
    await world.run(
      ec2.modifySnapshotAttribute({
        ...{ SnapshotId: snapshotId, Attribute: 'createVolumePermission', OperationType: 'add' },
        UserIds: [accountId],
      }),
    );
    const { operationId } = await world.copy();
    await world.run(world.operations.undo(operationId));
    expect(await world.sharedWith(home, snapshotId)).toEqual([accountId]);
  });

  it('is taken back when the copy is refused', async () => {
    const world = await createBootstrapWorld();
    const home = world.place('development', 'eu-west-1');
    const { snapshotId } = await world.publish(home);
    world.model.faults.add({ kind: 'deny', action: 'CopySnapshot' });
    expect(statuses(await world.copy())).toEqual([
      ...['failed', 'nothing', 'failed', 'failed', 'failed', 'failed'],
    ]);
    expect(await world.sharedWith(home, snapshotId)).toEqual([]);
  });

  it('is told of if it cannot be taken back, and taken back by a resume', async () => {
    const world = await createBootstrapWorld();
    const home = world.place('development', 'eu-west-1');
    const { snapshotId } = await world.publish(home);
    world.model.faults.add({ kind: 'deny', action: 'ModifySnapshotAttribute', nth: 4 });
    const results = await world.copy();
    const { accountId } = world.place('staging', 'eu-west-1');
    const [failed] = results.targets.filter(({ status }) => status === 'failed');
    expect(failed?.changes[0]?.message).toContain(
      `${snapshotId} of development,eu-west-1 is still shared with`,
    );
    expect(await world.sharedWith(home, snapshotId)).toEqual([accountId]);
    expect((await world.run(world.operations.resume(results.operationId))).ok).toBe(true);
    expect(await world.sharedWith(home, snapshotId)).toEqual([]);
    expect(await world.snapshots(world.place(failed!.account, failed!.region))).toHaveLength(1);
  });
});

describe('a copy that is cut short', () => {
  it('leaves no permission, is finished by a resume, and goes with an undo', async () => {
    const world = await createBootstrapWorld();
    const home = world.place('development', 'eu-west-1');
    const { snapshotId } = await world.publish(home);
    const cancel = new AbortController();
    const copying = world.copy({}, { signal: cancel.signal });
    const [results] = await Promise.all([copying, world.clock.sleep(20_000).then(() => cancel.abort())]);
    expect(statuses(results)).toEqual([
      ...['cancelled', 'nothing', 'cancelled', 'cancelled', 'cancelled', 'cancelled'],
    ]);
    expect(await world.sharedWith(home, snapshotId)).toEqual([]);
    const resumed = await world.run(world.newOperations().resume(results.operationId));
    expect(resumed.ok).toBe(true);
    for (const target of world.targets.targets) expect(await world.snapshots(target)).toHaveLength(1);
    const begun = world.clock.now();
    await world.run(world.newOperations().undo(results.operationId));
    expect(world.clock.now() - begun).toBeLessThan(10_000);
    for (const target of world.targets.targets) {
      const count = target === home ? 1 : 0;
      expect([await world.snapshots(target), await world.images(target)].map(({ length }) => length)).toEqual(
        [...[count, count]],
      );
    }
  });

  it.each(['lost-answer', 'delayed-effect'] as const)(
    'is made once, whatever becomes of the answer (%s)',
    async (kind) => {
      const world = await createBootstrapWorld();
      const home = world.place('development', 'eu-west-1');
      await world.publish(home);
      world.model.faults.add({ kind, action: 'CopySnapshot', nth: 1, count: 2 });
      world.model.faults.add({ kind, action: 'RegisterImage', nth: 1 });
      const results = await world.copy();
      expect(results.ok).toBe(true);
      for (const target of world.targets.targets) {
        expect(await world.snapshots(target)).toHaveLength(1);
        expect(await world.images(target)).toHaveLength(1);
      }
    },
  );
});
