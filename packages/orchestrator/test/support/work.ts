import type { Work } from '../../src/jobs/executor.js';
import type { Pins } from '../../src/lifecycles/pins.js';
import type { AmiDetails, LifecycleState } from '../../src/lifecycles/state.js';

let attempts = 0;

/** Work on one event of a lifecycle. */
export const workOn = (
  event: Work['attempt']['event'],
  amis: readonly AmiDetails[] = [],
  properties: object | null = null,
): Work => {
  attempts += 1;
  const suffix = String(attempts).padStart(12, '0');
  const now = new Date();
  const lifecycle: LifecycleState['lifecycle'] = {
    id: '7f3c9c8e-0000-4000-8000-000000000001',
    stackTag: 'main',
    owner: 'somebody',
    productName: 'small',
    productVer: '1',
    commitRef: '0'.repeat(40),
    properties: properties as never,
    notifications: [],
    requested: [],
    createdBy: 'somebody',
    createdAt: now,
    updatedAt: null,
  };
  const attempt: Work['attempt'] = {
    id: `7f3c9c8e-0000-4000-9000-${suffix}`,
    lifecycleId: lifecycle.id,
    patchNumber: 0,
    event,
    number: 1,
    status: 'RUNNING',
    actor: 'somebody',
    input: {},
    requestProperties: null,
    result: null,
    error: null,
    startedAt: now,
    heartbeatAt: now,
    endedAt: null,
  };
  return { attempt, amis, state: { lifecycle, patches: [], attempts: [attempt] } };
};

/** The same work, of a request that was pinned. */
export const pinned = (work: Work, pins: Pins): Work => ({
  ...work,
  attempt: { ...work.attempt, input: { ...work.attempt.input, pinned: pins } },
});

/** Work on the first patch of a lifecycle. */
export const patchWork = (url: string, amis: readonly AmiDetails[]): Work => {
  const { attempt, state } = workOn('PATCH_AMI', amis);
  const now = new Date();
  const patch: LifecycleState['patches'][number] = {
    lifecycleId: state.lifecycle.id,
    number: 1,
    owner: 'somebody',
    commitRef: '1'.repeat(40),
    properties: { patch_component_url: url, patch_change_description: 'x', semver_bump_type: 'PATCH' },
    notifications: [],
    requested: [],
    base: 0,
    createdBy: 'somebody',
    createdAt: now,
    updatedAt: now,
  };
  const patched = { ...attempt, patchNumber: 1 };
  return { attempt: patched, amis, state: { ...state, patches: [patch], attempts: [patched] } };
};

/** The lifecycle of some work once that has its result, and of the build of what it is about. */
export const completed = ({ attempt, state, amis }: Work, properties: object = {}): LifecycleState => {
  const done = (one: Work['attempt'], result: object): Work['attempt'] => ({
    ...one,
    status: 'COMPLETED',
    result: { properties: result as Readonly<Record<string, unknown>> },
  });
  const built = done({ ...attempt, id: `${attempt.id}-build`, event: 'BUILD_AMI' }, { ami_details: amis });
  return { ...state, attempts: [built, done(attempt, properties)] };
};
