import { AmiPublisherError, isAmiPublisherError } from '@ami-publisher/base';
import { makingEvent, type PatchProperties, type ResultStatus } from '@ami-publisher/core';
import { withoutCredentials } from '../redaction.js';
import type { DecisionContext, Draft } from './draft.js';
import { baseTrack, patchOf, requestedOf, startNext } from './start-event.js';
import {
  type AmiDetails,
  type Attempt,
  type AttemptResult,
  amisOf,
  creation,
  type LifecycleState,
  type Properties,
  patchTrack,
  type Track,
  trackOf,
} from './state.js';
import { afterPatch, compareVersions, formatVersion, parseVersion, type Version } from './versions.js';

/** How an attempt ended. */
export interface Verdict extends AttemptResult {
  readonly status: ResultStatus;
}

/** The attempt, if it is in progress. @throws `ATTEMPT_OUTDATED` otherwise: its result came too late. */
export const requireCurrent = (state: LifecycleState, attemptId: string): Attempt => {
  const attempt = state.attempts.find(({ id }) => id === attemptId);
  if (attempt?.status === 'RUNNING') return attempt;
  const standing = attempt === undefined ? 'is not known' : `is ${attempt.status}`;
  throw new AmiPublisherError('ATTEMPT_OUTDATED', {
    message: `attempt ${attemptId} of lifecycle ${state.lifecycle.id} ${standing}; its result is not taken`,
    resource: attemptId,
  });
};

/**
 * Takes the result of an attempt, and begins the next event that was asked for. A failure begins nothing.
 *
 * @param takeVersion gives the version of a new build.
 * @throws `ATTEMPT_OUTDATED` unless the attempt is in progress.
 */
export const finishAttempt = async (
  draft: Draft,
  attemptId: string,
  verdict: Verdict,
  takeVersion: () => Promise<string>,
  context: DecisionContext,
): Promise<void> => {
  const attempt = requireCurrent(draft.state, attemptId);
  const properties = await resultProperties(draft.state, attempt, verdict, takeVersion);
  const result = withoutCredentials({ properties, fields: verdict.fields }) as AttemptResult;
  draft.putAttempt({ ...attempt, status: verdict.status, result, endedAt: context.now });
  draft.notify(verdict.status, attempt.event, `${attempt.event} has ended: ${verdict.status}`);
  if (verdict.status === 'COMPLETED') continueTrack(draft, trackOf(attempt), context);
};

/** A result is not lost because what follows it cannot start. */
const continueTrack = (draft: Draft, track: Track, context: DecisionContext): void => {
  try {
    startNext(draft, track, requestedOf(draft.state, track), context);
  } catch (reason) {
    if (!isAmiPublisherError(reason)) throw reason;
    draft.notify('ERROR', null, reason.message);
  }
};

/** Ends an attempt that came to no result. @throws `ATTEMPT_OUTDATED` unless it is in progress. */
export const breakAttempt = (
  draft: Draft,
  attemptId: string,
  broken: { readonly status: 'ERROR' | 'ERROR_EVENT_TIMEOUT' | 'CANCELLED'; readonly error: string | null },
  { now }: DecisionContext,
): void => {
  const attempt = requireCurrent(draft.state, attemptId);
  draft.putAttempt({ ...attempt, ...broken, endedAt: now });
  const kind = broken.status === 'CANCELLED' ? 'CANCELLED' : 'ERROR';
  draft.notify(kind, attempt.event, `${attempt.event} has ended: ${broken.error ?? broken.status}`);
};

const resultProperties = async (
  state: LifecycleState,
  attempt: Attempt,
  { properties, status }: Verdict,
  takeVersion: () => Promise<string>,
): Promise<Properties | undefined> => {
  const track = trackOf(attempt);
  const all =
    attempt.requestProperties === null ? properties : { ...attempt.requestProperties, ...properties };
  if (attempt.event !== makingEvent[track.type] || status !== 'COMPLETED') return all;
  const isPatch = track.type === 'ami-patch';
  const version = isPatch ? patchVersion(state, track) : await takeVersion();
  const details = (properties?.ami_details ?? []) as readonly AmiDetails[];
  return {
    ...all,
    ami_details: details.map((ami) => ({ ...ami, ami_semver: version })),
    ...(isPatch && { ami_ancestry: ancestryOf(state, track) }),
  };
};

/** One above the highest version of the lifecycle, so that two patches of one AMI never share a version. */
const patchVersion = (state: LifecycleState, track: Track): string => {
  const versions = [creation, ...state.patches.map(({ number }) => patchTrack(number))]
    .flatMap((one) => amisOf(state, one))
    .map(({ ami_semver }) => parseVersion(ami_semver ?? ''))
    .filter((version) => version !== undefined)
    .sort(compareVersions);
  const highest: Version = versions.at(-1) ?? [1, 0, 0];
  const { semver_bump_type } = patchOf(state, track).properties as PatchProperties;
  return formatVersion(afterPatch(highest, semver_bump_type));
};

/** From the created AMI through the patches that this one stands on, itself left out. */
const ancestryOf = (state: LifecycleState, track: Track): string => {
  const parent = baseTrack(patchOf(state, track));
  const [ami] = amisOf(state, parent);
  const named = `${ami?.image} (v${ami?.ami_semver})`;
  return parent.type === 'ami-creation' ? named : `${ancestryOf(state, parent)} -> ${named}`;
};
