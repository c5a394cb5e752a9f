import { Deadlines } from '@ami-publisher/base';
import type { ImageSource } from '@ami-publisher/image';
import pMap from 'p-map';
import type { Cloud, ResolvedTargets } from '../cloud/cloud.js';
import type { CallOptions } from '../cloud/ec2-api.js';
import { shared } from '../signals.js';
import { type EventBody, EventStream, type PublicationEvent } from '../steps/events.js';
import { isHalfUndone, type Journal, type JournalStore } from '../steps/journal.js';
import { type RunOptions, runSteps, type TargetRun } from '../steps/run.js';
import { settlingMs } from '../steps/send-once.js';
import { undoSteps } from '../steps/undo.js';
import { defaultConcurrency } from '../target/concurrency.js';
import { compareTargets, formatTarget, type Target, targetKey } from '../target/target.js';
import type { UnpackerFleet } from '../unpacker/fleet.js';
import { planOf } from './journals.js';
import type { PublishOptions } from './options.js';
import type { PlannedTarget, PublicationPlan } from './plan.js';
import { makePlan } from './planner.js';
import {
  type PublicationResults,
  publicationResults,
  resultOfRun,
  resultsOfConsumers,
  resultsOfPlan,
  type TargetResult,
} from './results.js';
import { type RollbackReport, rollbackReport, undoableSteps } from './rollback.js';
import { PublishSession, type SessionParts } from './session.js';
import { finalState } from './status.js';
import { publishSteps } from './steps/index.js';
import { rollbackByTags } from './tagged/rollback.js';
import type { PublishValues } from './values.js';

export interface PublisherOptions {
  readonly cloud: Cloud;
  readonly images: ImageSource;
  readonly fleet: UnpackerFleet;
  /** Where publications are written down, so that they can be resumed and undone. */
  readonly journals: JournalStore;
}

/** A publication that runs. */
export interface Publication {
  readonly id: string;
  /** What happens, as it happens, for one reader. */
  readonly events: AsyncIterable<PublicationEvent>;
  /** Resolves when every target has ended; a failed target is data. Rejects only if the journal cannot be written. */
  readonly results: Promise<PublicationResults>;
}

export interface RollbackOptions extends CallOptions {
  /** Says what would be undone, and does nothing. @default false */
  readonly dryRun?: boolean;
  /** Also undoes targets that are published. @default false */
  readonly force?: boolean;
  readonly onEvent?: (event: PublicationEvent) => void;
}

/**
 * Publishes one image as AMIs in many targets.
 *
 * @example
 * const plan = await publisher.plan({ stream: 'base/debian-12', leaf: '2026-11-22', targets });
 * const publication = publisher.start(plan, { signal });
 * for await (const event of publication.events) console.log(event.code);
 * const { ok, targets: results } = await publication.results;
 */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #parts: SessionParts;

  constructor(options: PublisherOptions) {
    this.#options = options;
    const { cloud, fleet } = options;
    this.#parts = { cloud, fleet, renewals: new Deadlines(cloud.clock) };
  }

  /**
   * Finds out what publishing would do. Changes nothing; a target that cannot be planned for is one of the plan's failures.
   *
   * @throws `INVALID_OPTION`, `STREAM_NOT_FOUND`, `IMAGE_NOT_FOUND`, `IMAGE_SERVER_UNREACHABLE`.
   */
  plan(options: PublishOptions, call: CallOptions = {}): Promise<PublicationPlan> {
    return makePlan(this.#options, options, { signal: shared(call.signal) });
  }

  /** Carries a plan out. Aborting the signal ends the work so that it can be resumed or rolled back. */
  start(plan: PublicationPlan, call: CallOptions = {}): Publication {
    return this.#run(plan, call, async () => {
      const journal = await this.#options.journals.create(plan.publicationId);
      await journal.append({ type: 'publication', version: 1, at: this.#now(), plan });
      return journal;
    });
  }

  /**
   * Finishes a publication that was cut short or failed: what is done is kept, what was begun is found again.
   *
   * @throws `PUBLICATION_NOT_FOUND`, `PUBLICATION_LOCKED`, `JOURNAL_DAMAGED`.
   */
  async resume(publicationId: string, call: CallOptions = {}): Promise<Publication> {
    const journal = await this.#options.journals.open(publicationId);
    return this.#run(planOf(journal.records, publicationId), call, async () => journal);
  }

  /**
   * Removes what a publication made, in reverse order, target by target. Published targets stay unless `force` is given.
   *
   * @throws `PUBLICATION_NOT_FOUND`, `PUBLICATION_LOCKED`, `JOURNAL_DAMAGED`.
   */
  async rollback(publicationId: string, options: RollbackOptions = {}): Promise<RollbackReport> {
    const journal = await this.#options.journals.open(publicationId);
    try {
      const plan = planOf(journal.records, publicationId);
      const isPublished = ({ target }: PlannedTarget) =>
        finalState(journal.records, targetKey(target)) === 'published';
      const kept = options.force ? [] : plan.targets.filter(isPublished);
      const planned = plan.targets.filter((one) => !kept.includes(one));
      if (options.dryRun) {
        return rollbackReport(
          publicationId,
          kept,
          undoableSteps(journal.records, planned),
          'would-roll-back',
        );
      }
      const emit = this.#emitter(publicationId, (event) => options.onEvent?.(event));
      const undone = await undoSteps({
        ...this.#runOptions(plan, planned, journal, emit),
        signal: shared(options.signal),
      });
      for (const { target, failures } of undone) {
        const status = failures.length === 0 ? 'rolled-back' : 'rollback-failed';
        await journal.append({ type: 'finished', at: this.#now(), target: targetKey(target), status });
      }
      return rollbackReport(publicationId, kept, undone);
    } finally {
      await journal.close();
    }
  }

  /**
   * Removes what a publication made as the tags in the targets show it: for a machine that does not have its journal. Published targets stay
   * unless `force` is given; so does, until its lease has run out, what a publication that still runs is making.
   */
  async rollbackByTags(
    publicationId: string,
    { targets, failures }: ResolvedTargets,
    options: RollbackOptions = {},
  ): Promise<RollbackReport> {
    const { cloud, fleet } = this.#options;
    const { dryRun = false, force = false } = options;
    const emit = this.#emitter(publicationId, (event) => options.onEvent?.(event));
    if (!dryRun)
      emit({
        code: 'PUB1003',
        message: 'what a last request may still bring shows up within a minute, and is waited for',
      });
    const settledAt = cloud.clock.now() + settlingMs;
    const signal = shared(options.signal);
    const common = { cloud, fleet, publicationId, dryRun, force, settledAt, signal, emit };
    const asked = await pMap(targets, (target) => rollbackByTags(common, target), {
      concurrency: defaultConcurrency,
    });
    const unresolved = failures.map(({ account, region, error }) => {
      return { account, region, status: 'failed' as const, undone: [], errors: [error.message] };
    });
    const all = [...asked, ...unresolved].sort(compareTargets);
    return { publicationId, ok: all.every(({ status }) => status !== 'failed'), targets: all };
  }

  #run(plan: PublicationPlan, call: CallOptions, openJournal: () => Promise<Journal>): Publication {
    const events = new EventStream();
    const emit = this.#emitter(plan.publicationId, (event) => events.push(event));
    const results = this.#execute(plan, call, openJournal, emit).finally(() => events.end());
    // Whoever reads the events first gets to the rejection later; it must not count as unhandled until then.
    results.catch(() => {});
    return { id: plan.publicationId, events, results };
  }

  async #execute(
    plan: PublicationPlan,
    call: CallOptions,
    openJournal: () => Promise<Journal>,
    emit: (event: EventBody) => void,
  ): Promise<PublicationResults> {
    const journal = await openJournal();
    try {
      const steps = publishSteps.map(({ name }) => name);
      emit({ code: 'PUB1001', targets: plan.targets.map(({ target }) => formatTarget(target)), steps });
      for (const message of plan.notices) emit({ code: 'PUB1003', message });
      const early = resultsOfPlan(plan);
      for (const result of early) emit(finishedEvent(result));
      const runOptions = this.#runOptions(plan, plan.targets, journal, emit);
      const runs = await runSteps({
        ...runOptions,
        signal: shared(call.signal),
        // A late request of a dead process of this publication may have taken the lease; another publication's is refused as held.
        isInterruption: ({ code }) => code === 'LEASE_LOST',
        onTargetStart: (target) => this.#finishUndoing(plan, target, journal, emit, shared(call.signal)),
        onTargetEnd: async (run) => {
          const result = resultOfRun(run, plannedOf(plan, targetKey(run.target)));
          await journal.append({
            type: 'finished',
            at: this.#now(),
            target: targetKey(run.target),
            status: result.status,
          });
          emit(finishedEvent(result));
          for (const shared of consumersOfRun(plan, run, result)) emit(finishedEvent(shared));
        },
      });
      const late = runs.flatMap((run) => {
        const result = resultOfRun(run, plannedOf(plan, targetKey(run.target)));
        return [result, ...consumersOfRun(plan, run, result)];
      });
      const results = publicationResults(plan, [...early, ...late]);
      emit({ code: 'PUB1002', counts: countByStatus(results.targets) });
      return results;
    } finally {
      await journal.close();
    }
  }

  /** A step that a rollback has undone by half must not be taken for done: the rollback is finished first, and all begins anew. */
  async #finishUndoing(
    plan: PublicationPlan,
    target: Target,
    journal: Journal,
    emit: (event: EventBody) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const key = targetKey(target);
    if (!isHalfUndone(journal.records, key)) return;
    const [undone] = await undoSteps({
      ...this.#runOptions(plan, [plannedOf(plan, key)], journal, emit),
      signal,
    });
    const failure = undone?.failures[0];
    if (failure !== undefined) throw failure.error;
    await journal.append({ type: 'finished', at: this.#now(), target: key, status: 'rolled-back' });
  }

  #runOptions(
    plan: PublicationPlan,
    planned: readonly PlannedTarget[],
    journal: Journal,
    emit: (event: EventBody) => void,
  ): Omit<RunOptions<PublishSession, PublishValues>, 'signal'> {
    const { cloud } = this.#options;
    return {
      targets: planned.map(({ target }) => target),
      steps: () => publishSteps,
      services: (target, work) =>
        PublishSession.open(plan, plannedOf(plan, targetKey(target)), this.#parts, work),
      journal,
      concurrency: plan.options.concurrency,
      clock: cloud.clock,
      logger: cloud.logger,
      emit,
    };
  }

  #emitter(publicationId: string, push: (event: PublicationEvent) => void): (event: EventBody) => void {
    return (event) => push({ ...event, at: this.#now(), publicationId } as PublicationEvent);
  }

  #now(): string {
    return new Date(this.#options.cloud.clock.now()).toISOString();
  }
}

/** Of each plan, its targets by key: a plan of a thousand is asked for each of them several times. */
const plannedTargets = new WeakMap<PublicationPlan, ReadonlyMap<string, PlannedTarget>>();

const plannedOf = (plan: PublicationPlan, key: string): PlannedTarget => {
  const byKey =
    plannedTargets.get(plan) ?? new Map(plan.targets.map((planned) => [targetKey(planned.target), planned]));
  plannedTargets.set(plan, byKey);
  const planned = byKey.get(key);
  if (planned === undefined) throw new TypeError(`${key} is not in the plan`);
  return planned;
};

const consumersOfRun = (
  plan: PublicationPlan,
  { target, values }: TargetRun<PublishValues>,
  result: TargetResult,
): TargetResult[] => resultsOfConsumers(result, plannedOf(plan, targetKey(target)), values.share);

const finishedEvent = (result: TargetResult): EventBody => ({
  code: 'PUB2002',
  target: formatTarget(result),
  status: result.status,
  durationMs: result.durationMs,
  ...('message' in result && { message: result.message }),
  ...('reason' in result && { message: result.reason }),
});

const countByStatus = (targets: readonly TargetResult[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { status } of targets) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};
