import { VirtualClock } from '@ami-publisher/base';
import { ModelCloud, type ModelCloudOptions } from '@ami-publisher/sandbox';
import { describe, expect, it } from 'vitest';
import type { PublishOptions } from '../src/publish/options.js';
import { Publisher } from '../src/publish/publisher.js';
import { statusByTags } from '../src/publish/tagged/status.js';
import type { JournalRecord, JournalStore } from '../src/steps/journal.js';
import { MemoryJournalStore } from '../src/steps/memory-journal.js';
import { UnpackerFleet } from '../src/unpacker/fleet.js';
import { startProcess } from './support/mortal-process.js';

const stream = 'base/debian-12';
const nothingWrong = { orphans: [], duplicates: [], mislabels: [] };

/** Journals with the records that another store has, and its own hold on them: the process that held them is dead. */
const inheritedJournals = async (from: JournalStore): Promise<JournalStore> => {
  const store = new MemoryJournalStore();
  for (const id of await from.list()) {
    const journal = await store.create(id);
    for (const record of await from.read(id)) await journal.append(record as JournalRecord);
    await journal.close();
  }
  return store;
};

const createWorld = async (options: ModelCloudOptions = {}) => {
  const clock = new VirtualClock();
  const cloud = new ModelCloud({ visibility: { listMs: 5_000 }, ...options, clock });
  for (const leaf of ['1', '2']) cloud.images.add({ stream, leaf });
  await clock.runUntil(cloud.addUnpackers());
  const machine = (journals: JournalStore = new MemoryJournalStore()) => {
    const process = startProcess(cloud, clock, journals);
    const fleet = new UnpackerFleet({ cloud: process.cloud, createClient: cloud.createUnpackerClient });
    const publisher = new Publisher({ ...process, fleet, images: cloud.images });
    return { ...process, publisher, records: journals };
  };
  const targets = await clock.runUntil(cloud.resolveTargets('*,*'));
  const plan = (publisher: Publisher, leaf = '1', more: Partial<PublishOptions> = {}) =>
    clock.runUntil(publisher.plan({ stream, leaf, targets, ...more }));
  return {
    clock,
    cloud,
    machine,
    plan,
    targets,
    publish: async (leaf: string, more: Partial<PublishOptions> = {}) => {
      const { publisher } = machine();
      return clock.runUntil(publisher.start(await plan(publisher, leaf, more)).results);
    },
    status: (id: string) => clock.runUntil(statusByTags(cloud, id, targets)),
    rollBack: (id: string, how: { force?: boolean; dryRun?: boolean } = {}) =>
      clock.runUntil(machine().publisher.rollbackByTags(id, targets, how)),
  };
};

/** Publishes on a machine that is killed when a call of the action is held there. */
const publishAndDie = async (
  world: Awaited<ReturnType<typeof createWorld>>,
  action: string,
  point: 'before' | 'after',
) => {
  const { clock, cloud, machine, plan } = world;
  const first = machine();
  const planned = await plan(first.publisher);
  const held = cloud.model.faults.hold(action, point);
  first.publisher.start(planned);
  const call = await clock.runUntil(held);
  first.kill();
  return { id: planned.publicationId, call, records: first.records };
};

describe('a rollback by tags, on another machine', () => {
  it.each([
    ['CreateVolume', 'before'],
    ['CreateVolume', 'after'],
    ['AttachVolume', 'before'],
    ['AttachVolume', 'after'],
    ['unpacker:UnpackImage', 'before'],
    ['unpacker:PrepareForCapture', 'after'],
    ['CreateSnapshot', 'before'],
    ['CreateSnapshot', 'after'],
  ] as const)('leaves nothing of a publication that was killed at %s, %s it', async (action, point) => {
    const world = await createWorld();
    const { id, call, records } = await publishAndDie(world, action, point);
    call.release();
    expect(await world.rollBack(id)).toMatchObject({ ok: true });
    expect(world.cloud.model.audit({ rolledBack: [id] })).toEqual(nothingWrong);
    expect(await world.status(id)).toMatchObject({ ok: true, targets: [{ state: 'nothing' }] });

    // The first machine comes back, with its journal.
    const again = world.machine(await inheritedJournals(records));
    const resumed = await world.clock.runUntil(again.publisher.resume(id).then(({ results }) => results));
    const [result] = resumed.targets;
    expect(['published', 'failed']).toContain(result?.status);
    expect(world.cloud.model.audit(result?.status === 'failed' ? { open: [id] } : {})).toEqual(nothingWrong);
    await world.clock.runUntil(again.publisher.rollback(id, { force: true }));
    expect(world.cloud.model.audit({ rolledBack: [id] })).toEqual(nothingWrong);
  });

  it.each(['before', 'after'] as const)(
    'keeps an AMI whose registration was under way, %s it, when the publisher was killed, unless forced',
    async (point) => {
      const world = await createWorld();
      const { id, call } = await publishAndDie(world, 'RegisterImage', point);
      call.release();
      expect(await world.rollBack(id)).toMatchObject({ ok: true, targets: [{ status: 'kept', undone: [] }] });
      expect(await world.status(id)).toMatchObject({ targets: [{ state: 'published', volumes: [{}] }] });
      expect(await world.rollBack(id, { force: true })).toMatchObject({
        targets: [{ status: 'rolled-back' }],
      });
      expect(world.cloud.model.audit({ rolledBack: [id] })).toEqual(nothingWrong);
    },
  );

  it('waits for what takes effect most of a minute after the death of the publisher', async () => {
    const world = await createWorld();
    world.cloud.model.faults.add({ action: 'CreateSnapshot', kind: 'delayed-effect', delayMs: 50_000 });
    const { id } = await publishAndDie(world, 'CreateSnapshot', 'before').then(async ({ call, ...died }) => {
      call.release();
      return died;
    });
    const report = await world.rollBack(id);
    expect(report).toMatchObject({
      ok: true,
      targets: [{ status: 'rolled-back', undone: ['snapshot', 'volume'] }],
    });
    expect(world.cloud.model.audit({ rolledBack: [id] })).toEqual(nothingWrong);
  });

  it('says what it would do, and does nothing', async () => {
    const world = await createWorld();
    const { id, call } = await publishAndDie(world, 'CreateSnapshot', 'after');
    call.drop();
    await world.clock.advance(10_000);
    const before = await world.status(id);
    expect(await world.rollBack(id, { dryRun: true })).toMatchObject({
      targets: [{ status: 'would-roll-back', undone: ['snapshot', 'volume'] }],
    });
    expect(await world.status(id)).toEqual(before);
    expect(before).toMatchObject({
      origin: { stream, leaf: '1' },
      targets: [{ state: 'unfinished', images: [], snapshots: [{}], volumes: [{ state: 'in-use' }] }],
    });
  });

  it('keeps what is published, and takes it away with force, protected or not', async () => {
    const world = await createWorld({ regions: 2 });
    const { publicationId: id } = await world.publish('1', { deregistrationProtection: true });
    await world.clock.advance(10_000);
    expect(await world.status(id)).toMatchObject({
      targets: [{ state: 'published' }, { state: 'published' }],
    });
    expect(await world.rollBack(id)).toMatchObject({
      ok: true,
      targets: [{ status: 'kept' }, { status: 'kept' }],
    });
    expect(await world.rollBack(id, { force: true })).toMatchObject({
      ok: true,
      targets: [
        { status: 'rolled-back', undone: ['register', 'snapshot', 'volume'] },
        { status: 'rolled-back' },
      ],
    });
    expect(world.cloud.model.audit({ rolledBack: [id] })).toEqual(nothingWrong);
  });

  it('leaves a volume that another publication has used since', async () => {
    const world = await createWorld();
    const first = await world.publish('1');
    const second = await world.publish('2');
    await world.clock.advance(10_000);
    const report = await world.rollBack(first.publicationId, { force: true });
    expect(report).toMatchObject({ targets: [{ status: 'rolled-back', undone: ['register', 'snapshot'] }] });
    expect(await world.status(first.publicationId)).toMatchObject({
      targets: [{ state: 'nothing', volumes: [{ usedSinceBy: second.publicationId }] }],
    });
    expect(await world.status(second.publicationId)).toMatchObject({ targets: [{ state: 'published' }] });
    expect(world.cloud.model.audit({ rolledBack: [first.publicationId] })).toEqual(nothingWrong);
  });

  it('is refused while the publication still runs, and changes nothing', async () => {
    const world = await createWorld();
    world.cloud.images.add({ stream, leaf: 'large', contentBytes: 40 * 2 ** 30 });
    const { publisher } = world.machine();
    const planned = await world.plan(publisher, 'large');
    const publication = publisher.start(planned);
    await world.clock.advance(60_000);
    expect(await world.rollBack(planned.publicationId)).toMatchObject({
      ok: false,
      targets: [{ status: 'failed', errors: [expect.stringMatching(/is still running.*--force/)] }],
    });
    expect(await world.clock.runUntil(publication.results)).toMatchObject({ ok: true });
  });

  it('reports a target that cannot be asked, and rolls the others back', async () => {
    const world = await createWorld({ accounts: 2 });
    const { publicationId: id } = await world.publish('1');
    await world.clock.advance(10_000);
    world.cloud.model.setCredentialState('222222222222', 'expired');
    expect(await world.rollBack(id, { force: true })).toMatchObject({
      ok: false,
      targets: [
        { account: 'development', status: 'rolled-back' },
        { account: 'staging', status: 'failed', errors: [expect.stringContaining('staging,us-east-1: ')] },
      ],
    });
    expect(await world.status(id)).toMatchObject({
      ok: false,
      targets: [{ state: 'nothing' }, { state: 'unknown', message: expect.stringContaining('log in again') }],
    });
  });

  it('of what there is nothing of looks a minute, and says so', async () => {
    const world = await createWorld();
    const began = world.clock.now();
    expect(await world.rollBack('pub-none')).toMatchObject({
      ok: true,
      targets: [{ status: 'nothing', undone: [] }],
    });
    expect(world.clock.now() - began).toBeGreaterThanOrEqual(60_000);
  });
});
