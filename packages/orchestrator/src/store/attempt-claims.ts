import type { Clock } from '@ami-publisher/base';
import { type Kysely, sql } from 'kysely';
import { jobsSchema, queueName } from '../jobs/boss.js';
import type { Attempt } from '../lifecycles/state.js';
import { attemptColumns } from './lifecycle-store.js';
import type { Tables } from './tables.js';

/** How an attempt stands with a worker: it is to be worked on, it has ended, or it is another one's or gone. */
export type Claim = 'running' | 'ended' | 'lost';

/** Who works on which attempt, and when he was last heard of. The last who claims an attempt has it; those before learn it with their next sign of life. */
export class AttemptClaims {
  readonly #db: Kysely<Tables>;
  readonly #clock: Clock;

  constructor(db: Kysely<Tables>, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Makes an attempt that of a worker, whoever had it before. */
  async claim(attemptId: string, worker: string): Promise<Claim> {
    return claimOf(await this.#heard(attemptId, worker).execute());
  }

  /** Says that a worker is at work on an attempt, or cleans up after it. */
  async beat(attemptId: string, worker: string): Promise<Claim> {
    return claimOf(await this.#heard(attemptId, worker).where('worker', '=', worker).execute());
  }

  /** Attempts in progress that began before one instant, and those without a job that were last heard of before another. */
  async overdue(startedBefore: Date, heardBefore: Date): Promise<readonly Attempt[]> {
    const withoutJob = sql<boolean>`not exists (select from ${sql.table(`${jobsSchema}.job`)} j
      where j.name = ${queueName} and j.id = attempts.id and j.state < 'completed')`;
    return this.#db
      .selectFrom('attempts')
      .select(attemptColumns)
      .where('status', '=', 'RUNNING')
      .where((where) =>
        where.or([
          where('startedAt', '<', startedBefore),
          where.and([where('heartbeatAt', '<', heardBefore), withoutJob]),
        ]),
      )
      .orderBy('sequence')
      .execute();
  }

  #heard(attemptId: string, worker: string) {
    return this.#db
      .updateTable('attempts')
      .set({ heartbeatAt: new Date(this.#clock.now()), worker })
      .where('id', '=', attemptId)
      .returning('status');
  }
}

const claimOf = ([attempt]: readonly Pick<Attempt, 'status'>[]): Claim => {
  if (attempt === undefined) return 'lost';
  return attempt.status === 'RUNNING' ? 'running' : 'ended';
};
