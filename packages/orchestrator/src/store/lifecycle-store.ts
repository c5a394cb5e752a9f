import { randomUUID } from 'node:crypto';
import { AmiPublisherError, type Clock } from '@ami-publisher/base';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { JobQueue } from '../jobs/job-queue.js';
import { Draft, distinct } from '../lifecycles/draft.js';
import { lookupRows } from '../lifecycles/lookup.js';
import {
  type Attempt,
  type Lifecycle,
  type LifecycleState,
  type Patch,
  runningAttempt,
} from '../lifecycles/state.js';
import { afterBuild, formatVersion, parseVersion } from '../lifecycles/versions.js';
import { columns } from './columns.js';
import { asDatabaseError } from './database.js';
import { type AlsoTold, writeNotice } from './notices.js';
import { addRevision } from './revisions.js';
import type { Tables } from './tables.js';

/** What a request or a worker did, for the audit log. */
export interface AuditEntry {
  /** Name of the key; null for one that was refused. */
  readonly actor: string | null;
  readonly operation: string;
  readonly lifecycleId: string | null;
  /** HTTP status of the answer. */
  readonly status: number;
  readonly code: string | null;
}

export interface LifecycleStoreOptions {
  readonly db: Kysely<Tables>;
  readonly clock: Clock;
  /** Version of the first AMI of a stack tag. */
  readonly versionSeed: string;
  /** Channels of notices beside those that the lifecycle names. @default none */
  readonly alsoTold?: AlsoTold | undefined;
}

/** What decisions get beside the draft: the version of a new build, each given once. */
export interface DecisionTools {
  readonly takeVersion: () => Promise<string>;
}

export interface LifecycleStoreOptions {
  readonly db: Kysely<Tables>;
  readonly clock: Clock;
  /** Version of the first AMI of a stack tag. */
  readonly versionSeed: string;
  /** Gets a job for each attempt that begins. */
  readonly jobs: Pick<JobQueue, 'add' | 'wake'>;
}

/**
 * Lifecycles in a database. A change is one transaction under a lock on the lifecycle: it reads everything, decides, and writes what the decision
 * changed, with its notices, lookup rows, job and audit entry.
 */
export class LifecycleStore {
  readonly #db: Kysely<Tables>;
  readonly #clock: Clock;
  readonly #versionSeed: string;
  readonly #jobs: LifecycleStoreOptions['jobs'];
  readonly #alsoTold: AlsoTold;

  constructor(options: LifecycleStoreOptions) {
    this.#db = options.db;
    this.#clock = options.clock;
    this.#versionSeed = options.versionSeed;
    this.#jobs = options.jobs;
    this.#alsoTold = options.alsoTold ?? (() => []);
  }

  /** Stores a new lifecycle. */
  async insert(draft: Draft, audit: AuditEntry): Promise<void> {
    await this.#transaction(async (transaction) => {
      await transaction.insertInto('lifecycles').values(columns(draft.state.lifecycle)).execute();
      await this.#write(transaction, draft);
      await this.#audit(transaction, audit);
    });
    if (begun(draft) !== undefined) this.#jobs.wake();
  }

  /**
   * Changes a lifecycle as `decide` says; nothing, if it throws.
   *
   * @returns what `decide` returned, and the lifecycle as it is now.
   * @throws `LIFECYCLE_NOT_FOUND`, `DATABASE_UNREACHABLE`, and what `decide` throws.
   */
  async change<T>(
    lifecycleId: string,
    decide: (draft: Draft, tools: DecisionTools) => Promise<T> | T,
    audit?: AuditEntry,
  ): Promise<{ readonly value: T; readonly draft: Draft }> {
    const changed = await this.#transaction(async (transaction) => {
      const state = await locked(transaction, lifecycleId);
      const draft = new Draft(state);
      const takeVersion = () => this.#takeVersion(transaction, state.lifecycle.stackTag);
      const value = await decide(draft, { takeVersion });
      if (draft.lifecycleChanged) {
        const { id, ...fields } = columns(draft.state.lifecycle);
        await transaction.updateTable('lifecycles').set(fields).where('id', '=', id).execute();
      }
      await this.#write(transaction, draft);
      if (audit !== undefined) await this.#audit(transaction, audit);
      return { value, draft };
    });
    if (begun(changed.draft) !== undefined) this.#jobs.wake();
    return changed;
  }

  /** @throws `LIFECYCLE_NOT_FOUND`. */
  async load(lifecycleId: string): Promise<LifecycleState> {
    return this.#transaction(async (transaction) => {
      const rows = await transaction
        .selectFrom('lifecycles')
        .selectAll()
        .where('id', '=', lifecycleId)
        .execute();
      return theOne(lifecycleId, await statesOf(transaction, rows));
    });
  }

  /** Removes a lifecycle and everything that belongs to it, unless `check` throws. @throws `LIFECYCLE_NOT_FOUND`. */
  async remove(
    lifecycleId: string,
    check: (state: LifecycleState) => void,
    audit: AuditEntry,
  ): Promise<void> {
    await this.#transaction(async (transaction) => {
      check(await locked(transaction, lifecycleId));
      await transaction.deleteFrom('lifecycles').where('id', '=', lifecycleId).execute();
      await this.#audit(transaction, audit);
    });
  }

  /** Writes down what was refused. */
  async audit(entry: AuditEntry): Promise<void> {
    await this.#transaction((transaction) => this.#audit(transaction, entry));
  }

  async #write(transaction: Transaction<Tables>, draft: Draft): Promise<void> {
    const { lifecycle } = draft.state;
    for (const patch of draft.changedPatches.map(columns)) {
      const upsert = transaction.insertInto('patches').values(patch);
      await upsert.onConflict((on) => on.columns(['lifecycleId', 'number']).doUpdateSet(patch)).execute();
    }
    for (const attempt of draft.changedAttempts.map(columns)) {
      const upsert = transaction.insertInto('attempts').values(attempt);
      await upsert.onConflict((on) => on.column('id').doUpdateSet(attempt)).execute();
    }
    const attempt = begun(draft);
    if (attempt !== undefined)
      await this.#jobs.add({ lifecycleId: lifecycle.id, attemptId: attempt.id }, transaction);
    await addRevision(transaction, lifecycle.id);
    const at = new Date(this.#clock.now());
    for (const notice of draft.notices) {
      const channels = distinct([...notice.channels, ...this.#alsoTold(notice, lifecycle)]);
      await writeNotice(transaction, { ...notice, channels }, lifecycle.id, at);
    }
    if (draft.changedAttempts.some(({ result }) => result !== null)) {
      await writeLookup(transaction, draft.state, at);
    }
  }

  async #audit(transaction: Transaction<Tables>, entry: AuditEntry): Promise<void> {
    await transaction
      .insertInto('audit')
      .values({ ...entry, at: new Date(this.#clock.now()) })
      .execute();
  }

  /** The row is locked until the transaction ends, so that no two builds get one version. */
  async #takeVersion(transaction: Transaction<Tables>, stackTag: string): Promise<string> {
    const seed = { stackTag, amiSemver: this.#versionSeed };
    await transaction
      .insertInto('semverSeeds')
      .values(seed)
      .onConflict((on) => on.doNothing())
      .execute();
    const { amiSemver } = await transaction
      .selectFrom('semverSeeds')
      .select('amiSemver')
      .where('stackTag', '=', stackTag)
      .forUpdate()
      .executeTakeFirstOrThrow();
    const version = parseVersion(amiSemver) ?? [1, 0, 0];
    const next = { amiSemver: formatVersion(afterBuild(version)) };
    await transaction.updateTable('semverSeeds').set(next).where('stackTag', '=', stackTag).execute();
    return amiSemver;
  }

  async #transaction<T>(work: (transaction: Transaction<Tables>) => Promise<T>): Promise<T> {
    try {
      return await this.#db.transaction().execute(work);
    } catch (reason) {
      throw asDatabaseError(reason);
    }
  }
}

/** The attempt that a draft begins. */
const begun = ({ changedAttempts, state }: Draft): Attempt | undefined => {
  const running = runningAttempt(state);
  return running !== undefined && changedAttempts.includes(running) ? running : undefined;
};

const writeLookup = async (
  transaction: Transaction<Tables>,
  state: LifecycleState,
  at: Date,
): Promise<void> => {
  for (const found of lookupRows(state)) {
    const row = { ...columns(found), lastModified: at };
    await transaction
      .insertInto('amiLookup')
      .values({ ...row, lookupId: randomUUID() })
      .onConflict((on) => on.columns(['lifecycleId', 'patchNumber', 'amiId', 'awsRegion']).doUpdateSet(row))
      .execute();
  }
};

/** All but what is for sorting and for claims only. */
export const attemptColumns = [
  'id',
  'lifecycleId',
  'patchNumber',
  'event',
  'number',
  'status',
  'actor',
  'input',
  'requestProperties',
  'result',
  'error',
  'startedAt',
  'heartbeatAt',
  'endedAt',
] as const satisfies readonly (keyof Attempt)[];

/** Rows of lifecycles with their patches and attempts, in the order of the rows. */
export const statesOf = async (
  db: Kysely<Tables>,
  lifecycles: readonly Selectable<Tables['lifecycles']>[],
): Promise<readonly LifecycleState[]> => {
  if (lifecycles.length === 0) return [];
  const ids = lifecycles.map(({ id }) => id);
  const patches: readonly Patch[] = await db
    .selectFrom('patches')
    .selectAll()
    .where('lifecycleId', 'in', ids)
    .orderBy('number')
    .execute();
  const attempts: readonly Attempt[] = await db
    .selectFrom('attempts')
    .select(attemptColumns)
    .where('lifecycleId', 'in', ids)
    .orderBy('sequence')
    .execute();
  const patchesById = byLifecycle(patches);
  const attemptsById = byLifecycle(attempts);
  return lifecycles.map((lifecycle: Lifecycle) => ({
    lifecycle,
    patches: patchesById.get(lifecycle.id) ?? [],
    attempts: attemptsById.get(lifecycle.id) ?? [],
  }));
};

const byLifecycle = <Row extends { readonly lifecycleId: string }>(
  rows: readonly Row[],
): ReadonlyMap<string, Row[]> => {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.lifecycleId);
    if (group === undefined) groups.set(row.lifecycleId, [row]);
    else group.push(row);
  }
  return groups;
};

/** A lifecycle that nobody else can change before the transaction ends. */
const locked = async (transaction: Transaction<Tables>, lifecycleId: string): Promise<LifecycleState> => {
  const rows = transaction.selectFrom('lifecycles').selectAll().where('id', '=', lifecycleId).forUpdate();
  return theOne(lifecycleId, await statesOf(transaction, await rows.execute()));
};

const theOne = (lifecycleId: string, [state]: readonly LifecycleState[]): LifecycleState => {
  if (state === undefined) throw notFound(lifecycleId);
  return state;
};

const notFound = (lifecycleId: string): AmiPublisherError =>
  new AmiPublisherError('LIFECYCLE_NOT_FOUND', {
    message: `there is no lifecycle ${lifecycleId}`,
    resource: lifecycleId,
  });
