import type { Database } from '@ami-publisher/orchestrator';
import {
  creationEvents,
  patchEvents,
  requests,
} from '../../../packages/orchestrator/test/support/requests.js';

/** What has to happen on the way of a lifecycle, in order; nothing of it twice. */
export const wholeWay = [
  'BUILD_AMI',
  'SMOKE_TESTS_AMI_CREATE',
  'VULNERABILIY_SCANS_AMI_CREATE',
  'QA_CERTIFICATION_REQUEST',
  'QA_CERTIFICATION_RESPONSE',
  'MARK_FOR_PRODUCTION_CREATE',
  'PATCH_AMI',
  'SMOKE_TESTS_AMI_PATCH',
  'VULNERABILITY_SCANS_AMI_PATCH',
  'MARK_FOR_PRODUCTION_PATCH',
] as const;

type Ask = readonly [path: string, body: object];

const patch = patchEvents('PATCH_AMI', 'SMOKE_TESTS_AMI_PATCH', 'VULNERABILITY_SCANS_AMI_PATCH');

/** What people ask for when an event has ended; nobody has to ask for the events between. */
const asks: Readonly<Record<string, (id: string) => Ask>> = {
  QA_CERTIFICATION_REQUEST: (id) => [`/ami-creation/lifecycles/${id}/certify`, requests.certify(id)],
  QA_CERTIFICATION_RESPONSE: (id) => [`/ami-creation/lifecycles/${id}/approve`, requests.approve(id)],
  MARK_FOR_PRODUCTION_CREATE: (id) => [
    '/ami-patch/lifecycles',
    { ...requests.createPatch(id), events: patch },
  ],
  VULNERABILITY_SCANS_AMI_PATCH: (id) => [`/ami-patch/lifecycles/${id}/approve`, requests.approve(id)],
};

/** A request for a new lifecycle with all events that can be asked for at once. */
export const newLifecycle: Ask = [
  '/ami-creation/lifecycles',
  {
    ...requests.create(),
    events: creationEvents(
      ...['BUILD_AMI', 'SMOKE_TESTS_AMI_CREATE', 'VULNERABILIY_SCANS_AMI_CREATE', 'QA_CERTIFICATION_REQUEST'],
    ),
  },
];

/** Sends a request to whichever server; whether it was heard does not matter, since what has come of it is looked up. */
export const ask = async (url: string, key: string, [path, body]: Ask): Promise<number | undefined> => {
  try {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'x-api-key': key },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(20_000),
    });
    await response.text();
    return response.status;
  } catch {
    return undefined;
  }
};

/**
 * What is to be asked for next, how many events have been completed, and how many lifecycles are there and at their ends.
 *
 * @throws if an event has ended in another way than well
 */
export const nextAsks = async ({ db }: Database) => {
  const lifecycles = await db.selectFrom('lifecycles').select('id').execute();
  const attempts = await db
    .selectFrom('attempts')
    .select(['lifecycleId', 'event', 'status', 'error'])
    .orderBy('sequence')
    .execute();
  for (const { event, status, error } of attempts)
    if (status !== 'RUNNING' && status !== 'COMPLETED') throw new Error(`${event} is ${status}: ${error}`);
  const latest = new Map(attempts.map((attempt) => [attempt.lifecycleId, attempt]));
  const ended = [...latest.values()].filter(({ status }) => status !== 'RUNNING');
  return {
    lifecycles: lifecycles.length,
    completed: attempts.filter(({ status }) => status === 'COMPLETED').length,
    atEnd: ended.filter(({ event }) => event === wholeWay.at(-1)).length,
    asks: ended.flatMap(({ event, lifecycleId, status }) =>
      status === 'COMPLETED' && asks[event] ? [{ id: lifecycleId, request: asks[event](lifecycleId) }] : [],
    ),
  };
};
