import { randomUUID } from 'node:crypto';
import { AmiPublisherError, type Clock, isAmiPublisherError } from '@ami-publisher/base';
import type {
  ApproveRequest,
  CertifyRequest,
  CreatePatchRequest,
  CreateRequest,
  LifecycleEvent,
  LifecycleType,
  UpdatePatchRequest,
  UpdateRequest,
} from '@ami-publisher/core';
import type { JobQueue } from '../jobs/job-queue.js';
import { timeoutText } from '../rules/messages.js';
import { requireIdle } from '../rules/order.js';
import type { AttemptClaims } from '../store/attempt-claims.js';
import type { AuditEntry, LifecycleStore } from '../store/lifecycle-store.js';
import {
  decideApprove,
  decideCancel,
  decideCertify,
  decideCreate,
  decideRetry,
  decideUpdate,
} from './decisions.js';
import type { DecisionContext, Draft } from './draft.js';
import { breakAttempt, finishAttempt, type Verdict } from './finish-attempt.js';
import { currentPatchTrack, decideCreatePatch, decideUpdatePatch } from './patch-decisions.js';
import { type Pins, pinRunning } from './pins.js';
import { executionName } from './record.js';
import {
  type Attempt,
  creation,
  isCompleted,
  type LifecycleState,
  type RequestedEvent,
  type Track,
} from './state.js';

const exporting = 'QA_CERTIFICATION_REQUEST';

/** Who asks. */
export interface Caller {
  /** Name of the key. */
  readonly name: string;
  /** What is asked for, for the audit log. */
  readonly operation: string;
}

/** What a write came to. */
export interface Written {
  readonly state: LifecycleState;
  /** Events that were asked for and are completed already. */
  readonly skipped: readonly LifecycleEvent[];
}

export interface LifecycleServiceOptions {
  readonly store: LifecycleStore;
  readonly claims: AttemptClaims;
  readonly queue: Pick<JobQueue, 'takeBack'>;
  readonly clock: Clock;
  /** Whether there is an executor for an event. */
  readonly canRun: (event: LifecycleEvent) => boolean;
  /** How long an attempt may take, ms. */
  readonly attemptLimitMs: number;
  /** How long an attempt may be silent, ms. */
  readonly silenceLimitMs: number;
  /** Whether whoever asked for an AMI may not approve it. */
  readonly fourEyes: boolean;
  /** Says what a build that is asked for stands for, or refuses it, by throwing. @default it is left to the executor */
  readonly pinBuild?: PinBuild | undefined;
  /** The same of a patch. @default it is left to the executor */
  readonly pinPatch?: PinPatch | undefined;
  /** Refuses an export for QA before it is begun, by throwing. @default none is refused */
  readonly checkExport?: CheckExport | undefined;
}

/** Finds out what a new lifecycle is built of. */
export type PinBuild = (state: LifecycleState) => Promise<Pins>;

/** Looks at the component of a patch that is asked for. */
export type PinPatch = (state: LifecycleState, componentUrl: string) => Promise<Pins>;

/** Looks whether the AMI of a lifecycle could be exported for QA. */
export type CheckExport = (state: LifecycleState) => Promise<void>;

/** Everything that can be done to lifecycles, whoever asks. Each method is one transaction, which hands work that it begins to the queue. */
export class LifecycleService {
  readonly #options: LifecycleServiceOptions;

  constructor(options: LifecycleServiceOptions) {
    this.#options = options;
  }

  /** @throws `LIFECYCLE_NOT_FOUND`. */
  load(lifecycleId: string): Promise<LifecycleState> {
    return this.#options.store.load(lifecycleId);
  }

  /** @throws what `decideCreate` does, `checkExport` and `pinBuild`. */
  async create(request: CreateRequest, caller: Caller): Promise<Written> {
    const draft = decideCreate(request, this.#context(caller.name));
    await this.#checkExport(request.events, async () => draft.state);
    pinRunning(draft, (await this.#options.pinBuild?.(draft.state)) ?? {});
    await this.#options.store.insert(draft, auditOf(caller, draft.state.lifecycle.id));
    return { state: draft.state, skipped: [] };
  }

  /** @throws what `checkExport` does, and `decideUpdate`, `LIFECYCLE_NOT_FOUND` and `STACK_TAG_MISMATCH`, as all that follow. */
  async update(request: UpdateRequest, caller: Caller): Promise<Written> {
    await this.#checkExport(request.events, () => this.load(request.lifecycle_id));
    return this.#ask(request, caller, (draft, context) => decideUpdate(draft, request, context));
  }

  certify(request: CertifyRequest, caller: Caller): Promise<Written> {
    return this.#ask(
      request,
      caller,
      skippingNothing((draft, context) => decideCertify(draft, request, context)),
    );
  }

  /** @throws `OPERATION_NOT_ALLOWED` if four eyes are asked for and these are the same two. */
  approve(type: LifecycleType, request: ApproveRequest, caller: Caller): Promise<Written> {
    const decide = skippingNothing((draft, context) => {
      const track = type === 'ami-creation' ? creation : currentPatchTrack(draft.state);
      this.#requireOtherEyes(draft.state, track, caller.name);
      decideApprove(draft, track, request, context);
    });
    return this.#ask(request, caller, decide);
  }

  /** @throws what `pinPatch` does, and `decideCreatePatch`. */
  async createPatch(request: CreatePatchRequest, caller: Caller): Promise<Written> {
    const { pinPatch } = this.#options;
    const { patch_component_url: url } = request.properties;
    const pins = pinPatch === undefined ? {} : await pinPatch(await this.load(request.lifecycle_id), url);
    const decide = skippingNothing((draft, context) => {
      decideCreatePatch(draft, request, context);
      pinRunning(draft, pins);
    });
    return this.#ask(request, caller, decide);
  }

  updatePatch(request: UpdatePatchRequest, caller: Caller): Promise<Written> {
    return this.#ask(request, caller, (draft, context) => decideUpdatePatch(draft, request, context));
  }

  cancel(lifecycleId: string, caller: Caller): Promise<Written> {
    return this.#ask({ lifecycle_id: lifecycleId }, caller, skippingNothing(decideCancel));
  }

  retry(lifecycleId: string, caller: Caller): Promise<Written> {
    return this.#ask({ lifecycle_id: lifecycleId }, caller, skippingNothing(decideRetry));
  }

  /** Removes a lifecycle with all that is known of it; its AMIs stay. @throws `EVENT_RUNNING`. */
  async remove(lifecycleId: string, caller: Caller): Promise<void> {
    await this.#options.store.remove(lifecycleId, requireIdle, auditOf(caller, lifecycleId));
  }

  /** Takes the result of an attempt. @throws `ATTEMPT_OUTDATED` unless it is in progress. */
  async finishAttempt(lifecycleId: string, attemptId: string, verdict: Verdict): Promise<void> {
    await this.#options.store.change(lifecycleId, (changed, { takeVersion }) => {
      const asked = changed.state.attempts.find(({ id }) => id === attemptId);
      return finishAttempt(changed, attemptId, verdict, takeVersion, this.#context(asked?.actor ?? ''));
    });
  }

  /** Ends an attempt that came to no result. @throws `ATTEMPT_OUTDATED` unless it is in progress. */
  async breakAttempt(lifecycleId: string, attemptId: string, error: string): Promise<void> {
    await this.#break(lifecycleId, attemptId, 'ERROR', error);
  }

  /**
   * Puts attempts that nobody has been heard to work on back into the queue, and ends those that take too long or have been put back too often.
   *
   * @returns ids of those that were put back
   */
  async endOverdue(): Promise<readonly string[]> {
    const { claims, queue, clock, attemptLimitMs, silenceLimitMs } = this.#options;
    const startedBefore = new Date(clock.now() - attemptLimitMs);
    const heardBefore = new Date(clock.now() - silenceLimitMs);
    const takenBack = await queue.takeBack(heardBefore);
    for (const attempt of await claims.overdue(startedBefore, heardBefore)) {
      const minutes = Math.round(attemptLimitMs / 60_000);
      await this.#endOverdue(
        attempt,
        attempt.startedAt < startedBefore
          ? ['ERROR_EVENT_TIMEOUT', timeoutText(minutes, executionName(attempt))]
          : ['ERROR', `nobody has been heard to work on it since ${attempt.heartbeatAt.toISOString()}`],
      );
    }
    return takenBack;
  }

  async #endOverdue(
    { lifecycleId, id }: Attempt,
    [status, error]: readonly ['ERROR' | 'ERROR_EVENT_TIMEOUT', string],
  ): Promise<void> {
    try {
      await this.#break(lifecycleId, id, status, error);
    } catch (reason) {
      // It ended meanwhile, or another replica was first.
      if (!isAmiPublisherError(reason) || !endedMeanwhile.has(reason.code)) throw reason;
    }
  }

  async #break(
    lifecycleId: string,
    attemptId: string,
    status: 'ERROR' | 'ERROR_EVENT_TIMEOUT',
    error: string,
  ): Promise<void> {
    await this.#options.store.change(lifecycleId, (draft) =>
      breakAttempt(draft, attemptId, { status, error }, this.#context('')),
    );
  }

  async #checkExport(events: readonly RequestedEvent[], load: () => Promise<LifecycleState>): Promise<void> {
    const { checkExport } = this.#options;
    if (checkExport === undefined || !events.some(({ name, enabled }) => enabled && name === exporting))
      return;
    const state = await load();
    if (!isCompleted(state, creation, exporting)) await checkExport(state);
  }

  async #ask(
    request: { readonly lifecycle_id: string; readonly stack_tag?: string },
    caller: Caller,
    decide: Decide<readonly LifecycleEvent[]>,
  ): Promise<Written> {
    const { value, draft } = await this.#options.store.change(
      request.lifecycle_id,
      (changed) => {
        requireStackTag(changed.state, request.stack_tag);
        return decide(changed, this.#context(caller.name));
      },
      auditOf(caller, request.lifecycle_id),
    );
    return { state: draft.state, skipped: value };
  }

  #context(actor: string): DecisionContext {
    const { clock, canRun } = this.#options;
    return { now: new Date(clock.now()), newId: randomUUID, actor, canRun };
  }

  #requireOtherEyes(state: LifecycleState, track: Track, approver: string): void {
    const patch = state.patches.find(({ number }) => number === track.patchNumber);
    const requester = patch?.createdBy ?? state.lifecycle.createdBy;
    if (!this.#options.fourEyes || requester !== approver) return;
    throw new AmiPublisherError('OPERATION_NOT_ALLOWED', {
      message: `${approver} asked for this AMI and may not approve it as well`,
      remedy: 'have somebody else approve it',
    });
  }
}

type Decide<T> = (draft: Draft, context: DecisionContext) => T;

const skippingNothing =
  (decide: Decide<void>): Decide<readonly LifecycleEvent[]> =>
  (draft, context) => {
    decide(draft, context);
    return [];
  };

const endedMeanwhile: ReadonlySet<string> = new Set(['ATTEMPT_OUTDATED', 'LIFECYCLE_NOT_FOUND']);

const auditOf = ({ name, operation }: Caller, lifecycleId: string): AuditEntry => ({
  actor: name,
  operation,
  lifecycleId,
  status: 200,
  code: null,
});

const requireStackTag = ({ lifecycle }: LifecycleState, stackTag: string | undefined): void => {
  if (stackTag === undefined || stackTag === lifecycle.stackTag) return;
  throw new AmiPublisherError('STACK_TAG_MISMATCH', {
    message: `lifecycle ${lifecycle.id} belongs to the stack tag ${lifecycle.stackTag}, not to ${stackTag}`,
    resource: lifecycle.id,
  });
};
