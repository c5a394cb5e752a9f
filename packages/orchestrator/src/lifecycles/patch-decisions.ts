import type { CreatePatchRequest, LifecycleEvent, UpdatePatchRequest } from '@ami-publisher/core';
import { noAmiText } from '../rules/messages.js';
import { requireCreation, requireIdle } from '../rules/order.js';
import { broken } from '../rules/rule-error.js';
import { requireRequestable } from './decisions.js';
import type { DecisionContext, Draft } from './draft.js';
import { requireExecutor, startEvent, startNext } from './start-event.js';
import {
  currentPatch,
  isCompleted,
  type LifecycleState,
  type Patch,
  patchTrack,
  type Track,
} from './state.js';

/**
 * A new patch, begun.
 *
 * @throws `EVENT_OUT_OF_ORDER` before the creation is complete, or where the newest patch is not approved and the request does not say which AMI to
 *   patch; `EVENT_RUNNING`; `EXECUTOR_MISSING`.
 */
export const decideCreatePatch = (
  draft: Draft,
  request: CreatePatchRequest,
  context: DecisionContext,
): void => {
  const { state } = draft;
  requireCreation(state);
  requireIdle(state);
  for (const { name, enabled } of request.events) if (enabled) requireExecutor(context, name);
  const patch: Patch = {
    lifecycleId: state.lifecycle.id,
    number: state.patches.length + 1,
    owner: request.owner,
    commitRef: request.commit_ref,
    properties: request.properties,
    notifications: request.notifications,
    requested: request.events,
    base: baseOf(state, request),
    createdBy: context.actor,
    createdAt: context.now,
    updatedAt: context.now,
  };
  draft.putPatch(patch);
  startEvent(draft, patchTrack(patch.number), 'PATCH_AMI', context);
};

const isApproved = (state: LifecycleState, number: number): boolean =>
  number === 0 || isCompleted(state, patchTrack(number), 'MARK_FOR_PRODUCTION_PATCH');

const baseOf = (state: LifecycleState, { base }: CreatePatchRequest): number => {
  const made = state.patches
    .map(({ number }) => number)
    .filter((number) => isCompleted(state, patchTrack(number), 'PATCH_AMI'));
  const latest = made.at(-1) ?? 0;
  if (base === 'latest' || isApproved(state, latest)) return latest;
  if (base === 'approved') return made.findLast((number) => isApproved(state, number)) ?? 0;
  throw broken(
    'EVENT_OUT_OF_ORDER',
    `Patch ${latest} of lifecycle ${state.lifecycle.id} is not approved. Approve it first, or say with base which AMI to patch: latest or approved.`,
    state.lifecycle.id,
  );
};

/**
 * @returns the events that are skipped.
 * @throws `EVENT_OUT_OF_ORDER` while no patch has made an AMI; what `requireRequestable` does.
 */
export const decideUpdatePatch = (
  draft: Draft,
  request: UpdatePatchRequest,
  context: DecisionContext,
): readonly LifecycleEvent[] => {
  requireCreation(draft.state);
  const patch = requirePatch(draft.state);
  const track = patchTrack(patch.number);
  const skipped = requireRequestable(draft, track, request.events, context);
  draft.putPatch({
    ...patch,
    owner: request.owner,
    notifications: request.notifications,
    requested: request.events,
    commitRef: request.commit_ref || patch.commitRef,
    properties: { ...request.properties, ...patch.properties },
    updatedAt: context.now,
  });
  startNext(draft, track, request.events, context);
  return skipped;
};

/** The track of the patch that requests are about. @throws `EVENT_OUT_OF_ORDER` if there is none. */
export const currentPatchTrack = (state: LifecycleState): Track => patchTrack(requirePatch(state).number);

const requirePatch = (state: LifecycleState): Patch => {
  const patch = currentPatch(state);
  if (patch !== undefined) return patch;
  requireIdle(state);
  throw broken('EVENT_OUT_OF_ORDER', noAmiText['ami-patch'](state.lifecycle.id), state.lifecycle.id);
};
