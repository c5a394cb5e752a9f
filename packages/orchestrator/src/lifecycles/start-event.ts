import { AmiPublisherError } from '@ami-publisher/base';
import { approvingEvent, eventsOf, type LifecycleEvent, type PatchProperties } from '@ami-publisher/core';
import { isMaking, requireAmi, requireOrder } from '../rules/order.js';
import type { DecisionContext, Draft } from './draft.js';
import { pinsAgain } from './pins.js';
import {
  type AmiDetails,
  type Attempt,
  amisOf,
  creation,
  isCompleted,
  type LifecycleState,
  type Patch,
  type Properties,
  patchTrack,
  type RequestedEvent,
  statusOf,
  type Track,
} from './state.js';

/** @throws `EXECUTOR_MISSING` for an event that this server has nothing to run with. */
export const requireExecutor = ({ canRun }: DecisionContext, event: LifecycleEvent): void => {
  if (canRun(event)) return;
  throw new AmiPublisherError('EXECUTOR_MISSING', {
    message: `this server has no executor for ${event}`,
    resource: event,
    remedy: 'configure one, or ask another server',
  });
};

/** The next attempt of an event, not yet in progress. */
export const newAttempt = (
  state: LifecycleState,
  track: Track,
  event: LifecycleEvent,
  { now, newId, actor }: DecisionContext,
): Attempt => ({
  id: newId(),
  lifecycleId: state.lifecycle.id,
  patchNumber: track.patchNumber,
  event,
  number:
    1 + state.attempts.filter((one) => one.event === event && one.patchNumber === track.patchNumber).length,
  status: 'RUNNING',
  actor,
  input: {},
  requestProperties: null,
  result: null,
  error: null,
  startedAt: now,
  heartbeatAt: now,
  endedAt: null,
});

/**
 * Begins an attempt of an event. Whoever stores the draft hands it to an executor.
 *
 * @throws `EVENT_OUT_OF_ORDER`, `EVENT_IMMUTABLE` and `EXECUTOR_MISSING`.
 */
export const startEvent = (
  draft: Draft,
  track: Track,
  event: LifecycleEvent,
  context: DecisionContext,
  requestProperties: Properties | null = null,
): void => {
  const { state } = draft;
  if (!isMaking(event)) requireAmi(state, track);
  requireOrder(state, track, event);
  requireExecutor(context, event);
  const earlier = state.attempts.filter(
    (one) => one.event === event && one.patchNumber === track.patchNumber,
  );
  const input = { ...inputOf(state, track, event, context.now), ...pinsAgain(earlier) };
  draft.putAttempt({ ...newAttempt(state, track, event, context), input, requestProperties });
  draft.notify('STARTED', event, `${event} has begun`);
};

/** What is switched on and not completed, in order, and what is completed already. */
export const splitRequested = (
  state: LifecycleState,
  track: Track,
  requested: readonly RequestedEvent[],
): { readonly open: readonly LifecycleEvent[]; readonly completed: readonly LifecycleEvent[] } => {
  const enabled = requested.filter((event) => event.enabled).map(({ name }) => name);
  return {
    open: enabled.filter((event) => !isCompleted(state, track, event)),
    completed: enabled.filter((event) => isCompleted(state, track, event)),
  };
};

/** The verdicts of people, which nothing but a request brings. */
const verdicts: ReadonlySet<LifecycleEvent> = new Set([
  'QA_CERTIFICATION_RESPONSE',
  ...Object.values(approvingEvent),
]);

/** Says that a verdict is all that keeps a track from going on. @returns false, and says nothing, if it is not. */
export const tellOfWait = (draft: Draft, track: Track): boolean => {
  const next = eventsOf[track.type].find((event) => !isCompleted(draft.state, track, event));
  if (next === undefined || !verdicts.has(next) || statusOf(draft.state, track, next) === 'FAILED')
    return false;
  draft.notify('WAITING', next, `${next} is waited for`);
  return true;
};

/** Begins the next event that is switched on and not completed; says so if there is none. */
export const startNext = (
  draft: Draft,
  track: Track,
  requested: readonly RequestedEvent[],
  context: DecisionContext,
): void => {
  const [next] = splitRequested(draft.state, track, requested).open;
  if (next !== undefined) startEvent(draft, track, next, context);
  else if (!tellOfWait(draft, track))
    draft.notify('NOTHING_STARTED', null, 'nothing that was asked for is left to start');
};

/** What the events are about, as records show them while they run. */
const inputPrefixes: Readonly<Partial<Record<LifecycleEvent, string>>> = {
  SMOKE_TESTS_AMI_CREATE: 'smoke_test',
  SMOKE_TESTS_AMI_PATCH: 'smoke_test',
  VULNERABILIY_SCANS_AMI_CREATE: 'vulnerability_scan',
  VULNERABILITY_SCANS_AMI_PATCH: 'vulnerability_scan',
  QA_CERTIFICATION_REQUEST: 'qa_certification_request',
  MARK_FOR_PRODUCTION_CREATE: 'mark_for_production',
  MARK_FOR_PRODUCTION_PATCH: 'mark_for_production',
};

const inputOf = (state: LifecycleState, track: Track, event: LifecycleEvent, now: Date): Properties => {
  const { productName, productVer, commitRef } = state.lifecycle;
  if (event === 'BUILD_AMI')
    return { product_name: productName, product_ver: productVer, commit_ref: commitRef };
  if (event === 'PATCH_AMI') return patchInput(state, track, now);
  return amiInput(`${inputPrefixes[event]}_ami`, amisOf(state, track)[0]);
};

const amiInput = (prefix: string, ami: AmiDetails | undefined): Properties => ({
  [`${prefix}_id`]: ami?.image,
  [`${prefix}_name`]: ami?.name,
  [`${prefix}_region`]: ami?.region,
  [`${prefix}_owner`]: ami?.accountId,
});

/** The track of the AMI that a patch starts from. */
export const baseTrack = ({ base }: Patch): Track => (base === 0 ? creation : patchTrack(base));

const patchInput = (state: LifecycleState, track: Track, now: Date): Properties => {
  const patch = patchOf(state, track);
  const [parent] = amisOf(state, baseTrack(patch));
  const properties = patch.properties as PatchProperties;
  const [day, time] = now.toISOString().slice(0, 19).split('T') as [string, string];
  const seconds = time.replaceAll(':', '');
  return {
    patch_component_url: properties.patch_component_url,
    patch_change_description: properties.patch_change_description,
    semver_bump_type: properties.semver_bump_type,
    semantic_version_dash: `${day}${seconds}`,
    semantic_version_dot: `${day.replaceAll('-', '.')}${seconds}`,
    ...amiInput('parent_ami', parent),
    parent_ami_semver: parent?.ami_semver,
    commit_ref: patch.commitRef,
  };
};

/** The patch of a track. @throws `INTERNAL` for a track that has none. */
export const patchOf = (state: LifecycleState, { patchNumber }: Track): Patch => {
  const patch = state.patches.find(({ number }) => number === patchNumber);
  if (patch !== undefined) return patch;
  throw new AmiPublisherError('INTERNAL', {
    message: `lifecycle ${state.lifecycle.id} has no patch ${patchNumber}`,
  });
};

/** The events that were asked for on a track. */
export const requestedOf = (state: LifecycleState, track: Track): readonly RequestedEvent[] =>
  track.type === 'ami-creation' ? state.lifecycle.requested : patchOf(state, track).requested;
