import {
  formatWireDate,
  type LifecycleEvent,
  type LifecycleRecord,
  lifecyclePath,
  lifecycleRoutes,
  typeOfEvent,
} from '@ami-publisher/core';
import { patchOf } from './start-event.js';
import {
  type Attempt,
  creation,
  currentPatch,
  type LifecycleState,
  type Properties,
  patchTrack,
  resultsOf,
  trackOf,
} from './state.js';

/** URL of a timeline; the path is that of the route. */
export type TimelineUrl = (path: string) => string;

/**
 * A lifecycle as the status routes tell it: the attributes and the nesting of the original's records, without its credentials. It is made of rows when
 * somebody asks, and stored nowhere.
 */
export const recordOf = (state: LifecycleState, timelineUrl: TimelineUrl): LifecycleRecord => {
  const { lifecycle } = state;
  const results = resultsOf(state, creation);
  return {
    lifecycle_id: lifecycle.id,
    creation_date: formatWireDate(lifecycle.createdAt),
    ...(lifecycle.updatedAt !== null && { update_date: formatWireDate(lifecycle.updatedAt) }),
    stack_tag: lifecycle.stackTag,
    owner: lifecycle.owner,
    product_name: lifecycle.productName,
    product_ver: lifecycle.productVer,
    commit_ref: lifecycle.commitRef,
    notifications: [...lifecycle.notifications],
    ...(lifecycle.properties !== null && { properties: lifecycle.properties }),
    timeline: timelines(state, timelineUrl),
    inputs_ami_creation: { events: [...lifecycle.requested] },
    ...patchInputs(state),
    ...inProgress(state),
    ...(results.length > 0 && {
      outputs_ami_creation: { events: results.map((attempt) => resultEntry(state, attempt)) },
    }),
    ...patchOutputs(state),
  };
};

const timelines = ({ lifecycle, patches }: LifecycleState, timelineUrl: TimelineUrl) => ({
  ami_creation: timelineUrl(lifecyclePath(lifecycleRoutes.getLifecycleTimelineByLifecycleId, lifecycle.id)),
  ...(patches.length > 0 && {
    ami_patch: timelineUrl(
      lifecyclePath(lifecycleRoutes.getLifecycleTimelineByLifecycleIdPatch, lifecycle.id),
    ),
  }),
});

const patchInputs = (state: LifecycleState) => {
  const patch = state.patches.at(-1);
  if (patch === undefined) return {};
  const { owner, updatedAt, notifications, requested, commitRef, properties } = patch;
  return {
    inputs_ami_patch: {
      owner,
      update_date: formatWireDate(updatedAt),
      notifications: [...notifications],
      events: [...requested],
      commit_ref: commitRef,
      properties,
    },
  };
};

/** The patch that requests are about, and those before it that have results. */
const patchOutputs = (state: LifecycleState) => {
  const current = currentPatch(state);
  const withResults = state.patches
    .map(({ number }) => ({ number, results: resultsOf(state, patchTrack(number)) }))
    .filter(({ results }) => results.length > 0)
    .map(({ number, results }) => ({
      number,
      events: results.map((attempt) => resultEntry(state, attempt)),
    }));
  const ofCurrent = withResults.find(({ number }) => number === current?.number);
  if (ofCurrent === undefined) return {};
  const historical = withResults
    .filter(({ number }) => number !== ofCurrent.number)
    .map(({ events }) => ({ events }));
  return {
    outputs_ami_patch: {
      patch_history: {
        current: { events: ofCurrent.events },
        ...(historical.length > 0 && { historical }),
      },
    },
  };
};

const descriptions: Readonly<Record<LifecycleEvent, string>> = {
  BUILD_AMI: 'The AMI is being built.',
  SMOKE_TESTS_AMI_CREATE: 'An instance of the created AMI is being tested.',
  VULNERABILIY_SCANS_AMI_CREATE: 'An instance of the created AMI is being scanned for vulnerabilities.',
  QA_CERTIFICATION_REQUEST: 'The created AMI is being exported for certification.',
  QA_CERTIFICATION_RESPONSE: 'The verdict of QA on the created AMI.',
  MARK_FOR_PRODUCTION_CREATE: 'The created AMI is being put into production.',
  PATCH_AMI: 'A patch of the AMI is being made.',
  SMOKE_TESTS_AMI_PATCH: 'An instance of the patched AMI is being tested.',
  VULNERABILITY_SCANS_AMI_PATCH: 'An instance of the patched AMI is being scanned for vulnerabilities.',
  MARK_FOR_PRODUCTION_PATCH: 'The patched AMI is being put into production.',
};

/** Names an attempt where the original has an ARN. */
export const executionName = ({ lifecycleId, event, patchNumber, number }: Attempt): string =>
  `attempt:${lifecycleId}/${patchNumber}/${event}/${number}`;

/** The newest attempt, as long as it runs, or if it came to no result. */
const inProgress = ({ attempts }: LifecycleState) => {
  const last = attempts.at(-1);
  if (last === undefined || last.result !== null || last.status === 'CANCELLED') return {};
  return {
    event_in_progress: {
      name: last.event,
      description: descriptions[last.event],
      execution_arn: executionName(last),
      execution_startdate: formatWireDate(last.startedAt),
      attempt: last.number,
      properties: { ...last.input },
      ...(last.status !== 'RUNNING' && {
        status: last.status,
        status_date: formatWireDate(last.endedAt ?? last.startedAt),
        error_message: last.error ?? '',
        stack_trace: 'See error_message',
      }),
    },
  };
};

type MoreFields = (state: LifecycleState, attempt: Attempt) => Properties;

const operationType: MoreFields = (_state, { event }) => ({ operation_type: typeOfEvent(event) });
const approval: MoreFields = (state, attempt) => ({ ...operationType(state, attempt), actor: attempt.actor });

/** What results have beside the attributes that all of them have. */
const moreFields: Readonly<Partial<Record<LifecycleEvent, MoreFields>>> = {
  BUILD_AMI: ({ lifecycle }) => ({
    product_ver: lifecycle.productVer,
    product_name: lifecycle.productName,
    commit_ref: lifecycle.commitRef,
  }),
  PATCH_AMI: (state, attempt) => {
    const { properties, commitRef } = patchOf(state, trackOf(attempt));
    return { semver_bump_type: properties.semver_bump_type, commit_ref: commitRef };
  },
  SMOKE_TESTS_AMI_CREATE: operationType,
  SMOKE_TESTS_AMI_PATCH: operationType,
  VULNERABILIY_SCANS_AMI_CREATE: operationType,
  VULNERABILITY_SCANS_AMI_PATCH: operationType,
  QA_CERTIFICATION_RESPONSE: (_state, { actor }) => ({ actor }),
  MARK_FOR_PRODUCTION_CREATE: approval,
  MARK_FOR_PRODUCTION_PATCH: approval,
};

const resultEntry = (state: LifecycleState, attempt: Attempt) => ({
  ...attempt.result?.fields,
  ...moreFields[attempt.event]?.(state, attempt),
  name: attempt.event,
  status: attempt.status,
  status_date: formatWireDate(attempt.endedAt ?? attempt.startedAt),
  lifecycle_id: attempt.lifecycleId,
  attempt: attempt.number,
  ...(attempt.result?.properties !== undefined && { properties: { ...attempt.result.properties } }),
});
