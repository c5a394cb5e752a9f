import {
  describeOutcome,
  type EndedEvent,
  eventOfName,
  type LifecycleClient,
  type LifecycleEvent,
  waitForEvents as waitFor,
} from '@ami-publisher/core';
import { interruptSignal } from '../interrupt.js';
import { notice } from '../progress/notice.js';

/** Between two looks. Somebody sits there and waits. */
const pollMs = 1_000;

/** Where to look. */
export interface WaitFor {
  readonly client: LifecycleClient;
  readonly lifecycleId: string;
}

/** Waits until events have ended, one after the other, up to the first that is not completed; says each on stderr. @returns how the last of them ended */
export const waitForEvents = (
  { client, lifecycleId }: WaitFor,
  events: readonly LifecycleEvent[],
): Promise<EndedEvent | undefined> =>
  waitFor(client, lifecycleId, events, {
    signal: interruptSignal(),
    pollMs,
    onEnd: ({ event, outcome }) => notice(`${event} ${describeOutcome(outcome)}`),
  });

/** Waits until nothing of a lifecycle is in progress. @returns how the last event ended that was waited for */
export const waitUntilIdle = async (where: WaitFor): Promise<EndedEvent | undefined> => {
  let ended: EndedEvent | undefined;
  for (;;) {
    const record = await where.client.status(where.lifecycleId, { signal: interruptSignal() });
    const current = record.event_in_progress;
    const event = current?.status === undefined ? eventOfName(current?.name ?? '') : undefined;
    if (event === undefined) return ended;
    ended = await waitForEvents(where, [event]);
  }
};
