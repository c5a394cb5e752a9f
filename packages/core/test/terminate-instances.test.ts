import { describe, expect, it } from 'vitest';
import { instanceWorld } from './support/instance-world.js';

describe('terminate-instances', () => {
  it('[W18] [terminate-instances] ends the instances of exactly that name, and takes no wildcards', async () => {
    const { add, commands, run, states, targets } = await instanceWorld();
    const [unpacker] = await add();
    const [starred] = await add({ name: '*' });
    const [similar] = await add({ name: 'ImageUnpacker2', state: 'stopped' });
    expect(await run(commands.terminate(targets, { instanceName: '*' }))).toMatchObject({
      ok: true,
      undoable: false,
      targets: [{ changes: [{ resource: starred, status: 'done' }] }],
    });
    expect(await run(commands.terminate(targets, { instanceName: 'ImageUnpacker?' }))).toMatchObject({
      targets: [{ status: 'nothing' }],
    });
    expect(await states()).toEqual({
      ...{ [unpacker!]: 'running', [starred!]: 'terminated', [similar!]: 'stopped' },
    });
  });

  it('[W60] tells which volumes go and which stay, and does nothing in a dry run', async () => {
    const { add, addVolume, cloud, commands, instances, run, states, targets } = await instanceWorld();
    const [id] = await add();
    const rootVolume = (await instances())[0]?.BlockDeviceMappings?.[0]?.Ebs?.VolumeId;
    const goes = await addVolume(id!, 'base/debian');
    const stays = await addVolume(id!, 'base/alpine', false);
    cloud.model.calls.clear();
    const planned = await run(commands.terminate(targets, {}, { dryRun: true }));
    expect(planned.targets[0]?.changes).toMatchObject([
      {
        status: 'planned',
        text: `terminate ${id} (running), with the volumes ${goes} (base/debian), ${rootVolume}, and keep the volumes ${stays} (base/alpine)`,
      },
    ]);
    expect(Object.keys(cloud.model.calls.counts()).sort()).toEqual([
      'DescribeInstances',
      'DescribeVolumes',
      'unpacker:GetStatus',
    ]);
    expect(await states()).toEqual({ [id!]: 'running' });
  });

  it('keeps the volumes of streams if asked', async () => {
    const { add, addVolume, cloud, commands, run, target, targets } = await instanceWorld();
    const [id] = await add();
    const kept = await addVolume(id!);
    expect(await run(commands.terminate(targets, { keepVolumes: true }))).toMatchObject({
      ok: true,
      targets: [{ changes: [{ text: expect.stringContaining(`and keep the volumes ${kept}`) }] }],
    });
    const { volumes } = await cloud.model.inventory(target.accountId, target.region);
    expect(volumes).toMatchObject([{ VolumeId: kept, State: 'available' }]);
  });

  it('[W48] refuses one that works for a publication, lets it work on, and is finished by resume', async () => {
    const { add, commands, lease, operations, run, states, targets, unpacker } = await instanceWorld();
    const [busy, idle] = [...(await add()), ...(await add())];
    const held = await lease(busy!);
    const results = await run(commands.terminate(targets));
    const byId = Object.fromEntries((results.targets[0]?.changes ?? []).map((one) => [one.resource, one]));
    expect(byId).toMatchObject({
      [busy!]: {
        text: expect.stringContaining('once it no longer works on base/debian for pub-1'),
        ...{ status: 'failed', code: 'UNPACKER_BUSY' },
      },
      [idle!]: { status: 'done' },
    });
    await run(unpacker(busy!).renewLease(held));
    await run(unpacker(busy!).releaseLease(held));
    expect(await run(operations.resume(results.operationId))).toMatchObject({ ok: true });
    expect(await states()).toEqual({ [busy!]: 'terminated', [idle!]: 'terminated' });
  });

  it('ends what works if forced, and asks no unpacker then', async () => {
    const { add, cloud, commands, lease, run, states, targets } = await instanceWorld();
    const [id] = await add();
    await lease(id!);
    cloud.model.calls.clear();
    expect(await run(commands.terminate(targets, { force: true }))).toMatchObject({ ok: true });
    expect(Object.keys(cloud.model.calls.counts()).filter((call) => call.startsWith('unpacker:'))).toEqual(
      [],
    );
    expect(await states()).toEqual({ [id!]: 'terminated' });
  });

  it('ends one without volumes of streams although nothing answers there, and keeps one with them', async () => {
    const { add, addVolume, cloud, commands, run, states, targets } = await instanceWorld();
    const [plain, holding] = [...(await add()), ...(await add())];
    await addVolume(holding!);
    for (const id of [plain!, holding!]) cloud.unpacker(id)?.stop();
    const results = await run(commands.terminate(targets));
    const byId = Object.fromEntries((results.targets[0]?.changes ?? []).map((one) => [one.resource, one]));
    expect(byId).toMatchObject({
      [plain!]: { status: 'done' },
      [holding!]: { status: 'failed', code: 'UNPACKER_UNREACHABLE' },
    });
    expect(await states()).toEqual({ [plain!]: 'terminated', [holding!]: 'running' });
  });

  it('lets an unpacker work again that AWS protects', async () => {
    const { add, cloud, commands, lease, run, target, targets } = await instanceWorld();
    const [id] = await add();
    const ec2 = await cloud.ec2(target);
    await run(ec2.modifyInstanceAttribute({ InstanceId: id!, DisableApiTermination: { Value: true } }));
    expect(await run(commands.terminate(targets))).toMatchObject({
      targets: [{ changes: [{ code: 'AWS_REJECTED', message: expect.stringContaining('protection') }] }],
    });
    await lease(id!);
  });

  it('refuses an empty name', async () => {
    const { commands, run, targets } = await instanceWorld();
    await expect(run(commands.terminate(targets, { instanceName: '' }))).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
  });
});
