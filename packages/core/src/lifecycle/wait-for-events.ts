import type { LifecycleEvent } from './events.js';
import type { LifecycleClient, LifecycleWaitOptions } from './lifecycle-client.js';
import type { EventOutcome } from './progress.js';

/** An event that has ended. */
export interface EndedEvent {
  readonly event: LifecycleEvent;
  readonly outcome: EventOutcome;
}

export interface WaitForEventsOptions extends LifecycleWaitOptions {
  /** Told of each event as it ends. */
  readonly onEnd?: (ended: EndedEvent) => void;
}

/** Waits until events have ended, one after the other, up to the first that is not completed. @returns how the last of them ended */
export const waitForEvents = async (
  client: LifecycleClient,
  lifecycleId: string,
  events: readonly LifecycleEvent[],
  { onEnd, ...how }: WaitForEventsOptions = {},
): Promise<EndedEvent | undefined> => {
  let ended: EndedEvent | undefined;
  for (const event of events) {
    const outcome = await client.waitFor(lifecycleId, event, how);
    ended = { event, outcome };
    onEnd?.(ended);
    if (outcome.status !== 'COMPLETED') break;
  }
  return ended;
};

/** How an event ended, for people. */
export const describeOutcome = (outcome: EventOutcome): string =>
  'message' in outcome ? `${outcome.status}: ${outcome.message}` : outcome.status;
