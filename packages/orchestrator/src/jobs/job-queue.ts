import { AmiPublisherError, type Clock, type Logger } from '@ami-publisher/base';
import { type Kysely, sql } from 'kysely';
import type PgBoss from 'pg-boss';
import type { Tables } from '../store/tables.js';
import { bossOn, jobsSchema, queueName, sqlOn } from './boss.js';
import { handOvers, longestExpiryMs } from './job-rules.js';

/** An attempt to be worked on; whoever does looks up the rest. */
export interface Job {
  readonly lifecycleId: string;
  readonly attemptId: string;
}

/**
 * How working on a job went: it is over, it is to be taken up again at once, or it is left as it is, because somebody else has it or because it is to
 * be taken back after a while.
 */
export type JobOutcome = 'done' | 'again' | 'left';

/** Works on a job. It does not fail. */
export type JobHandler = (job: Job, signal: AbortSignal) => Promise<JobOutcome>;

export interface JobQueueOptions {
  readonly db: Kysely<Tables>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How many jobs to work on at once. */
  readonly concurrency: number;
  /** How long a job may take, ms. */
  readonly jobLimitMs: number;
  /** Between two looks for jobs of other processes, ms. */
  readonly pollMs: number;
}

/**
 * A queue of attempts in the database, of which any number of processes take. A job is stored with its attempt, in one transaction, and has the
 * attempt's id. It is worked on by one process at a time; what that one does not end is taken up by another.
 */
export class JobQueue {
  readonly #options: JobQueueOptions;
  readonly #boss: PgBoss;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #polling: Promise<void> = Promise.resolve();
  #pause = new AbortController();

  private constructor(options: JobQueueOptions, boss: PgBoss) {
    this.#options = options;
    this.#boss = boss;
  }

  /** A queue whose jobs nobody in this process takes yet. */
  static async open(options: JobQueueOptions): Promise<JobQueue> {
    const boss = bossOn(options.db, options);
    await boss.start();
    return new JobQueue(options, boss);
  }

  /** Adds a job, in the transaction that begins its attempt: there are both or none. */
  async add(job: Job, transaction: Kysely<Tables>): Promise<void> {
    await this.#boss.send(queueName, job, {
      id: job.attemptId,
      retryLimit: handOvers,
      retryDelay: 0,
      expireInSeconds: Math.ceil(Math.min(this.#options.jobLimitMs, longestExpiryMs) / 1_000),
      db: sqlOn(transaction),
    });
  }

  /** Looks for jobs at once, since some were added. */
  wake(): void {
    this.#pause.abort();
  }

  /** Begins to take jobs. */
  work(handle: JobHandler): void {
    this.#polling = this.#poll(handle);
  }

  /**
   * Puts jobs back of whose attempts nothing was heard since an instant, for whoever takes them up; after so many times they are not taken up
   * any more.
   *
   * @returns ids of their attempts
   */
  async takeBack(heardBefore: Date): Promise<readonly string[]> {
    const { db, clock } = this.#options;
    const now = new Date(clock.now());
    return db.transaction().execute(async (transaction) => {
      const { rows } = await sql<{ id: string }>`
        update attempts set heartbeat_at = ${now}, worker = null where id in (
          select a.id from attempts a join ${sql.table(`${jobsSchema}.job`)} j on j.id = a.id
          where j.name = ${queueName} and j.state = 'active' and greatest(a.heartbeat_at, j.started_on) < ${heardBefore}
          for update of a skip locked
        ) returning id`.execute(transaction);
      const ids = rows.map(({ id }) => id);
      const why = { message: 'nobody was heard to work on it' };
      for (const id of ids) await this.#boss.fail(queueName, id, why, { db: sqlOn(transaction) });
      return ids;
    });
  }

  /** Takes no more jobs, aborts those that run, waits for them, and leaves what is not over to others. */
  async close(): Promise<void> {
    this.#closing.abort(new AmiPublisherError('CANCELLED', { message: 'the server was stopped' }));
    await this.#polling;
    await Promise.all(this.#running);
    await this.#boss.stop({ graceful: false });
  }

  async #poll(handle: JobHandler): Promise<void> {
    const { clock, concurrency, pollMs } = this.#options;
    const closing = this.#closing.signal;
    while (!closing.aborted) {
      // Made before looking, so that nothing is missed that comes meanwhile.
      this.#pause = new AbortController();
      const pause = AbortSignal.any([this.#pause.signal, closing]);
      const free = concurrency - this.#running.size;
      const jobs = free > 0 ? await this.#boss.fetch<Job>(queueName, { batchSize: free }) : [];
      for (const { data } of jobs) this.#start(data, handle);
      await clock.sleep(pollMs, pause).catch(() => {
        // Woken; the loop sees whether it is to end.
      });
    }
  }

  #start(job: Job, handle: JobHandler): void {
    const run = this.#run(job, handle).finally(() => {
      this.#running.delete(run);
      this.wake();
    });
    this.#running.add(run);
  }

  async #run(job: Job, handle: JobHandler): Promise<void> {
    const outcome = await handle(job, this.#closing.signal);
    try {
      if (outcome === 'done') await this.#boss.complete(queueName, job.attemptId);
      if (outcome === 'again')
        await this.#boss.fail(queueName, job.attemptId, { message: 'it was left to be taken up again' });
    } catch (error) {
      // It stays with this process, and is taken back from it as from one that died.
      this.#options.logger.error('how a job ended could not be stored', { ...job, error });
    }
  }
}
