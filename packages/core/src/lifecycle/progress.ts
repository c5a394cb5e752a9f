import type { EventResult, LifecycleRecord } from './answers.js';
import {
  type BrokenStatus,
  brokenStatuses,
  type LifecycleEvent,
  type LifecycleType,
  typeOfEvent,
} from './events.js';

/** How an event ended. */
export type EventOutcome =
  | { readonly status: 'COMPLETED' | 'FAILED'; readonly result: EventResult }
  | { readonly status: BrokenStatus; readonly message: string };

/** The results of the creation, or of the newest patch, that a record has for a type. */
export const resultsOf = (record: LifecycleRecord, type: LifecycleType): readonly EventResult[] =>
  (type === 'ami-creation'
    ? record.outputs_ami_creation?.events
    : record.outputs_ami_patch?.patch_history.current?.events) ?? [];

/** How an event of a lifecycle ended; undefined while it has not, or has not begun. */
export const outcomeOf = (record: LifecycleRecord, event: LifecycleEvent): EventOutcome | undefined => {
  const current = record.event_in_progress;
  if (current?.name === event) return brokenOutcome(current);
  // A patch that is being made has no results yet; those that are there belong to the one before.
  if (current?.name === 'PATCH_AMI' && typeOfEvent(event) === 'ami-patch') return undefined;
  const result = resultsOf(record, typeOfEvent(event)).find(({ name }) => name === event);
  if (result?.status !== 'COMPLETED' && result?.status !== 'FAILED') return undefined;
  return { status: result.status, result };
};

const brokenOutcome = ({
  status,
  error_message,
}: NonNullable<LifecycleRecord['event_in_progress']>): EventOutcome | undefined => {
  const broken = brokenStatuses.find((one) => one === status);
  return broken && { status: broken, message: error_message ?? '' };
};
