import { join } from 'node:path';
import { LifecycleClient, type LifecycleEvent } from '@ami-publisher/core';
import { type Executor, openDatabase, startOrchestrator, type Verdict } from '@ami-publisher/orchestrator';

/** A lifecycle server with some lifecycles, for pages to show. */
export interface LifecycleWorld {
  readonly url: string;
  readonly key: string;
  /** Paths of timelines: of a creation that is complete, of its patch, and of one whose smoke tests run. */
  readonly timelines: Readonly<Record<'creation' | 'patch' | 'running', string>>;
  /** Ends the smoke tests that run. */
  readonly finishSmokeTests: () => void;
  close(): Promise<void>;
}

const head = {
  stack_tag: 'main',
  owner: 'release-bot',
  notifications: [{ method: 'EMAIL' as const, target: 'team@example.org' }],
};

const creationNames = [
  'BUILD_AMI',
  'SMOKE_TESTS_AMI_CREATE',
  'VULNERABILIY_SCANS_AMI_CREATE',
  'QA_CERTIFICATION_REQUEST',
] as const;
const patchNames = ['PATCH_AMI', 'SMOKE_TESTS_AMI_PATCH', 'VULNERABILITY_SCANS_AMI_PATCH'] as const;

const enabled = <Name extends LifecycleEvent>(names: readonly Name[], count = names.length) =>
  names.map((name, index) => ({ name, enabled: index < count }));

const product = 'a-product-with-a-name-that-nobody-would-choose-but-that-is-allowed';
const ami = (region: string, index: number) => ({
  image: `ami-0${String(index).padStart(16, 'abc')}`,
  region,
  accountId: '111122223333',
  name: `${product}-2026-11-23T12.00.00`,
});

const checks = [
  { name: 'ssh answers', status: 'passed', took: '1 s' },
  { name: 'the journal has no errors', status: 'passed', took: '3 s', output: 'x'.repeat(120) },
];

/** What executors give, by event; nothing of it is done. */
const verdicts: Readonly<Partial<Record<LifecycleEvent, Verdict>>> = {
  BUILD_AMI: { status: 'COMPLETED', properties: { ami_details: [ami('eu-west-1', 1), ami('us-east-1', 2)] } },
  PATCH_AMI: { status: 'COMPLETED', properties: { ami_details: [ami('eu-west-1', 3)] } },
  VULNERABILITY_SCANS_AMI_PATCH: {
    status: 'FAILED',
    properties: { findings: 3, counts: { critical: 1, high: 2 }, policy: ['critical: 0', 'high: 5'] },
  },
};

/** Starts the server with lifecycles at different points. */
export const startLifecycleWorld = async (directory: string): Promise<LifecycleWorld> => {
  let finishSmokeTests = () => {};
  const smokeTests: Verdict = { status: 'COMPLETED', properties: { image: 'ami-1', checks } };
  const held = new Promise<void>((resolve) => {
    finishSmokeTests = resolve;
  });
  const executor = (event: LifecycleEvent): Executor => ({
    run: async ({ state }) => {
      if (event !== 'SMOKE_TESTS_AMI_CREATE')
        return verdicts[event] ?? { status: 'COMPLETED', properties: {} };
      if (state.lifecycle.owner === 'slow') await held;
      const isFirst = state.attempts.filter((attempt) => attempt.event === event).length === 1;
      if (state.lifecycle.owner === 'unlucky' && isFirst)
        throw new Error('the instance did not answer within 600 s');
      return smokeTests;
    },
    cleanUp: async () => {},
  });
  const runnable = [
    ...creationNames,
    ...patchNames,
    'MARK_FOR_PRODUCTION_CREATE',
    'MARK_FOR_PRODUCTION_PATCH',
  ] as const;
  const server = await startOrchestrator({
    database: await openDatabase({ directory: join(directory, 'lifecycles') }),
    executors: Object.fromEntries(runnable.map((event) => [event, executor(event)])),
  });
  const key = await server.keys.create({
    name: 'j.doe',
    roles: ['requester', 'qa', 'approver'],
    operations: [],
  });
  const client = new LifecycleClient({ connection: { endpoint: server.url, apiKey: key } });
  const poll = { pollMs: 10, timeoutMs: 20_000 };
  const create = async (events: number, more: object = {}): Promise<string> => {
    const { lifecycle_id } = await client.create({
      ...{
        ...head,
        product_name: 'edge-gateway',
        product_ver: '4.2.0',
        commit_ref: '9f1c2b7e4a5d6c8b0e3f1a2d4c6b8e0f12345678',
      },
      ...{
        events: enabled(creationNames, events),
        properties: { CI_JOB_URL: 'https://ci.example.org/jobs/8812' },
      },
      ...more,
    });
    return lifecycle_id;
  };
  const running = await create(2, { owner: 'slow' });
  const broken = await create(2, { owner: 'unlucky', product_name: product });
  const complete = await create(4, { product_name: 'core-router' });
  await client.waitFor(complete, 'QA_CERTIFICATION_REQUEST', poll);
  const lifecycle = { lifecycle_id: complete, stack_tag: 'main' };
  await client.certify({
    ...lifecycle,
    certification_status: 'CERTIFIED',
    properties: { qa_owner: 'j.doe' },
  });
  await client.approve({
    ...lifecycle,
    approval_status: 'APPROVED',
    properties: { change_ticket: 'CHG-2201' },
  });
  await client.waitFor(complete, 'MARK_FOR_PRODUCTION_CREATE', poll);
  await client.createPatch({
    ...{
      ...head,
      ...lifecycle,
      commit_ref: '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d',
      events: enabled(patchNames),
    },
    properties: {
      patch_component_url: 's3://example-patch-components/openssl.yaml',
      patch_change_description: 'update openssl',
      semver_bump_type: 'PATCH',
    },
  });
  await client.waitFor(complete, 'VULNERABILITY_SCANS_AMI_PATCH', poll);
  await client.waitFor(running, 'BUILD_AMI', poll);
  const timeline = (id: string, type = 'ami-creation') => `/${type}/lifecycles/${id}/timeline`;
  return {
    ...{ url: server.url, key, finishSmokeTests },
    timelines: {
      creation: timeline(broken),
      patch: timeline(complete, 'ami-patch'),
      running: timeline(running),
    },
    close: () => server.close(),
  };
};
