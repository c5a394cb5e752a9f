import {
  approveRequestSchema,
  approvingEvent,
  checkRequest,
  connectLifecycleServer,
  createRequestSchema,
  describeOutcome,
  enabledEvents,
  eventStates,
  type LifecycleClient,
  type LifecycleEvent,
  type LifecycleRecord,
  parseNotification,
  parseSteps,
  requestedEvents,
  stackTagOf,
  updateRequestSchema,
  waitForEvents,
} from '@ami-publisher/core';
import { code, escapeMarkdown, paragraphs, table } from '../runner/markdown.js';
import type { ActionCommand, Job, Outcome } from './command.js';

const pollMs = 2_000;

/** `lifecycle-create` */
export const createLifecycle: ActionCommand = async (job) => {
  const { inputs, environment, signal } = job;
  const steps = parseSteps(inputs.lines('events'), 'ami-creation', true);
  const branch = environment.GITHUB_HEAD_REF || environment.GITHUB_REF_NAME;
  const request = checkRequest(createRequestSchema, {
    stack_tag: inputs.text('stack-tag') ?? (branch && stackTagOf(branch)),
    owner: inputs.text('owner') ?? environment.GITHUB_ACTOR,
    notifications: inputs.lines('notify').map(parseNotification),
    product_name: inputs.needed('product-name'),
    product_ver: inputs.needed('product-version'),
    commit_ref: inputs.text('commit-ref') ?? environment.GITHUB_SHA,
    events: requestedEvents(steps),
    properties: propertiesOf(job),
  });
  const client = await connect(job);
  const { lifecycle_id: lifecycleId } = await client.create(request, { signal });
  return follow(job, client, lifecycleId, enabledEvents(steps));
};

/** `lifecycle-update` */
export const updateLifecycle: ActionCommand = async (job) => {
  const { inputs, signal } = job;
  const lifecycleId = inputs.needed('lifecycle-id');
  const steps = parseSteps(inputs.lines('events'), 'ami-creation', false);
  const client = await connect(job);
  const record = await client.status(lifecycleId, { signal });
  const notify = inputs.lines('notify');
  const request = checkRequest(updateRequestSchema, {
    lifecycle_id: lifecycleId,
    stack_tag: inputs.text('stack-tag') ?? record.stack_tag,
    owner: inputs.text('owner') ?? record.owner,
    notifications: notify.length === 0 ? record.notifications : notify.map(parseNotification),
    events: requestedEvents(steps),
    properties: propertiesOf(job),
  });
  await client.update(request, { signal });
  return follow(job, client, lifecycleId, enabledEvents(steps));
};

/** `lifecycle-approve` */
export const approveLifecycle: ActionCommand = async (job) => {
  const { inputs, signal } = job;
  const lifecycleId = inputs.needed('lifecycle-id');
  const client = await connect(job);
  const request = checkRequest(approveRequestSchema, {
    lifecycle_id: lifecycleId,
    stack_tag: inputs.text('stack-tag') ?? (await client.status(lifecycleId, { signal })).stack_tag,
    approval_status: inputs.flag('refuse') ? 'FAILED' : 'APPROVED',
    properties: propertiesOf(job),
  });
  const isPatch = inputs.flag('patch');
  await (isPatch ? client.approvePatch(request, { signal }) : client.approve(request, { signal }));
  return follow(job, client, lifecycleId, [approvingEvent[isPatch ? 'ami-patch' : 'ami-creation']]);
};

/** `lifecycle-status` */
export const lifecycleStatus: ActionCommand = async (job) => {
  const client = await connect(job);
  const record = await client.status(job.inputs.needed('lifecycle-id'), { signal: job.signal });
  return { ok: true, outputs: outputsOf(record), summary: recordSummary(record), annotations: [] };
};

const propertiesOf = ({ inputs }: Job): Readonly<Record<string, string>> | undefined =>
  inputs.lines('properties').length === 0 ? undefined : inputs.pairs('properties');

const connect = async ({ inputs, signal }: Job): Promise<LifecycleClient> => {
  const { client } = await connectLifecycleServer({
    server: inputs.text('lifecycle-server'),
    apiKey: inputs.text('api-key'),
    stackName: inputs.text('stack-name'),
    signal,
  });
  return client;
};

const follow = async (
  { inputs, files, log, signal }: Job,
  client: LifecycleClient,
  lifecycleId: string,
  events: readonly LifecycleEvent[],
): Promise<Outcome> => {
  log.line(`lifecycle ${lifecycleId}`);
  // A step that is cancelled while it waits has begun a lifecycle all the same.
  files.setOutput('lifecycle-id', lifecycleId);
  const ended = inputs.flag('wait')
    ? await waitForEvents(client, lifecycleId, events, {
        signal,
        pollMs,
        onEnd: ({ event, outcome }) => log.line(`${event} ${describeOutcome(outcome)}`),
      })
    : undefined;
  const record = await client.status(lifecycleId, { signal });
  const ok = ended === undefined || ended.outcome.status === 'COMPLETED';
  const title = `lifecycle ${lifecycleId}`;
  return {
    ok,
    outputs: outputsOf(record),
    summary: recordSummary(record),
    annotations:
      ended === undefined || ok
        ? []
        : [{ level: 'error', title, message: `${ended.event} ${describeOutcome(ended.outcome)}` }],
  };
};

const outputsOf = (record: LifecycleRecord): Outcome['outputs'] => ({
  results: record,
  'lifecycle-id': record.lifecycle_id,
});

const recordSummary = (record: LifecycleRecord): string => {
  const states = [
    ...eventStates(record, 'ami-creation'),
    ...(record.inputs_ami_patch === undefined ? [] : eventStates(record, 'ami-patch')),
  ];
  const product = [record.product_name, record.product_ver].filter(Boolean).join(' ');
  return paragraphs(
    `### Lifecycle ${code(record.lifecycle_id)}`,
    escapeMarkdown(`${product}, stack tag ${record.stack_tag}, owner ${record.owner}`),
    table(
      ['Event', 'Status', 'Date', 'Message'],
      states.map(({ event, status, result, inProgress }) =>
        [
          ...[event, status],
          inProgress?.status_date ?? inProgress?.execution_startdate ?? result?.status_date ?? '',
          inProgress?.error_message ?? '',
        ].map(escapeMarkdown),
      ),
    ),
  );
};
