import { AmiPublisherError, type Logger, silentLogger } from '@ami-publisher/base';
import { CompiledQuery, type Kysely } from 'kysely';
import PgBoss from 'pg-boss';
import type { Tables } from '../store/tables.js';

/** Schema of the database that pg-boss keeps for itself. */
export const jobsSchema = 'jobs';
/** The queue of attempts. */
export const queueName = 'attempts';

/** pg-boss on the connections that everything else uses; on a transaction, its jobs are part of that. */
export const sqlOn = (db: Kysely<Tables>): PgBoss.Db => {
  const plain = db.withoutPlugins();
  return {
    executeSql: async (text, values) => {
      if (values !== undefined) return rowsOf(plain, text, values);
      // Several statements with a transaction of their own: if one fails, the connection must not stay in it.
      return plain.connection().execute(async (connection) => {
        try {
          return await rowsOf(connection, text, []);
        } catch (reason) {
          await rowsOf(connection, 'rollback', []);
          throw reason;
        }
      });
    },
  };
};

const rowsOf = async (db: Kysely<Tables>, text: string, values: readonly unknown[]) => {
  const { rows } = await db.executeQuery(CompiledQuery.raw(text, [...values]));
  // biome-ignore lint/suspicious/noExplicitAny: as pg-boss declares it.
  return { rows: rows as any[] };
};

/** A pg-boss that is not started. Whoever starts it sees to expired and old jobs, beside all others who do. */
export const bossOn = (
  db: Kysely<Tables>,
  options: { readonly migrate?: boolean; readonly logger?: Logger } = {},
): PgBoss => {
  const { migrate = false, logger = silentLogger } = options;
  const boss = new PgBoss({
    ...{ db: sqlOn(db), schema: jobsSchema, migrate, supervise: !migrate, schedule: false },
  });
  boss.on('error', (error) => logger.error('old jobs could not be looked after', { error }));
  return boss;
};

/** Makes the tables of the queue, or brings them up to date; several processes may try at once. */
export const installJobs = async (db: Kysely<Tables>): Promise<void> => {
  const boss = bossOn(db, { migrate: true });
  await boss.start();
  await boss.createQueue(queueName);
  await boss.stop({ graceful: false });
};

/** @throws `DATABASE_OUTDATED` unless the tables of the queue are those that this version of pg-boss wants. */
export const requireJobs = async (db: Kysely<Tables>): Promise<void> => {
  const boss = bossOn(db);
  try {
    await boss.start();
  } catch (cause) {
    if (!(cause instanceof Error && cause.message.startsWith('pg-boss '))) throw cause;
    throw new AmiPublisherError('DATABASE_OUTDATED', {
      message: 'the database lacks the tables of the queue, or has those of another version',
      remedy: 'run `ami-orchestrator migrate`',
      cause,
    });
  }
  await boss.stop({ graceful: false });
};
