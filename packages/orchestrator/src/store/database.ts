import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AmiPublisherError, invalidOption } from '@ami-publisher/base';
import { lockDirectory } from '@ami-publisher/image';
import { PGlite } from '@electric-sql/pglite';
import { CamelCasePlugin, Kysely, PostgresDialect, type PostgresPool } from 'kysely';
import { Pool } from 'pg';
import { migrate, requireMigrated } from './migrate.js';
import { pglitePool } from './pglite-pool.js';
import type { Tables } from './tables.js';

/** Which database to work on. */
export type DatabaseChoice =
  /** Of this process alone, in a folder. */
  | { readonly directory: string }
  /** Postgres, for any number of processes: `postgres://USER:PASSWORD@HOST/NAME`. */
  | { readonly url: string };

/** A database with all tables. */
export interface Database {
  readonly db: Kysely<Tables>;
  /** Whether other processes may work in it, too. */
  readonly shared: boolean;
  close(): Promise<void>;
}

/** Connections to a Postgres that one process has at most. */
const mostConnections = 10;
/** How long to wait for a connection, ms. */
const connectTimeoutMs = 10_000;

/**
 * Opens a database. An embedded one is made and brought up to date on the way.
 *
 * @throws `DIRECTORY_LOCKED` if another process works in the folder; `DATABASE_UNREACHABLE`; `DATABASE_OUTDATED` for a Postgres that lacks
 *   migrations, unless `migrating`; `INVALID_OPTION` for a URL of something else.
 */
export const openDatabase = async (
  choice: DatabaseChoice,
  { migrating = false }: { readonly migrating?: boolean } = {},
): Promise<Database> => {
  if ('directory' in choice) return openEmbedded(choice.directory);
  if (!/^postgres(ql)?:\/\//.test(choice.url)) {
    throw new AmiPublisherError('INVALID_OPTION', {
      message: 'expected the URL of the database to begin with postgres://',
    });
  }
  const database = databaseOf(postgresPool(choice.url), { shared: true });
  try {
    if (!migrating) await requireMigrated(database.db);
  } catch (reason) {
    await database.close();
    throw asDatabaseError(reason);
  }
  return database;
};

/** A database over a pool of connections. @param options.release done when it is closed; nothing, if left out */
export const databaseOf = (
  pool: PostgresPool,
  { shared, release = async () => {} }: { readonly shared: boolean; readonly release?: () => Promise<void> },
): Database => {
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
  return {
    db,
    shared,
    close: async () => {
      await db.destroy();
      await release();
    },
  };
};

const postgresPool = (connectionString: string): Pool => {
  const pool = new Pool({
    connectionString,
    max: mostConnections,
    connectionTimeoutMillis: connectTimeoutMs,
  });
  pool.on('error', () => {
    // An idle connection was lost; the next use opens another, or fails and says so.
  });
  return pool;
};

const openEmbedded = async (directory: string): Promise<Database> => {
  if (directory === '') throw invalidOption('directory', 'the name of a folder', directory);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  // Two that open one folder destroy it, and nothing in the library hinders them.
  const lock = await lockDirectory(
    directory,
    join(directory, 'lock'),
    'give this one another --data-dir, or have both use a Postgres (--database-url)',
  );
  try {
    const pglite = await PGlite.create(join(directory, 'database'));
    const database = databaseOf(pglitePool(pglite), { shared: false, release: () => lock.release() });
    await migrate(database.db);
    return database;
  } catch (reason) {
    await lock.release();
    throw reason;
  }
};

/** Codes of Node and classes of Postgres that say that there is nobody to talk to. */
const unreachable = /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EPIPE|ETIMEDOUT|ENOENT|08|57P)/;

/** The error, as `DATABASE_UNREACHABLE` if that is what it says. */
export const asDatabaseError = (reason: unknown): unknown => {
  const { code, message } = reason as { readonly code?: unknown; readonly message?: unknown };
  const isUnreachable =
    (typeof code === 'string' && unreachable.test(code)) ||
    /^(Connection terminated|timeout exceeded when trying to connect)/.test(String(message));
  if (!isUnreachable || reason instanceof AmiPublisherError) return reason;
  return new AmiPublisherError('DATABASE_UNREACHABLE', {
    message: `the database does not answer: ${message}`,
    remedy: 'see that it runs, and that the URL is right',
    cause: reason,
  });
};
