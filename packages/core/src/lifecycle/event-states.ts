import type { EventInProgress, EventResult, LifecycleRecord } from './answers.js';
import { eventsOf, type LifecycleEvent, type LifecycleType, makingEvent } from './events.js';
import { resultsOf } from './progress.js';

/** Where an event of a lifecycle is, as timelines name it. */
export type EventStatus =
  | 'NOT_STARTED'
  | 'EVENT_IN_PROGRESS'
  | 'EVENT_IN_PROGRESS_WITH_ERROR'
  | 'COMPLETED'
  | 'FAILED';

/** One event of a timeline. */
export interface EventState {
  readonly event: LifecycleEvent;
  readonly status: EventStatus;
  /** The newest result, if it has one. */
  readonly result: EventResult | undefined;
  /** The execution that runs, or has come to nothing. */
  readonly inProgress: EventInProgress | undefined;
}

/**
 * Where each event of the creation, or of the newest patch, is, in order. While a patch is being made, what the one before it has reached counts no
 * more.
 */
export const eventStates = (record: LifecycleRecord, type: LifecycleType): readonly EventState[] => {
  const current = record.event_in_progress;
  const isBegunAnew = type === 'ami-patch' && current?.name === makingEvent[type];
  const results = isBegunAnew ? [] : resultsOf(record, type);
  return eventsOf[type].map((event) => {
    const result = results.find(({ name }) => name === event);
    const inProgress = current?.name === event ? current : undefined;
    return { event, status: statusOf(result, inProgress), result, inProgress };
  });
};

const statusOf = (result: EventResult | undefined, inProgress: EventInProgress | undefined): EventStatus => {
  if (inProgress !== undefined) {
    const isBroken = inProgress.error_message !== undefined || inProgress.status !== undefined;
    return isBroken ? 'EVENT_IN_PROGRESS_WITH_ERROR' : 'EVENT_IN_PROGRESS';
  }
  if (result === undefined) return 'NOT_STARTED';
  return result.status === 'COMPLETED' ? 'COMPLETED' : 'FAILED';
};
