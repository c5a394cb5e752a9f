import { parseWholeNumber } from '@ami-publisher/base';
import {
  type EventState,
  type ExportLink,
  eventStates,
  type LifecycleRecord,
  type LifecycleType,
} from '@ami-publisher/core';
import { exitCodes } from '../../exit-codes.js';
import { interruptSignal } from '../../interrupt.js';
import { drawTimeline } from '../../lifecycle/timeline.js';
import { waitUntilIdle } from '../../lifecycle/wait.js';
import { outputOptionsOf, type TableView, writeResult } from '../../output/render.js';
import { withStatus } from '../../progress/status-line.js';
import type { CommandRunner } from '../definition.js';
import { connectWith } from './server.js';

const how = () => ({ signal: interruptSignal() });

const statesOf = (record: LifecycleRecord): readonly EventState[] => [
  ...eventStates(record, 'ami-creation'),
  ...(record.inputs_ami_patch === undefined ? [] : eventStates(record, 'ami-patch')),
];

const statusView: TableView<LifecycleRecord> = {
  head: ['EVENT', 'STATUS', 'DATE', 'MESSAGE'],
  sentences: true,
  expendable: ['DATE'],
  rows: (record) =>
    statesOf(record).map(({ event, status: now, result, inProgress }) => [
      event,
      now,
      inProgress?.status_date ?? inProgress?.execution_startdate ?? result?.status_date ?? '-',
      inProgress?.error_message ?? '',
    ]),
  footer: ({ lifecycle_id, product_name, product_ver, stack_tag, owner }) => [
    '',
    `lifecycle ${lifecycle_id}: ${product_name ?? '-'} ${product_ver ?? ''}, stack tag ${stack_tag}, owner ${owner}`,
  ],
};

/** `lifecycle status LIFECYCLE-ID` */
export const status: CommandRunner = async ([lifecycleId = ''], options) => {
  const { client } = await connectWith(options);
  const ended =
    options.watch === true
      ? await withStatus(options, `Watching lifecycle ${lifecycleId}`, () =>
          waitUntilIdle({ client, lifecycleId }),
        )
      : undefined;
  await writeResult(await client.status(lifecycleId, how()), statusView, outputOptionsOf(options));
  return ended === undefined || ended.outcome.status === 'COMPLETED' ? exitCodes.success : exitCodes.failure;
};

const listView: TableView<readonly LifecycleRecord[]> = {
  head: ['LIFECYCLE', 'STACK TAG', 'PRODUCT', 'VERSION', 'CREATED', 'OWNER', 'STANDS AT'],
  expendable: ['CREATED', 'OWNER', 'VERSION'],
  empty: 'there are no such lifecycles',
  rows: (records) =>
    records.map((record) => [
      record.lifecycle_id,
      record.stack_tag,
      record.product_name ?? '-',
      record.product_ver ?? '-',
      record.creation_date,
      record.owner,
      standsAt(record),
    ]),
};

const standsAt = (record: LifecycleRecord): string => {
  const begun = statesOf(record).filter(({ status: now }) => now !== 'NOT_STARTED');
  const last = begun.find(({ inProgress }) => inProgress !== undefined) ?? begun.at(-1);
  return last === undefined ? '-' : `${last.event} ${last.status}`;
};

/** `lifecycle list` */
export const list: CommandRunner = async (_positional, options) => {
  const limit = parseWholeNumber('limit', (options.limit as string | undefined) ?? '100', 1);
  const { client } = await connectWith(options);
  const records: LifecycleRecord[] = [];
  const { stackTag, productName, productVersion, owner } = options as Readonly<Record<string, string>>;
  const filter = {
    ...(stackTag !== undefined && { stackTag }),
    ...(productName !== undefined && { productName }),
    ...(productVersion !== undefined && { productVersion }),
    ...(owner !== undefined && { owner }),
  };
  for await (const record of client.list({ ...filter, newestFirst: true, ...how() })) {
    records.push(record);
    if (records.length === limit) break;
  }
  await writeResult(records, listView, outputOptionsOf(options));
  return exitCodes.success;
};

/** `lifecycle timeline LIFECYCLE-ID` */
export const timeline: CommandRunner = async ([lifecycleId = ''], options) => {
  const type: LifecycleType = options.patch === true ? 'ami-patch' : 'ami-creation';
  const { client } = await connectWith(options);
  if (options.url === true) {
    process.stdout.write(`${await client.timelineUrl(lifecycleId, { type, ...how() })}\n`);
    return exitCodes.success;
  }
  const record = await client.status(lifecycleId, how());
  if (options.output === undefined && options.query === undefined)
    process.stdout.write(drawTimeline(record, type));
  else await writeResult(eventStates(record, type), statesView, outputOptionsOf(options));
  return exitCodes.success;
};

const statesView: TableView<readonly EventState[]> = {
  head: ['EVENT', 'STATUS'],
  rows: (states) => states.map(({ event, status: now }) => [event, now]),
};

const exportView: TableView<ExportLink> = {
  head: ['FILE', 'BYTES', 'UNTIL'],
  rows: ({ file, bytes, expires_at }) => [[file, String(bytes), expires_at]],
  footer: ({ url }) => ['', url],
};

/** `lifecycle export LIFECYCLE-ID` */
export const exportLink: CommandRunner = async ([lifecycleId = ''], options) => {
  const { client } = await connectWith(options);
  const link = await client.exportLink(lifecycleId, how());
  if (options.url === true) process.stdout.write(`${link.url}\n`);
  else await writeResult(link, exportView, outputOptionsOf(options));
  return exitCodes.success;
};
