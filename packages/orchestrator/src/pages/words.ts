import { eventsOf, eventTitles, type LifecycleEvent, typeOfEvent } from '@ami-publisher/core';
import type { Attempt, AttemptStatus } from '../lifecycles/state.js';

/** All events, those of creations first. */
export const allEvents: readonly LifecycleEvent[] = [...eventsOf['ami-creation'], ...eventsOf['ami-patch']];

/** An event by its title, where those of creations and patches stand side by side. */
export const titleOf = (event: LifecycleEvent): string =>
  typeOfEvent(event) === 'ami-patch' && event !== 'PATCH_AMI'
    ? `${eventTitles[event]} (patch)`
    : eventTitles[event];

/** How something stands, in a word, a sign and a colour, so that nobody depends on one of them. */
export interface Standing {
  readonly word: string;
  readonly sign: string;
  readonly tone: 'good' | 'busy' | 'bad' | 'plain';
}

/** What attempts come to, as pages call it. */
export const standings: Readonly<Record<AttemptStatus, Standing>> = {
  RUNNING: { word: 'in progress', sign: '▶', tone: 'busy' },
  COMPLETED: { word: 'completed', sign: '✓', tone: 'good' },
  FAILED: { word: 'failed', sign: '✕', tone: 'bad' },
  ERROR: { word: 'error', sign: '!', tone: 'bad' },
  ERROR_EVENT_TIMEOUT: { word: 'timed out', sign: '!', tone: 'bad' },
  CANCELLED: { word: 'cancelled', sign: '–', tone: 'plain' },
};

/** How an event without attempts stands. */
const notStarted: Standing = { word: 'not started', sign: '○', tone: 'plain' };

export const standingOf = (attempt: Attempt | undefined): Standing =>
  attempt === undefined ? notStarted : standings[attempt.status];
