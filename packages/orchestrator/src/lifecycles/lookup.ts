import { eventScores, eventsOf, type LifecycleEvent, type LifecycleType } from '@ami-publisher/core';
import { patchOf } from './start-event.js';
import {
  amisOf,
  creation,
  isCompleted,
  type LifecycleState,
  patchTrack,
  resultsOf,
  type Track,
} from './state.js';

/** What selection looks AMIs up by: one row for each AMI of a creation or patch. */
export interface LookupRow {
  readonly lifecycleId: string;
  readonly patchNumber: number;
  readonly amiId: string;
  readonly awsRegion: string;
  readonly accountId: string;
  readonly amiSemver: string;
  readonly stackTag: string;
  readonly productName: string;
  readonly productVer: string;
  readonly commitRef: string;
  readonly lifecycleType: LifecycleType;
  /** The furthest completed event. */
  readonly lifecycleEvent: LifecycleEvent;
  /** Of that event. */
  readonly lifecycleScore: number;
  /** All completed events. */
  readonly completedEvents: readonly LifecycleEvent[];
  /** The event whose newest result is a refusal or a failure; such an AMI is not to be selected. */
  readonly failedEvent: LifecycleEvent | null;
}

/** The rows of a lifecycle. Only completed events count: a refusal never raises a score. */
export const lookupRows = (state: LifecycleState): readonly LookupRow[] =>
  [creation, ...state.patches.map(({ number }) => patchTrack(number))].flatMap((track) =>
    rowsOf(state, track),
  );

const rowsOf = (state: LifecycleState, track: Track): readonly LookupRow[] => {
  const amis = amisOf(state, track);
  const events: readonly LifecycleEvent[] = eventsOf[track.type];
  const completed = events.filter((event) => isCompleted(state, track, event));
  const furthest = completed.at(-1);
  if (furthest === undefined) return [];
  const { lifecycle } = state;
  return amis.map((ami) => ({
    lifecycleId: lifecycle.id,
    patchNumber: track.patchNumber,
    amiId: ami.image,
    awsRegion: ami.region,
    accountId: ami.accountId,
    amiSemver: ami.ami_semver ?? '',
    stackTag: lifecycle.stackTag,
    productName: lifecycle.productName,
    productVer: lifecycle.productVer,
    commitRef: track.type === 'ami-creation' ? lifecycle.commitRef : patchOf(state, track).commitRef,
    lifecycleType: track.type,
    lifecycleEvent: furthest,
    lifecycleScore: eventScores[furthest],
    completedEvents: completed,
    failedEvent: resultsOf(state, track).find(({ status }) => status === 'FAILED')?.event ?? null,
  }));
};
