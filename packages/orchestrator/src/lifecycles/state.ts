import {
  eventsOf,
  type LifecycleEvent,
  type LifecycleType,
  makingEvent,
  typeOfEvent,
} from '@ami-publisher/core';

/** What a request switches on and off. */
export type RequestedEvent = Readonly<{ name: LifecycleEvent; enabled: boolean }>;

/** Where to tell of a lifecycle. */
export type Channel = Readonly<{ method: string; target: string }>;

/** Any keys and JSON values. */
export type Properties = Readonly<Record<string, unknown>>;

/** The head of a lifecycle: what was asked for when it was made, and last. */
export interface Lifecycle {
  readonly id: string;
  readonly stackTag: string;
  readonly owner: string;
  readonly productName: string;
  readonly productVer: string;
  readonly commitRef: string;
  readonly properties: Properties | null;
  readonly notifications: readonly Channel[];
  readonly requested: readonly RequestedEvent[];
  /** Name of the key that made it. */
  readonly createdBy: string;
  readonly createdAt: Date;
  /** Of the latest update; null before the first. */
  readonly updatedAt: Date | null;
}

/** A patch of a lifecycle. */
export interface Patch {
  readonly lifecycleId: string;
  /** From 1. */
  readonly number: number;
  readonly owner: string;
  readonly commitRef: string;
  readonly properties: Properties;
  readonly notifications: readonly Channel[];
  readonly requested: readonly RequestedEvent[];
  /** Number of the patch whose AMI it starts from; 0 = the created AMI. */
  readonly base: number;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** How an attempt stands. */
export type AttemptStatus =
  | 'RUNNING'
  | 'COMPLETED'
  | 'FAILED'
  | 'ERROR'
  | 'ERROR_EVENT_TIMEOUT'
  | 'CANCELLED';

/** One try at an event. Attempts are never deleted or begun anew. */
export interface Attempt {
  readonly id: string;
  readonly lifecycleId: string;
  /** Number of the patch; 0 = the creation. */
  readonly patchNumber: number;
  readonly event: LifecycleEvent;
  /** From 1, of this event of this creation or patch. */
  readonly number: number;
  readonly status: AttemptStatus;
  /** Name of the key that asked for it. */
  readonly actor: string;
  /** What it works on, as records show it while it runs. */
  readonly input: Properties;
  /** What the request that started it gave for its result. */
  readonly requestProperties: Properties | null;
  /** Result, once COMPLETED or FAILED. */
  readonly result: AttemptResult | null;
  /** What went wrong, once ERROR or ERROR_EVENT_TIMEOUT. */
  readonly error: string | null;
  readonly startedAt: Date;
  /** When whoever runs it was last heard of. */
  readonly heartbeatAt: Date;
  readonly endedAt: Date | null;
}

/** What an attempt came to. */
export interface AttemptResult {
  readonly properties?: Properties | undefined;
  /** More attributes of the result, beside `properties`. */
  readonly fields?: Properties | undefined;
}

/** All that is known of a lifecycle; patches by number, attempts in the order in which they began. */
export interface LifecycleState {
  readonly lifecycle: Lifecycle;
  readonly patches: readonly Patch[];
  readonly attempts: readonly Attempt[];
}

/** The creation (patch number 0), or a patch. */
export interface Track {
  readonly type: LifecycleType;
  readonly patchNumber: number;
}

export const creation: Track = { type: 'ami-creation', patchNumber: 0 };
export const patchTrack = (patchNumber: number): Track => ({ type: 'ami-patch', patchNumber });

/** The track that an attempt belongs to. */
export const trackOf = ({ event, patchNumber }: Attempt): Track => ({
  type: typeOfEvent(event),
  patchNumber,
});

/** The attempt in progress. */
export const runningAttempt = ({ attempts }: LifecycleState): Attempt | undefined =>
  attempts.find(({ status }) => status === 'RUNNING');

/** The newest attempt of an event that has a result: that one's result counts. */
export const resultOf = (state: LifecycleState, track: Track, event: LifecycleEvent): Attempt | undefined =>
  state.attempts.findLast(
    (attempt) =>
      attempt.event === event && attempt.patchNumber === track.patchNumber && attempt.result !== null,
  );

/** `COMPLETED`, `FAILED`, or `NOT_STARTED` while there is no result. */
export const statusOf = (state: LifecycleState, track: Track, event: LifecycleEvent): string =>
  resultOf(state, track, event)?.status ?? 'NOT_STARTED';

export const isCompleted = (state: LifecycleState, track: Track, event: LifecycleEvent): boolean =>
  statusOf(state, track, event) === 'COMPLETED';

/** All results of a track, in order of their events. */
export const resultsOf = (state: LifecycleState, track: Track): readonly Attempt[] =>
  eventsOf[track.type].flatMap((event) => resultOf(state, track, event) ?? []);

/**
 * The patch that requests are about: the newest that has made its AMI, else the newest. One that came to nothing does not stand in the way of the
 * one before.
 */
export const currentPatch = (state: LifecycleState): Patch | undefined =>
  state.patches.findLast(({ number }) => isCompleted(state, patchTrack(number), 'PATCH_AMI')) ??
  state.patches.at(-1);

/** An AMI as results of builds and patches tell it. */
export interface AmiDetails {
  readonly image: string;
  readonly region: string;
  readonly accountId: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly ami_semver?: string | undefined;
}

/** The AMIs that a track has made, the primary one first. */
export const amisOf = (state: LifecycleState, track: Track): readonly AmiDetails[] => {
  const details = resultOf(state, track, makingEvent[track.type])?.result?.properties?.ami_details;
  return Array.isArray(details) ? (details as AmiDetails[]) : [];
};
