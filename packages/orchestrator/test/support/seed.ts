import { randomUUID } from 'node:crypto';
import type { CreateRequest, LifecycleEvent } from '@ami-publisher/core';
import type { Verdict } from '../../src/index.js';
import { decideApprove, decideCertify, decideCreate, decideUpdate } from '../../src/lifecycles/decisions.js';
import type { DecisionContext, Draft } from '../../src/lifecycles/draft.js';
import { finishAttempt } from '../../src/lifecycles/finish-attempt.js';
import { creation, runningAttempt } from '../../src/lifecycles/state.js';
import { creationEvents, requests } from './requests.js';

/** Where the creation of a lifecycle can be, in order. */
export const creationStates = [
  'build running',
  'build done',
  'smoke done',
  'vuln done',
  'QA request done',
  'QA response FAILED',
  'QA response COMPLETED',
  'approval FAILED',
  'approval COMPLETED',
] as const;
export type CreationState = (typeof creationStates)[number];

/** A lifecycle in a state, by the decisions that lead there and without the requests. */
export const seedDraft = async (
  state: CreationState,
  request: object,
  success: (event: LifecycleEvent) => Verdict,
): Promise<Draft> => {
  const context: DecisionContext = { now: new Date(), newId: randomUUID, actor: 'seed', canRun: () => true };
  const draft = decideCreate({ ...requests.create(), ...request } as CreateRequest, context);
  const { id } = draft.state.lifecycle;
  const finish = async (): Promise<void> => {
    const running = runningAttempt(draft.state);
    if (running === undefined) throw new Error('nothing runs');
    await finishAttempt(draft, running.id, success(running.event), async () => '1.0.0', context);
  };
  const run = (event: string) => async () => {
    decideUpdate(draft, requests.update(id, creationEvents(event)) as never, context);
    await finish();
  };
  const certify = (verdict: string) => () =>
    decideCertify(draft, requests.certify(id, verdict) as never, context);
  const approve = (verdict: string) => () =>
    decideApprove(draft, creation, requests.approve(id, verdict) as never, context);
  const steps: readonly (readonly [CreationState, () => Promise<void> | void])[] = [
    ['build done', finish],
    ['smoke done', run('SMOKE_TESTS_AMI_CREATE')],
    ['vuln done', run('VULNERABILIY_SCANS_AMI_CREATE')],
    ['QA request done', run('QA_CERTIFICATION_REQUEST')],
    ['QA response FAILED', certify('FAILED')],
    ['QA response COMPLETED', certify('CERTIFIED')],
    ['approval FAILED', approve('FAILED')],
    [
      'approval COMPLETED',
      async () => {
        approve('APPROVED')();
        await finish();
      },
    ],
  ];
  for (const [reached, step] of steps.slice(0, creationStates.indexOf(state))) {
    // What was refused is not on the way to what comes after.
    if (reached === state || !reached.endsWith('FAILED')) await step();
  }
  return draft;
};
