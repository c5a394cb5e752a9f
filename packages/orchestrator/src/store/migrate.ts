import { AmiPublisherError } from '@ami-publisher/base';
import { type Kysely, type MigrationInfo, Migrator } from 'kysely';
import { installJobs, requireJobs } from '../jobs/boss.js';
import { lifecyclesMigration } from './migrations/0001-lifecycles.js';
import { jobsMigration } from './migrations/0002-jobs.js';
import { pagesMigration } from './migrations/0003-pages.js';
import { deliveriesMigration } from './migrations/0004-deliveries.js';
import { pageIndexesMigration } from './migrations/0005-page-indexes.js';
import type { Tables } from './tables.js';

const migrations = {
  '0001-lifecycles': lifecyclesMigration,
  '0002-jobs': jobsMigration,
  '0003-pages': pagesMigration,
  '0004-deliveries': deliveriesMigration,
  '0005-page-indexes': pageIndexesMigration,
};

const migrator = (db: Kysely<Tables>): Migrator =>
  new Migrator({ db, provider: { getMigrations: async () => migrations } });

/** Brings the tables up to date, those of the queue as well; several processes may try at once. @returns the names of the migrations that it ran. */
export const migrate = async (db: Kysely<Tables>): Promise<readonly string[]> => {
  const { error, results = [] } = await migrator(db).migrateToLatest();
  if (error !== undefined) {
    throw new AmiPublisherError('DATABASE_OUTDATED', {
      message: `the database cannot be brought up to date: ${error instanceof Error ? error.message : String(error)}`,
      remedy: 'a newer version of this program may have been here; run that one',
      cause: error,
    });
  }
  await installJobs(db);
  return results.map(({ migrationName }) => migrationName);
};

/** @throws `DATABASE_OUTDATED` unless all migrations have been run. */
export const requireMigrated = async (db: Kysely<Tables>): Promise<void> => {
  const all: readonly MigrationInfo[] = await migrator(db).getMigrations();
  const pending = all.filter(({ executedAt }) => executedAt === undefined).map(({ name }) => name);
  if (pending.length === 0) return requireJobs(db);
  throw new AmiPublisherError('DATABASE_OUTDATED', {
    message: `the database lacks ${pending.join(', ')}`,
    remedy: 'run `ami-orchestrator migrate`',
  });
};
