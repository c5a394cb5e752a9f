import type { LifecycleEvent } from '@ami-publisher/core';
import type { Verdict } from '../lifecycles/finish-attempt.js';
import type { AmiDetails, Attempt, LifecycleState } from '../lifecycles/state.js';

/** What an executor is to do. */
export interface Work {
  /** The number of the attempt belongs into the tags of whatever is made: it tells late ones apart. */
  readonly attempt: Attempt;
  /** The lifecycle as it was when the work began. */
  readonly state: LifecycleState;
  /** The AMIs it is about, the primary one first: for a patch those that are patched, for a build none. */
  readonly amis: readonly AmiDetails[];
}

/** Does the work of one event. */
export interface Executor {
  /**
   * Does it. A result says COMPLETED or FAILED; what throws is an error, which is not a verdict about the AMI. A build or patch gives
   * `properties.ami_details`.
   *
   * @param signal aborts when the attempt is cancelled or has taken too long; its result would not be taken any more.
   */
  run(work: Work, signal: AbortSignal): Promise<Verdict>;
  /** Removes what the work launched, however it ended, by tags if need be: it may run in another process than the work did. Idempotent. */
  cleanUp(work: Work): Promise<void>;
}

/** The executors of a server; an event without one cannot be asked for. */
export type Executors = Readonly<Partial<Record<LifecycleEvent, Executor>>>;
