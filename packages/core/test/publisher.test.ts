import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { PublicationPlan } from '../src/publish/plan.js';
import type { PublicationResults } from '../src/publish/results.js';
import { publishSteps } from '../src/publish/steps/index.js';
import type { PublicationEvent } from '../src/steps/events.js';
import type { JournalRecord } from '../src/steps/journal.js';
import { targetKey } from '../src/target/target.js';
import { createPublishingWorld, type PublishingWorld } from './support/publishing-world.js';

let world: PublishingWorld;
beforeAll(async () => {
  world = await createPublishingWorld();
  for (const [name, value] of Object.entries(world.sandbox.environment)) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await world.close();
});

const firstTarget = (plan: PublicationPlan): string => targetKey(plan.targets[0]!.target);

/** Starts a publication whose process dies at a record of its first target. */
const startAndDie = async (
  plan: PublicationPlan,
  dies: (record: JournalRecord) => boolean,
): Promise<PublicationResults> => {
  const signal = world.journals.dieAt(
    (record) => 'target' in record && record.target === firstTarget(plan) && dies(record),
  );
  const results = await world.newPublisher().start(plan, { signal }).results;
  expect(signal.aborted).toBe(true);
  world.journals.revive();
  return results;
};

const resume = async (publicationId: string): Promise<PublicationResults> =>
  (await world.newPublisher().resume(publicationId)).results;

/** One AMI of one snapshot in each region, which holds the release; nothing beside. */
const expectOneOfEach = async (plan: PublicationPlan, results: PublicationResults): Promise<void> => {
  expect(results.targets.map((target) => ('message' in target ? target.message : target.status))).toEqual([
    'published',
    'published',
  ]);
  const made = await world.made(plan.publicationId);
  for (const target of results.targets) {
    const { volumes, snapshots, images } = made[target.region]!;
    expect([snapshots, images], target.region).toEqual([[target.snapshotId], [target.imageId]]);
    expect(volumes.length, `volumes in ${target.region}`).toBeLessThanOrEqual(1);
    const tree = join(world.sandbox.model.snapshotPath(target.snapshotId ?? ''), 'tree');
    expect(readFileSync(join(tree, 'etc/os-release'), 'utf8')).toBe(
      `NAME=${plan.options.stream}\nVERSION_ID=${plan.options.leaf}\n`,
    );
  }
};

describe('a plan', () => {
  it('changes nothing and says what would be done', async () => {
    const before = world.sandbox.model.calls.counts();
    const plan = await world.plan('base/planned', '1');
    const changed = Object.entries(world.sandbox.model.calls.counts())
      .filter(([action, count]) => count !== (before[action] ?? 0))
      .map(([action]) => action);
    expect(changed.filter((action) => !/^(Describe|GetCallerIdentity)/.test(action))).toEqual([]);
    expect(plan.targets).toHaveLength(2);
    expect(plan.targets[0]?.actions).toEqual([
      expect.stringMatching(/^use unpacker i-/),
      'create a 1 GiB gp3 volume',
      'snapshot it as base/planned/1',
      'register x86_64 AMI base/planned/1',
    ]);
  });
});

describe('a publication', () => {
  it('[W83] publishes to every target and tells of each step', async () => {
    const plan = await world.plan('base/whole', '1');
    const publication = world.newPublisher().start(plan);
    const events: PublicationEvent[] = [];
    for await (const event of publication.events) events.push(event);
    await expectOneOfEach(plan, await publication.results);
    const stepsOf = (code: string, target: string) =>
      events.flatMap((event) =>
        event.code === code && 'step' in event && event.target === target ? event.step : [],
      );
    for (const { target } of plan.targets) {
      const name = `${target.account},${target.region}`;
      expect(stepsOf('PUB3001', name)).toEqual(publishSteps.map((step) => step.name));
      expect(stepsOf('PUB3003', name)).toEqual(publishSteps.map((step) => step.name));
    }
    expect([events[0]?.code, events.at(-1)?.code]).toEqual(['PUB1001', 'PUB1002']);
  });

  it('of what is published already is nothing to do', async () => {
    const plan = await world.plan('base/whole', '1');
    expect(plan.targets).toEqual([]);
    const results = await world.newPublisher().start(plan).results;
    expect(results).toMatchObject({ ok: true, targets: [{ status: 'skipped' }, { status: 'skipped' }] });
  });

  it('whose reader does not care for events ends all the same', async () => {
    const plan = await world.plan('base/unread', '1');
    await expectOneOfEach(plan, await world.newPublisher().start(plan).results);
  });

  it('fails in one target alone', async () => {
    const plan = await world.plan('base/denied', '1');
    const { accountId, region } = plan.targets[0]!.target;
    world.sandbox.model.faults.add({
      action: 'CreateSnapshot',
      account: accountId,
      region,
      kind: 'deny',
    });
    const results = await world.newPublisher().start(plan).results;
    world.sandbox.model.faults.clear();
    expect(results).toMatchObject({
      ok: false,
      partial: true,
      targets: [{ status: 'failed', step: 'snapshot', code: 'ACCESS_DENIED' }, { status: 'published' }],
    });
    await expectOneOfEach(plan, await resume(plan.publicationId));
  });
});

describe('a publication whose process dies', () => {
  // A stream of its own has its volume created; the later steps are the same on one that is there.
  const isNew = new Set(['unpacker', 'lease', 'volume', 'attach', 'grow']);

  it.each(publishSteps.map(({ name }) => name))(
    'after the step %s is finished by another, and nothing is made twice',
    async (name) => {
      const plan = await world.plan(isNew.has(name) ? `new/${name}` : 'base/boundary', name);
      const cut = await startAndDie(plan, (record) => record.type === 'outcome' && record.step === name);
      if (name !== publishSteps.at(-1)?.name) expect(cut.targets[0]?.status).toBe('cancelled');
      await expectOneOfEach(plan, await resume(plan.publicationId));
    },
  );

  it.each(['ec2:CreateVolume', 'ec2:AttachVolume', 'ec2:CreateSnapshot', 'ec2:RegisterImage'])(
    'with %s on its way is finished by another, and nothing is made twice',
    async (call) => {
      const plan = await world.plan(`intent/${call.slice(4).toLowerCase()}`, '1');
      const cut = await startAndDie(plan, (record) => record.type === 'intent' && record.call === call);
      expect(cut.targets[0]?.status).toBe('cancelled');
      await expectOneOfEach(plan, await resume(plan.publicationId));
    },
  );

  it('again and again is finished in the end', async () => {
    const plan = await world.plan('base/often', '1');
    await startAndDie(plan, (record) => record.type === 'outcome' && record.step === 'attach');
    for (const name of ['unpack', 'snapshot', 'register']) {
      const signal = world.journals.dieAt(
        (record) => record.type === 'outcome' && record.step === name && record.target === firstTarget(plan),
      );
      await (await world.newPublisher().resume(plan.publicationId, { signal })).results;
      world.journals.revive();
    }
    await expectOneOfEach(plan, await resume(plan.publicationId));
  });

  it('[W30] can be rolled back: nothing of it stays', async () => {
    const plan = await world.plan('base/undone', '1');
    await startAndDie(plan, (record) => record.type === 'outcome' && record.step === 'register');
    const report = await world.newPublisher().rollback(plan.publicationId, { force: true });
    expect(report).toMatchObject({
      ok: true,
      targets: [{ status: 'rolled-back' }, { status: 'rolled-back' }],
    });
    for (const made of Object.values(await world.made(plan.publicationId)))
      expect(made).toEqual({ volumes: [], snapshots: [], images: [] });
  });

  it('and was rolled back can be resumed: it begins anew', async () => {
    const plan = await world.plan('base/anew', '1');
    await startAndDie(plan, (record) => record.type === 'outcome' && record.step === 'snapshot');
    await world.newPublisher().rollback(plan.publicationId, { force: true });
    await expectOneOfEach(plan, await resume(plan.publicationId));
  });
});

describe('a rollback', () => {
  it('keeps what is published, unless it is forced', async () => {
    const plan = await world.plan('base/kept', '1');
    const results = await world.newPublisher().start(plan).results;
    const report = await world.newPublisher().rollback(plan.publicationId);
    expect(report.targets.map(({ status }) => status)).toEqual(['kept', 'kept']);
    await expectOneOfEach(plan, results);
    await world.newPublisher().rollback(plan.publicationId, { force: true });
    for (const made of Object.values(await world.made(plan.publicationId)))
      expect([made.snapshots, made.images]).toEqual([[], []]);
  });

  it('of a publication that there is none of is refused', async () => {
    await expect(world.newPublisher().rollback('pub-none')).rejects.toMatchObject({
      code: 'PUBLICATION_NOT_FOUND',
    });
  });
});
