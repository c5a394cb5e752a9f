import { creationEvents, eventsOf, type LifecycleEvent, makingEvent } from '@ami-publisher/core';
import {
  amisOf,
  creation,
  isCompleted,
  type LifecycleState,
  resultsOf,
  runningAttempt,
  statusOf,
  type Track,
} from '../lifecycles/state.js';
import {
  creationCountText,
  creationStatusText,
  immutableText,
  noAmiText,
  noCreationText,
  prerequisiteText,
} from './messages.js';
import { broken } from './rule-error.js';

/** @throws `EVENT_RUNNING` while an attempt is in progress. */
export const requireIdle = (state: LifecycleState): void => {
  const running = runningAttempt(state);
  if (running === undefined) return;
  throw broken(
    'EVENT_RUNNING',
    `${running.event} of lifecycle ${state.lifecycle.id} is in progress (attempt ${running.number}); wait until it has ended, or cancel it`,
    state.lifecycle.id,
  );
};

/** @throws `EVENT_OUT_OF_ORDER` unless the track has made an AMI. */
export const requireAmi = (state: LifecycleState, track: Track): void => {
  if (amisOf(state, track).length > 0) return;
  throw broken('EVENT_OUT_OF_ORDER', noAmiText[track.type](state.lifecycle.id), state.lifecycle.id);
};

/**
 * An event may start once every event before it has been completed, and until it has been completed itself.
 *
 * @param coming events that the same request asks for, and that therefore count as if they were completed.
 * @throws `EVENT_OUT_OF_ORDER` naming the first that is missing; `EVENT_IMMUTABLE`.
 */
export const requireOrder = (
  state: LifecycleState,
  track: Track,
  event: LifecycleEvent,
  coming: ReadonlySet<string> = new Set(),
): void => {
  const events: readonly LifecycleEvent[] = eventsOf[track.type];
  for (const previous of events.slice(0, events.indexOf(event))) {
    if (isCompleted(state, track, previous) || coming.has(previous)) continue;
    const text = prerequisiteText(event, previous, statusOf(state, track, previous));
    throw broken('EVENT_OUT_OF_ORDER', text, state.lifecycle.id);
  }
  if (isCompleted(state, track, event)) {
    throw broken('EVENT_IMMUTABLE', immutableText(event), state.lifecycle.id);
  }
};

/** @throws `EVENT_OUT_OF_ORDER` unless all events of the creation have been completed. */
export const requireCreation = (state: LifecycleState): void => {
  const results = resultsOf(state, creation);
  const refused = results.find(({ status }) => status !== 'COMPLETED');
  const texts = [
    results.length === 0 ? noCreationText : undefined,
    results.length === creationEvents.length ? undefined : creationCountText(results.length),
    refused && creationStatusText(refused.event, refused.status),
  ];
  const text = texts.find((one) => one !== undefined);
  if (text !== undefined) throw broken('EVENT_OUT_OF_ORDER', text, state.lifecycle.id);
};

/** Whether the event makes an AMI rather than being about one. */
export const isMaking = (event: LifecycleEvent): boolean =>
  Object.values<string>(makingEvent).includes(event);
