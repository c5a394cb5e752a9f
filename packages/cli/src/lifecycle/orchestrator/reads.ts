import type { LifecycleClient, LifecycleRecord, LifecycleType } from '@ami-publisher/core';
import { interruptSignal } from '../../interrupt.js';
import { drawTimeline } from '../timeline.js';
import type { ArgumentName, OperationName } from './arguments.js';
import type { GivenArguments } from './parse-arguments.js';

/** An operation that tells something. */
export interface ReadOperation {
  /** Arguments, in the order in which the original misses them. */
  readonly needs: readonly ArgumentName[];
  /** Where it would be read, which is all that the original says. */
  url(given: GivenArguments, client: LifecycleClient): Promise<string>;
  /** What to print. */
  read(given: GivenArguments, client: LifecycleClient): Promise<string>;
}

const idOf = (given: GivenArguments): string => given.one('--lifecycleId') ?? '';
const how = () => ({ signal: interruptSignal() });
const toJson = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

const recordOf = (given: GivenArguments, client: LifecycleClient): Promise<LifecycleRecord> =>
  client.status(idOf(given), how());

const status: ReadOperation = {
  needs: ['--lifecycleId', '--stackTag'],
  url: (given, client) => client.statusUrl(idOf(given), how()),
  read: async (given, client) => toJson(await recordOf(given, client)),
};

const statuses: ReadOperation = {
  needs: [],
  url: (_given, client) => client.listUrl(how()),
  read: async (given, client) => {
    const stackTag = given.one('--stackTag');
    const records: LifecycleRecord[] = [];
    for await (const record of client.list({ ...how(), ...(stackTag !== undefined && { stackTag }) })) {
      // The original's server takes no notice of the filter.
      if (stackTag === undefined || record.stack_tag === stackTag) records.push(record);
    }
    return toJson(records);
  },
};

const timeline = (type: LifecycleType): ReadOperation => ({
  needs: ['--lifecycleId'],
  url: (given, client) => client.timelineUrl(idOf(given), { type, ...how() }),
  read: async (given, client) => {
    const record = await recordOf(given, client);
    return given.is('--json') ? toJson(record) : drawTimeline(record, type);
  },
});

/** The operations that only tell something. */
export const readOperations = {
  AMI_GET_STATUS_BY_LIFECYCLE_ID: status,
  AMI_GET_STATUSES: statuses,
  AMI_TIMELINE_CREATE: timeline('ami-creation'),
  AMI_TIMELINE_PATCH: timeline('ami-patch'),
} as const satisfies Partial<Record<OperationName, ReadOperation>>;
