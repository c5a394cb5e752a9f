import { AmiPublisherError } from '@ami-publisher/base';
import {
  type ApproveRequest,
  approvingEvent,
  type CertifyRequest,
  type CreateRequest,
  type LifecycleEvent,
  type UpdateRequest,
} from '@ami-publisher/core';
import { flagFault } from '../rules/flags.js';
import { approvedText, certifiedText } from '../rules/messages.js';
import { requireAmi, requireIdle, requireOrder } from '../rules/order.js';
import { broken } from '../rules/rule-error.js';
import { type DecisionContext, Draft } from './draft.js';
import { breakAttempt, type Verdict } from './finish-attempt.js';
import {
  newAttempt,
  requireExecutor,
  splitRequested,
  startEvent,
  startNext,
  tellOfWait,
} from './start-event.js';
import {
  creation,
  isCompleted,
  type Lifecycle,
  type Properties,
  type RequestedEvent,
  runningAttempt,
  type Track,
  trackOf,
} from './state.js';

/** A new lifecycle, its build begun. @throws `EXECUTOR_MISSING`. */
export const decideCreate = (request: CreateRequest, context: DecisionContext): Draft => {
  const lifecycle: Lifecycle = {
    id: context.newId(),
    stackTag: request.stack_tag,
    owner: request.owner,
    productName: request.product_name,
    productVer: request.product_ver,
    commitRef: request.commit_ref,
    properties: request.properties ?? null,
    notifications: request.notifications,
    requested: request.events,
    createdBy: context.actor,
    createdAt: context.now,
    updatedAt: null,
  };
  const draft = new Draft({ lifecycle, patches: [], attempts: [] });
  for (const { name, enabled } of request.events) if (enabled) requireExecutor(context, name);
  startEvent(draft, creation, 'BUILD_AMI', context);
  return draft;
};

/**
 * Takes up what an update asks for: what is completed is skipped, all else must be able to follow in order.
 *
 * @returns the events that are skipped.
 * @throws `EVENT_RUNNING`, `EVENT_OUT_OF_ORDER` and `EXECUTOR_MISSING`.
 */
export const requireRequestable = (
  draft: Draft,
  track: Track,
  requested: readonly RequestedEvent[],
  context: DecisionContext,
): readonly LifecycleEvent[] => {
  const { state } = draft;
  requireIdle(state);
  requireAmi(state, track);
  const enabled = new Set(requested.filter((event) => event.enabled).map(({ name }) => name));
  const fault = flagFault(track.type, enabled, (event) => isCompleted(state, track, event));
  if (fault !== undefined) throw broken('EVENT_OUT_OF_ORDER', fault, state.lifecycle.id);
  const { open, completed } = splitRequested(state, track, requested);
  for (const [index, event] of open.entries()) {
    requireOrder(state, track, event, new Set(open.slice(0, index)));
    requireExecutor(context, event);
  }
  return completed;
};

/** @returns the events that are skipped. @throws what `requireRequestable` does. */
export const decideUpdate = (
  draft: Draft,
  request: UpdateRequest,
  context: DecisionContext,
): readonly LifecycleEvent[] => {
  const skipped = requireRequestable(draft, creation, request.events, context);
  const { properties } = draft.state.lifecycle;
  draft.changeLifecycle({
    owner: request.owner,
    notifications: request.notifications,
    requested: request.events,
    // What an AMI was built with stays.
    properties: request.properties ? { ...request.properties, ...properties } : properties,
    updatedAt: context.now,
  });
  startNext(draft, creation, request.events, context);
  return skipped;
};

/** @throws `EVENT_RUNNING`, `EVENT_OUT_OF_ORDER`, and `EVENT_IMMUTABLE` once it has been certified. */
export const decideCertify = (draft: Draft, request: CertifyRequest, context: DecisionContext): void => {
  const event = 'QA_CERTIFICATION_RESPONSE';
  const { certification_status, properties } = request;
  requireVerdictTaken(draft, creation, event, certifiedText);
  recordVerdict(draft, creation, event, context, {
    status: certification_status === 'CERTIFIED' ? 'COMPLETED' : 'FAILED',
    fields: { certification_status },
    ...(properties !== undefined && { properties }),
  });
};

/**
 * An approval begins the work that it takes; a refusal is a result at once.
 *
 * @throws `EVENT_RUNNING`, `EVENT_OUT_OF_ORDER`, `EXECUTOR_MISSING`, and `EVENT_IMMUTABLE` once it has been approved.
 */
export const decideApprove = (
  draft: Draft,
  track: Track,
  { approval_status, properties }: ApproveRequest,
  context: DecisionContext,
): void => {
  const event = approvingEvent[track.type];
  requireVerdictTaken(draft, track, event, track.type === 'ami-creation' ? approvedText : undefined);
  const asked: Properties = { ...properties, approval_status };
  if (approval_status === 'APPROVED') {
    startEvent(draft, track, event, context, asked);
    return;
  }
  recordVerdict(draft, track, event, context, {
    status: 'FAILED',
    properties: { ...asked, s3_bucket: 'NOT_APPLICABLE', s3_object_key: 'NOT_APPLICABLE' },
  });
};

const requireVerdictTaken = (
  draft: Draft,
  track: Track,
  event: LifecycleEvent,
  repeatedText: string | undefined,
): void => {
  const { state } = draft;
  if (repeatedText !== undefined && isCompleted(state, track, event)) {
    throw broken('EVENT_IMMUTABLE', repeatedText, state.lifecycle.id);
  }
  requireIdle(state);
  requireOrder(state, track, event);
};

/** A result that a person gave. */
const recordVerdict = (
  draft: Draft,
  track: Track,
  event: LifecycleEvent,
  context: DecisionContext,
  { status, properties, fields }: Verdict,
): void => {
  const attempt = newAttempt(draft.state, track, event, context);
  draft.putAttempt({ ...attempt, status, result: { properties, fields }, endedAt: context.now });
  draft.notify(status, event, `${event} has ended: ${status}`);
  tellOfWait(draft, track);
};

/** Calls off what is in progress. @throws `EVENT_NOT_RUNNING`. */
export const decideCancel = (draft: Draft, context: DecisionContext): void => {
  const running = runningAttempt(draft.state);
  if (running === undefined) throw nothingTo('cancel', 'nothing is in progress', draft);
  breakAttempt(draft, running.id, { status: 'CANCELLED', error: `cancelled by ${context.actor}` }, context);
};

/** Begins the newest attempt's event once more. @throws `EVENT_RUNNING`, `EVENT_NOT_RUNNING` and `EXECUTOR_MISSING`. */
export const decideRetry = (draft: Draft, context: DecisionContext): void => {
  requireIdle(draft.state);
  const last = draft.state.attempts.at(-1);
  if (last === undefined || last.status === 'COMPLETED') {
    throw nothingTo('retry', 'the last attempt did not fail', draft);
  }
  const isRefusal = last.event === approvingEvent[trackOf(last).type] && last.status === 'FAILED';
  if (isRefusal || last.event === 'QA_CERTIFICATION_RESPONSE') {
    throw nothingTo('retry', `${last.event} was refused by a person; ask for another verdict`, draft);
  }
  startEvent(draft, trackOf(last), last.event, context, last.requestProperties);
};

const nothingTo = (what: string, why: string, { state }: Draft): AmiPublisherError =>
  new AmiPublisherError('EVENT_NOT_RUNNING', {
    message: `lifecycle ${state.lifecycle.id} has nothing to ${what}: ${why}`,
    resource: state.lifecycle.id,
  });
