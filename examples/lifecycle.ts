/**
 * Takes an AMI through its lifecycle: build, tests and scans by the server, then the word of people, which a function stands for.
 *
 *   ORCHESTRATOR=https://orchestrator.example.org ORCHESTRATOR_KEY_FILE=key node examples/lifecycle.ts edge-gateway 4.2.0
 */
import { readFileSync } from 'node:fs';
import { type EventOutcome, LifecycleClient, type LifecycleEvent } from '@ami-publisher/core';

const [product_name, product_ver] = process.argv.slice(2);
const { ORCHESTRATOR, ORCHESTRATOR_KEY_FILE } = process.env;
if (product_name === undefined || product_ver === undefined || !ORCHESTRATOR || !ORCHESTRATOR_KEY_FILE)
  throw new Error('usage: ORCHESTRATOR=URL ORCHESTRATOR_KEY_FILE=FILE lifecycle.ts PRODUCT VERSION');

const apiKey = readFileSync(ORCHESTRATOR_KEY_FILE, 'utf8').trim();
const client = new LifecycleClient({ connection: { endpoint: ORCHESTRATOR, apiKey } });
const who = {
  stack_tag: 'main',
  owner: 'release-bot',
  notifications: [{ method: 'EMAIL' as const, target: 'team@example.org' }],
};
/** Where people come in: ask in a chat, in a ticket, or a policy. This one agrees to what has passed everything. */
const isAgreed = async (outcomes: readonly EventOutcome[]): Promise<boolean> =>
  outcomes.every(({ status }) => status === 'COMPLETED');

const { lifecycle_id } = await client.create({
  ...who,
  product_name,
  product_ver,
  commit_ref: '9f1c2b7e4a5d6c8b0e3f1a2d4c6b8e0f12345678',
  events: [
    { name: 'BUILD_AMI', enabled: true },
    { name: 'SMOKE_TESTS_AMI_CREATE', enabled: true },
    { name: 'VULNERABILIY_SCANS_AMI_CREATE', enabled: true },
    { name: 'QA_CERTIFICATION_REQUEST', enabled: true },
  ],
});

const outcomes: EventOutcome[] = [];
const waitFor = async (event: LifecycleEvent): Promise<void> => {
  const outcome = await client.waitFor(lifecycle_id, event, { timeoutMs: 3_600_000 });
  console.log(`${event}: ${outcome.status}`);
  outcomes.push(outcome);
};
for (const event of [
  'BUILD_AMI',
  'SMOKE_TESTS_AMI_CREATE',
  'VULNERABILIY_SCANS_AMI_CREATE',
  'QA_CERTIFICATION_REQUEST',
] as const)
  await waitFor(event);

const decision = { lifecycle_id, stack_tag: who.stack_tag };
if (await isAgreed(outcomes)) {
  await client.certify({ ...decision, certification_status: 'CERTIFIED' });
  await waitFor('QA_CERTIFICATION_RESPONSE');
  await client.approve({ ...decision, approval_status: 'APPROVED' });
  await waitFor('MARK_FOR_PRODUCTION_CREATE');
} else process.exitCode = 1;
