import { randomUUID } from 'node:crypto';
import { AmiPublisherError, type Clock, isAmiPublisherError, type Logger } from '@ami-publisher/base';
import { type LifecycleEvent, makingEvent } from '@ami-publisher/core';
import * as z from 'zod';
import type { Verdict } from '../lifecycles/finish-attempt.js';
import type { LifecycleService } from '../lifecycles/lifecycle-service.js';
import { baseTrack, patchOf } from '../lifecycles/start-event.js';
import { type Attempt, amisOf, type LifecycleState, trackOf } from '../lifecycles/state.js';
import type { AttemptClaims } from '../store/attempt-claims.js';
import type { Executors, Work } from './executor.js';
import type { JobHandler, JobOutcome } from './job-queue.js';
import { repeated, repetitions } from './job-rules.js';

export interface AttemptRunnerOptions {
  readonly service: LifecycleService;
  readonly claims: AttemptClaims;
  readonly executors: Executors;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Between two signs of life, ms; also how soon a cancelled attempt is noticed. */
  readonly heartbeatMs: number;
  /** Done when an attempt has ended and its result, if any, is stored. @default nothing */
  readonly afterwards?: ((lifecycleId: string) => Promise<void>) | undefined;
}

/** What a build or a patch must give. */
const amiDetailsSchema = z
  .array(
    z.looseObject({
      image: z.string().min(1),
      region: z.string().min(1),
      accountId: z.string().min(1),
      name: z.string(),
    }),
  )
  .min(1);

/** What an executor came to. */
type Outcome = { readonly verdict: Verdict } | { readonly error: string };

/** Runs attempts: claim, heartbeat, result, clean-up. */
export class AttemptRunner {
  readonly #options: AttemptRunnerOptions;

  constructor(options: AttemptRunnerOptions) {
    this.#options = options;
  }

  /**
   * Works on an attempt until it has ended, stores how, and removes what it launched. Of one that has ended already only the last is left to do. When
   * `stopping` aborts, all that is left for whoever takes the job up again. Never fails.
   */
  readonly run: JobHandler = async ({ lifecycleId, attemptId }, stopping) => {
    const { service, claims, logger } = this.#options;
    try {
      const worker = randomUUID();
      if ((await claims.claim(attemptId, worker)) === 'lost') return 'done';
      const state = await service.load(lifecycleId);
      const attempt = state.attempts.find(({ id }) => id === attemptId);
      if (attempt === undefined) return 'done';
      const outcome = await this.#hold(attempt, worker, stopping, (held) =>
        this.#carryOut(workOf(state, attempt), held),
      );
      if (outcome === 'done') await this.#followUp(lifecycleId);
      return outcome;
    } catch (error) {
      if (isAmiPublisherError(error) && error.code === 'LIFECYCLE_NOT_FOUND') return 'done';
      logger.error('the outcome of an attempt could not be stored', { lifecycleId, attemptId, error });
      return 'left';
    }
  };

  /** Does something while it says that the attempt is this worker's. */
  async #hold(
    { id }: Attempt,
    worker: string,
    stopping: AbortSignal,
    carryOut: (held: Held) => Promise<JobOutcome>,
  ): Promise<JobOutcome> {
    const [lost, calledOff, over] = [new AbortController(), new AbortController(), new AbortController()];
    const beating = this.#beat(id, worker, { lost, calledOff }, over.signal);
    try {
      const isOurs = async () => (await this.#options.claims.beat(id, worker)) !== 'lost';
      const held = { stopping, lost: lost.signal, calledOff: calledOff.signal, isOurs };
      const outcome = await carryOut(held);
      return lost.signal.aborted ? 'left' : outcome;
    } finally {
      over.abort();
      await beating;
    }
  }

  async #carryOut(work: Work, held: Held): Promise<JobOutcome> {
    const { clock, executors, logger } = this.#options;
    const { id: attemptId, lifecycleId, event, status } = work.attempt;
    const fields = { lifecycleId, attemptId, event };
    const signal = AbortSignal.any([held.stopping, held.lost]);
    if (status === 'RUNNING') {
      const outcome = await this.#attempt(work, AbortSignal.any([signal, held.calledOff]));
      // Whoever has taken it over sees to the rest; cleaning up now would take away what he works with.
      if (!(await held.isOurs())) return 'left';
      if (signal.aborted && 'error' in outcome) return 'again';
      await this.#store(work.attempt, outcome);
    }
    try {
      await repeated(repetitions.cleanUp, { clock, signal }, async () => executors[event]?.cleanUp(work));
    } catch (error) {
      if (signal.aborted) return 'again';
      logger.error('what an attempt launched could not be removed', { ...fields, error });
    }
    return 'done';
  }

  async #followUp(lifecycleId: string): Promise<void> {
    const { afterwards, logger } = this.#options;
    try {
      await afterwards?.(lifecycleId);
    } catch (error) {
      logger.error('what follows an attempt could not be done', { lifecycleId, error });
    }
  }

  async #attempt(work: Work, signal: AbortSignal): Promise<Outcome> {
    const { clock, executors, logger } = this.#options;
    const { id: attemptId, lifecycleId, event } = work.attempt;
    const executor = executors[event];
    if (executor === undefined) return { error: `this worker has no executor for ${event}` };
    try {
      const verdict = await repeated(repetitions.work, { clock, signal }, async () => {
        signal.throwIfAborted();
        return executor.run(work, signal);
      });
      return { verdict: checkedVerdict(event, verdict) };
    } catch (reason) {
      logger.warn('an attempt failed', { lifecycleId, attemptId, event, error: reason });
      return { error: reason instanceof Error ? reason.message : String(reason) };
    }
  }

  async #store({ id, lifecycleId, event }: Attempt, outcome: Outcome): Promise<void> {
    const { service, logger } = this.#options;
    try {
      if ('error' in outcome) await service.breakAttempt(lifecycleId, id, outcome.error);
      else await service.finishAttempt(lifecycleId, id, outcome.verdict);
    } catch (reason) {
      if (!isAmiPublisherError(reason) || !calledOffCodes.has(reason.code)) throw reason;
      logger.info('an attempt ended after it was called off', { lifecycleId, attemptId: id, event });
    }
  }

  /** Says that the attempt is being worked on, until that is over; tells once nobody waits for its result, and once it is somebody else's. */
  async #beat(
    id: string,
    worker: string,
    { lost, calledOff }: Readonly<Record<'lost' | 'calledOff', AbortController>>,
    over: AbortSignal,
  ): Promise<void> {
    const { clock, heartbeatMs, claims, logger } = this.#options;
    while (!lost.signal.aborted) {
      try {
        await clock.sleep(heartbeatMs, over);
        const claim = await claims.beat(id, worker);
        if (claim === 'lost') lost.abort(cancelled(`attempt ${id} was taken over`));
        if (claim === 'ended') calledOff.abort(cancelled(`attempt ${id} is not in progress any more`));
      } catch (error) {
        if (over.aborted) return;
        logger.warn('a sign of life could not be stored', { attemptId: id, error });
      }
    }
  }
}

/** An attempt that a worker has claimed, and why work on it is to end: this process does, somebody else works on it, or its result would not be taken. */
interface Held {
  readonly stopping: AbortSignal;
  readonly lost: AbortSignal;
  readonly calledOff: AbortSignal;
  /** Says that this worker is still at it, and whether that is so. */
  readonly isOurs: () => Promise<boolean>;
}

const cancelled = (message: string): AmiPublisherError => new AmiPublisherError('CANCELLED', { message });

const workOf = (state: LifecycleState, attempt: Attempt): Work => {
  const track = trackOf(attempt);
  const about = attempt.event === 'PATCH_AMI' ? baseTrack(patchOf(state, track)) : track;
  return { attempt, state, amis: amisOf(state, about) };
};

/** What the store says once an attempt was cancelled, or its lifecycle deleted. */
const calledOffCodes: ReadonlySet<string> = new Set(['ATTEMPT_OUTDATED', 'LIFECYCLE_NOT_FOUND']);

const checkedVerdict = (event: LifecycleEvent, verdict: Verdict): Verdict => {
  if (verdict.status !== 'COMPLETED' || !Object.values<string>(makingEvent).includes(event)) return verdict;
  if (amiDetailsSchema.safeParse(verdict.properties?.ami_details).success) return verdict;
  throw new AmiPublisherError('INTERNAL', {
    message: `the executor of ${event} gave no AMI in properties.ami_details`,
  });
};
