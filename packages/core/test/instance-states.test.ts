import { describe, expect, it } from 'vitest';
import { instanceWorld } from './support/instance-world.js';

const minutes = 60_000;

describe('start-instances', () => {
  it('[W80] [start-instances] starts all of the name, waits out those that are stopping, and leaves those that run', async () => {
    const { add, cloud, commands, run, states, target, targets } = await instanceWorld({
      latency: { stopInstanceMs: 30_000 },
    });
    const [running] = await add();
    const [stopped] = await add({ state: 'stopped' });
    const [stopping] = await add();
    const [other] = await add({ state: 'stopped', name: 'something else' });
    const ec2 = await cloud.ec2(target);
    await run(ec2.stopInstances({ InstanceIds: [stopping!] }));
    const results = await run(commands.start(targets));
    expect(results).toMatchObject({ ok: true, undoable: true });
    expect(results.targets[0]?.changes.map(({ resource }) => resource).sort()).toEqual(
      [stopped, stopping].sort(),
    );
    expect(await states()).toEqual({
      ...{ [running!]: 'running', [stopped!]: 'running', [stopping!]: 'running', [other!]: 'stopped' },
    });
    const { value } = results.targets[0]?.changes.find(({ resource }) => resource === stopped) ?? {};
    expect(value).toMatchObject({ instanceId: stopped, privateIp: expect.stringMatching(/^10\./) });
  });

  it('[W80] waits until the unpackers answer, if asked', async () => {
    const { add, clock, commands, run, targets, unpacker } = await instanceWorld({
      unpackers: { bootMs: 90_000 },
    });
    const [id] = await add({ state: 'stopped' });
    const began = clock.now();
    const results = await run(commands.start(targets, { readiness: 'unpacker' }));
    expect(results.ok).toBe(true);
    expect(clock.now() - began).toBeGreaterThanOrEqual(90_000);
    await run(unpacker(id!).status());
  });

  it('is taken back, but not while an unpacker works', async () => {
    const { add, commands, lease, operations, run, states, targets, unpacker } = await instanceWorld();
    const [id] = await add({ state: 'stopped' });
    const { operationId } = await run(commands.start(targets, { readiness: 'unpacker' }));
    const held = await lease(id!);
    expect(await run(operations.undo(operationId))).toMatchObject({
      ok: false,
      targets: [{ changes: [{ status: 'failed', code: 'UNPACKER_BUSY' }] }],
    });
    await run(unpacker(id!).releaseLease(held));
    expect(await run(operations.undo(operationId))).toMatchObject({ ok: true });
    expect(await states()).toEqual({ [id!]: 'stopped' });
  });
});

describe('stop-idle-unpackers', () => {
  it('[W47] [stop-idle-unpackers] stops what is idle and nothing that has a lease, however long ago its last call was', async () => {
    const { add, clock, commands, lease, run, states, target, targets, unpacker } = await instanceWorld();
    const [idle, busy] = [...(await add()), ...(await add())];
    await clock.advance(4 * minutes);
    const held = await lease(busy!);
    await clock.advance(59_000);
    await run(unpacker(busy!, target).renewLease(held));
    await clock.advance(30_000);
    const results = await run(commands.stopIdle(targets, { maxIdleMs: 20_000 }));
    expect(results).toMatchObject({
      ok: true,
      targets: [{ changes: [{ resource: idle, status: 'done', value: { stopped: true } }] }],
    });
    expect(await states()).toEqual({ [idle!]: 'stopped', [busy!]: 'running' });
  });

  it('leaves what was used within the time', async () => {
    const { add, clock, commands, run, targets } = await instanceWorld();
    await add();
    await clock.advance(4 * minutes);
    expect(await run(commands.stopIdle(targets))).toMatchObject({ targets: [{ status: 'nothing' }] });
    await clock.advance(2 * minutes);
    expect(await run(commands.stopIdle(targets))).toMatchObject({ targets: [{ status: 'done' }] });
  });

  it('[W47] leaves one running that a publication takes up between plan and stop', async () => {
    const { add, clock, cloud, commands, lease, run, states, targets } = await instanceWorld();
    const [id] = await add();
    await clock.advance(6 * minutes);
    // The second look finds it idle too; the lease comes before the draining.
    const arriving = cloud.model.faults.hold('unpacker:Drain', 'before');
    const stopping = commands.stopIdle(targets);
    const held = await run(arriving);
    await lease(id!);
    held.release();
    expect(await run(stopping)).toMatchObject({
      ok: true,
      targets: [
        { changes: [{ value: { stopped: false, note: expect.stringMatching(/works on base\/debian/) } }] },
      ],
    });
    expect(await states()).toEqual({ [id!]: 'running' });
    await lease(id!, 'base/another');
  });

  it('[W47] gives an unpacker that does not answer a result of its own', async () => {
    const { add, clock, cloud, commands, run, states, targets } = await instanceWorld();
    const [silent, idle] = [...(await add()), ...(await add())];
    await clock.advance(6 * minutes);
    cloud.unpacker(silent!)?.stop();
    const results = await run(commands.stopIdle(targets));
    expect(results.ok).toBe(false);
    expect(
      Object.fromEntries((results.targets[0]?.changes ?? []).map((one) => [one.resource, one])),
    ).toMatchObject({
      [silent!]: { status: 'failed', code: 'UNPACKER_UNREACHABLE' },
      [idle!]: { status: 'done' },
    });
    expect(await states()).toEqual({ [silent!]: 'running', [idle!]: 'stopped' });
  });

  it('lets an unpacker work again that AWS does not stop', async () => {
    const { add, clock, cloud, commands, lease, run, targets } = await instanceWorld();
    const [id] = await add();
    await clock.advance(6 * minutes);
    cloud.model.faults.add({ kind: 'deny', action: 'StopInstances' });
    expect(await run(commands.stopIdle(targets))).toMatchObject({
      targets: [{ changes: [{ code: 'ACCESS_DENIED' }] }],
    });
    await lease(id!);
  });

  it('is taken back', async () => {
    const { add, clock, commands, operations, run, states, targets } = await instanceWorld();
    const [id] = await add();
    await clock.advance(6 * minutes);
    const { operationId } = await run(commands.stopIdle(targets));
    expect(await states()).toEqual({ [id!]: 'stopped' });
    expect(await run(operations.undo(operationId))).toMatchObject({ ok: true });
    expect(await states()).toEqual({ [id!]: 'running' });
  });
});
