import { describe, expect, it } from 'vitest';
import { type CreationState, creationStates } from '../support/seed.js';
import type { Answered, World } from '../support/world.js';
import {
  creationCount,
  creationStatus,
  immutable,
  noCreation,
  prerequisite,
  reapprove,
  recertify,
} from './texts.js';

/** What an operation comes to: a refusal by its text or code, or one of these. */
type Outcome = 'start' | 'record' | 'skip' | { readonly error: string } | { readonly code: string };

const S = 'SMOKE_TESTS_AMI_CREATE';
const V = 'VULNERABILIY_SCANS_AMI_CREATE';
const Q = 'QA_CERTIFICATION_REQUEST';
const R = 'QA_CERTIFICATION_RESPONSE';
const M = 'MARK_FOR_PRODUCTION_CREATE';

const running: Outcome = { code: 'EVENT_RUNNING' };
const needs = (event: string, previous: string, status?: string): Outcome => ({
  error: prerequisite(event, previous, status),
});
const count = (events: number): Outcome => ({ error: creationCount(events) });

const creationOperations: Readonly<Record<string, (world: World, id: string) => Promise<Answered>>> = {
  'PUT smoke': (world, id) => world.update(id, S),
  'PUT vuln': (world, id) => world.update(id, V),
  'PUT QA request': (world, id) => world.update(id, Q),
  certify: (world, id) => world.certify(id),
  approve: (world, id) => world.approve(id),
  'POST patch': (world, id) => world.createPatch(id),
};

/** By state, the outcomes of the operations in their order. */
const creationTable: Readonly<Record<CreationState, readonly Outcome[]>> = {
  'build running': [running, running, running, running, running, { error: noCreation }],
  'build done': ['start', needs(V, S), needs(Q, S), needs(R, S), needs(M, S), count(1)],
  'smoke done': ['skip', 'start', needs(Q, V), needs(R, V), needs(M, V), count(2)],
  'vuln done': ['skip', 'skip', 'start', needs(R, Q), needs(M, Q), count(3)],
  'QA request done': ['skip', 'skip', 'skip', 'record', needs(M, R), count(4)],
  'QA response FAILED': ['skip', 'skip', 'skip', 'record', needs(M, R, 'FAILED'), count(5)],
  'QA response COMPLETED': ['skip', 'skip', 'skip', { error: recertify }, 'start', count(5)],
  'approval FAILED': [
    ...(['skip', 'skip', 'skip', { error: recertify }, 'start'] as const),
    { error: creationStatus(M, 'FAILED') },
  ],
  'approval COMPLETED': ['skip', 'skip', 'skip', { error: recertify }, { error: reapprove }, 'start'],
};

const PS = 'SMOKE_TESTS_AMI_PATCH';
const PV = 'VULNERABILITY_SCANS_AMI_PATCH';
const PM = 'MARK_FOR_PRODUCTION_PATCH';

const patchOperations: typeof creationOperations = {
  'PUT smoke': (world, id) => world.updatePatch(id, PS),
  'PUT vuln': (world, id) => world.updatePatch(id, PV),
  approve: (world, id) => world.approve(id, 'APPROVED', 'ami-patch'),
  'POST patch': (world, id) => world.createPatch(id, { base: 'latest' }),
};

const noPatch: Outcome = { error: 'Unable to get the details of the patched ami. ID' };

/** Each state follows from the one before. */
const patchTable: readonly (readonly [
  string,
  (world: World, id: string) => Promise<unknown>,
  readonly Outcome[],
])[] = [
  ['no patch ever', async () => {}, [noPatch, noPatch, noPatch, 'start']],
  ['first patch running', async () => {}, [running, running, running, running]],
  [
    'patch done',
    (world, id) => world.finish(id, 'PATCH_AMI'),
    ['start', needs(PV, PS), needs(PM, PS), 'start'],
  ],
  ['smoke done', (world, id) => runPatchEvent(world, id, PS), ['skip', 'start', needs(PM, PV), 'start']],
  ['vuln done', (world, id) => runPatchEvent(world, id, PV), ['skip', 'skip', 'start', 'start']],
  [
    'approval FAILED',
    (world, id) => world.approve(id, 'FAILED', 'ami-patch'),
    ['skip', 'skip', 'start', 'start'],
  ],
  [
    'approval COMPLETED',
    async (world, id) => {
      await world.approve(id, 'APPROVED', 'ami-patch');
      await world.finish(id, PM);
    },
    ['skip', 'skip', { error: immutable(PM) }, 'start'],
  ],
];

const runPatchEvent = async (world: World, id: string, event: typeof PS | typeof PV): Promise<void> => {
  await world.updatePatch(id, event);
  await world.finish(id, event);
};

const expectOutcome = async (
  world: World,
  id: string,
  answered: Answered,
  outcome: Outcome,
): Promise<void> => {
  if (typeof outcome === 'object') {
    const expected = 'error' in outcome ? { error: outcome.error.replace('ID', id) } : outcome;
    expect(answered).toMatchObject({ status: 409, body: expected });
    return;
  }
  expect(answered).toMatchObject({ status: 200, body: { lifecycle_id: id } });
  const { event_in_progress } = await world.status(id);
  if (outcome === 'start') expect(event_in_progress).toBeDefined();
  else expect(event_in_progress).toBeUndefined();
  expect('skipped_events' in answered.body).toBe(outcome === 'skip');
};

/** The decision tables: what each operation comes to in each state. Operations that change nothing go first, so that all see the state. */
export const orderSuite = (world: () => World): void => {
  describe('an operation on a creation', () => {
    it.each(creationStates)('[W-A14] [W-A7] comes to what the table says: %s', async (state) => {
      const id = await world().reach(state);
      const cells = Object.entries(creationOperations).map(
        ([name, run], index) => [name, run, creationTable[state][index] as Outcome] as const,
      );
      const changing = ['start', 'record'];
      const isChanging = (outcome: Outcome) => typeof outcome === 'string' && changing.includes(outcome);
      const ordered = [...cells].sort(
        (one, other) => Number(isChanging(one[2])) - Number(isChanging(other[2])),
      );
      for (const [, run, outcome] of ordered) {
        await expectOutcome(world(), id, await run(world(), id), outcome);
      }
    });
  });

  describe('a verdict that has been given for good', () => {
    it.each(['CERTIFIED', 'FAILED'])('is not changed to %s by QA', async (verdict) => {
      const id = await world().reach('QA response COMPLETED');
      await expectOutcome(world(), id, await world().certify(id, verdict), { error: recertify });
    });

    it.each(['APPROVED', 'FAILED'])('is not changed to %s by the approver', async (verdict) => {
      const id = await world().reach('approval COMPLETED');
      await expectOutcome(world(), id, await world().approve(id, verdict), { error: reapprove });
    });
  });

  it('asks for the build first where it came to nothing', async () => {
    const id = await world().create();
    await world().call('POST', `/lifecycles/${id}/cancel`);
    const noAmi: Outcome = { error: 'Unable to get the detail of the created ami. ID' };
    const outcomes = [
      noAmi,
      noAmi,
      noAmi,
      needs(R, 'BUILD_AMI'),
      needs(M, 'BUILD_AMI'),
      { error: noCreation },
    ];
    for (const [index, run] of Object.values(creationOperations).entries())
      await expectOutcome(world(), id, await run(world(), id), outcomes[index] as Outcome);
    expect((await world().update(id)).status).toBe(409);
  });

  describe('an operation on a patch', () => {
    it('comes to what the table says, state by state', async () => {
      const id = await world().reach('approval COMPLETED');
      for (const [state, reach, outcomes] of patchTable) {
        await reach(world(), id);
        for (const [index, [name, run]] of Object.entries(patchOperations).entries()) {
          const outcome = outcomes[index] as Outcome;
          const isLastPatch = name === 'POST patch' && state === 'approval COMPLETED';
          // What starts ends this state; the next row's way there does the same.
          if (outcome === 'start' && state !== 'no patch ever' && !isLastPatch) continue;
          await expectOutcome(world(), id, await run(world(), id), outcome);
        }
      }
    });

    it('may be followed by another patch in every state, of the newest AMI if that is said', async () => {
      const id = await world().reach('approval COMPLETED');
      for (const version of ['1.0.1', '1.0.2']) {
        expect((await world().createPatch(id, { base: 'latest' })).status).toBe(200);
        await world().finish(id, 'PATCH_AMI');
        const { outputs_ami_patch } = await world().status(id);
        const [result] = outputs_ami_patch?.patch_history.current?.events ?? [];
        const [ami] = (result?.properties?.ami_details ?? []) as { ami_semver: string }[];
        expect(ami?.ami_semver).toBe(version);
      }
    });

    it('[W-A18] wants the newest patch to be approved, or to be told which AMI to patch', async () => {
      const id = await world().reach('approval COMPLETED');
      await world().createPatch(id);
      await world().finish(id, 'PATCH_AMI');
      expect(await world().createPatch(id)).toMatchObject({
        status: 409,
        body: { code: 'EVENT_OUT_OF_ORDER', error: expect.stringContaining('Patch 1') },
      });
      const created = (await world().status(id)).outputs_ami_creation?.events[0]?.properties?.ami_details as {
        image: string;
      }[];
      expect((await world().createPatch(id, { base: 'approved' })).status).toBe(200);
      const { event_in_progress } = await world().status(id);
      expect(event_in_progress?.properties?.parent_ami_id).toBe(created[0]?.image);
    });
  });

  describe('a failed test', () => {
    it('blocks what comes after, is tried again by an update, and replaced by the new result', async () => {
      const id = await world().reach('build done');
      await world().update(id, S, V);
      await world().finish(id, S, { status: 'FAILED', properties: { checks: 1 } });
      expect((await world().status(id)).event_in_progress).toBeUndefined();
      await expectOutcome(world(), id, await world().update(id, V), needs(V, S, 'FAILED'));
      expect((await world().update(id, S)).status).toBe(200);
      await world().finish(id, S);
      const events = (await world().status(id)).outputs_ami_creation?.events;
      expect(events?.map(({ name, status }) => [name, status])).toEqual([
        ['BUILD_AMI', 'COMPLETED'],
        [S, 'COMPLETED'],
      ]);
    });
  });
};
