import { AmiPublisherError, toAmiPublisherError } from '@ami-publisher/base';
import type { Cloud, ResolvedTargets } from '../cloud/cloud.js';
import type { CallOptions } from '../cloud/ec2-api.js';
import { shared } from '../signals.js';
import type { EventBody, PublicationEvent } from '../steps/events.js';
import type { Journal, JournalRecord, JournalStore } from '../steps/journal.js';
import { journalDamaged } from '../steps/journal-lines.js';
import type { Json } from '../steps/json.js';
import { runSteps } from '../steps/run.js';
import type { AnyStep } from '../steps/step.js';
import { undoSteps } from '../steps/undo.js';
import { defaultConcurrency } from '../target/concurrency.js';
import { formatTarget, type Target, targetKey } from '../target/target.js';
import type { UnpackerFleet } from '../unpacker/fleet.js';
import { type AnyCommand, type Change, type ChangeServices, type Command, stepName } from './command.js';
import { isOperationId, makeOperationPlan, type OperationPlan, type PlannedChanges } from './plan.js';
import {
  byTarget,
  type OperationResults,
  type OperationTargetResult,
  operationResults,
  plannedResult,
  resultOfChanges,
  resultOfUndo,
} from './results.js';

export interface OperationsOptions {
  readonly cloud: Cloud;
  /** Where operations are written down, so that they can be resumed and undone. */
  readonly journals: JournalStore;
  /** Called once a command asks unpackers. */
  readonly fleet: () => UnpackerFleet;
  /** The commands that a journal may be of. */
  readonly commands: readonly AnyCommand[];
}

export interface ChangeOptions extends CallOptions {
  /** Says what would be done, and does nothing. @default false */
  readonly dryRun?: boolean | undefined;
  /** Asked before anything is destroyed; whoever does not want it throws. @default agreed */
  readonly confirm?: ((plan: OperationPlan) => Promise<void>) | undefined;
  readonly onEvent?: ((event: PublicationEvent) => void) | undefined;
  /** How many targets at once. @default 1,024 */
  readonly concurrency?: number | undefined;
}

type Values = Readonly<Record<string, Json>>;

/** Carries commands out: plan, consent, journal, changes, one result per target. */
export class Operations {
  readonly #options: OperationsOptions;

  constructor(options: OperationsOptions) {
    this.#options = options;
  }

  get cloud(): Cloud {
    return this.#options.cloud;
  }

  /** Plans and does what a command is for. Targets and changes that fail are data. @throws what `confirm` throws. */
  async run<Request, C extends Change, Done extends Json>(
    command: Command<Request, C, Done>,
    targets: ResolvedTargets,
    request: Request,
    options: ChangeOptions = {},
  ): Promise<OperationResults> {
    const { cloud, fleet } = this.#options;
    const signal = shared(options.signal);
    const { concurrency = defaultConcurrency } = options;
    const plan = await makeOperationPlan(command, { cloud, fleet, targets, signal, concurrency }, request);
    const isIdle = plan.targets.every(({ changes }) => changes.length === 0);
    if (options.dryRun === true || isIdle)
      return operationResults(
        plan,
        { ...notUndoable, dryRun: options.dryRun === true },
        plan.targets.map(plannedResult),
      );
    if (command.destroys) await options.confirm?.(plan);
    const journal = await this.#options.journals.create(plan.operationId);
    try {
      const at = new Date(cloud.clock.now()).toISOString();
      await journal.append({ type: 'operation', version: 1, at, plan });
      return await this.#carryOut(command, plan, journal, { ...options, signal });
    } finally {
      await journal.close();
    }
  }

  /**
   * Finishes an operation that was cut short or failed: what is done is kept.
   *
   * @throws `PUBLICATION_NOT_FOUND`, `PUBLICATION_LOCKED`, `JOURNAL_DAMAGED`.
   */
  async resume(operationId: string, options: ChangeOptions = {}): Promise<OperationResults> {
    return this.#reopened(operationId, (command, plan, journal) =>
      this.#carryOut(command, plan, journal, { ...options, signal: shared(options.signal) }),
    );
  }

  /**
   * Takes back what an operation did, the last change of a target first.
   *
   * @throws `PUBLICATION_NOT_FOUND`, `PUBLICATION_LOCKED`, `JOURNAL_DAMAGED`, `INVALID_OPTION` for a command that cannot be undone.
   */
  async undo(operationId: string, options: ChangeOptions = {}): Promise<OperationResults> {
    return this.#reopened(operationId, async (command, plan, journal) => {
      if (command.undo === undefined) throw cannotBeUndone(command, operationId);
      const planned = byTarget(plan);
      const engine = this.#engineOptions(command, plan, journal, {
        ...options,
        signal: shared(options.signal),
      });
      const results = (await undoSteps(engine)).map((undo) =>
        resultOfUndo(planned.get(targetKey(undo.target))!, undo),
      );
      return operationResults({ ...plan, failures: [] }, notUndoable, results);
    });
  }

  async #carryOut(
    command: AnyCommand,
    plan: OperationPlan,
    journal: Journal,
    options: ChangeOptions & { readonly signal: AbortSignal },
  ): Promise<OperationResults> {
    const planned = byTarget(plan);
    const results: OperationTargetResult[] = plan.targets
      .filter(({ changes }) => changes.length === 0)
      .map(plannedResult);
    const engine = this.#engineOptions(command, plan, journal, options);
    engine.emit({ code: 'PUB1001', targets: engine.targets.map(formatTarget), steps: [] });
    await runSteps({
      ...engine,
      independent: command.changesAtOnce ?? 1,
      onTargetEnd: async (run) => {
        const result = resultOfChanges(planned.get(targetKey(run.target))!, run);
        results.push(result);
        const { status, durationMs } = result;
        engine.emit({ code: 'PUB2002', target: formatTarget(run.target), status, durationMs });
      },
    });
    return operationResults(plan, { dryRun: false, undoable: command.undo !== undefined }, results);
  }

  #engineOptions(
    command: AnyCommand,
    plan: OperationPlan,
    journal: Journal,
    { signal, onEvent }: ChangeOptions & { readonly signal: AbortSignal },
  ) {
    const { cloud, fleet } = this.#options;
    const planned = byTarget(plan);
    const { clock, logger } = cloud;
    return {
      targets: plan.targets.filter(({ changes }) => changes.length > 0).map(({ target }) => target),
      steps: (target: Target) => stepsOf(command, planned.get(targetKey(target))),
      services: async (target: Target): Promise<ChangeServices> => ({
        ...{ cloud, fleet, ec2: await cloud.ec2(target), poller: await cloud.poller(target) },
        close: async () => {},
      }),
      ...{ journal, clock, logger, signal, concurrency: plan.concurrency },
      emit: (event: EventBody) => {
        const at = new Date(clock.now()).toISOString();
        onEvent?.({ ...event, at, publicationId: plan.operationId } as PublicationEvent);
      },
    };
  }

  async #reopened<T>(
    operationId: string,
    work: (command: AnyCommand, plan: OperationPlan, journal: Journal) => Promise<T>,
  ): Promise<T> {
    const journal = await this.#options.journals.open(operationId);
    try {
      const plan = planIn(journal.records, operationId);
      const command = this.#options.commands.find(({ name }) => name === plan.command);
      if (command === undefined)
        throw journalDamaged(`there is no command ${plan.command} to go on with`, operationId);
      return await work(command, plan, journal);
    } finally {
      await journal.close();
    }
  }
}

const stepsOf = (
  command: AnyCommand,
  planned: PlannedChanges | undefined,
): AnyStep<ChangeServices, Values>[] =>
  (planned?.changes ?? []).map((change) => ({
    name: stepName(change),
    title: `${change.text.charAt(0).toUpperCase()}${change.text.slice(1)}`,
    timeoutMs: command.timeoutMs,
    run: (context) => command.run(context, change),
    ...(command.undo !== undefined && {
      undo: (context, done) => command.undo!(context, change, done),
    }),
  }));

const planIn = (records: readonly JournalRecord[], operationId: string): OperationPlan => {
  const [first] = records;
  if (first?.type === 'operation') return first.plan as OperationPlan;
  throw journalDamaged(`the journal of ${operationId} does not begin with its plan`, operationId);
};

const notUndoable = { dryRun: false, undoable: false };

/** The plans of all operations that there are journals of, the newest first, and an error for each that cannot be read. */
export const listOperations = async (
  journals: JournalStore,
): Promise<{ readonly found: OperationPlan[]; readonly damaged: AmiPublisherError[] }> => {
  const found: OperationPlan[] = [];
  const damaged: AmiPublisherError[] = [];
  for (const id of await journals.list()) {
    if (!isOperationId(id)) continue;
    try {
      found.push(planIn(await journals.read(id), id));
    } catch (reason) {
      damaged.push(toAmiPublisherError(reason));
    }
  }
  return { found, damaged };
};

const cannotBeUndone = ({ name }: AnyCommand, operationId: string): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `what ${name} does cannot be undone`,
    resource: operationId,
  });
