import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { type Database, migrate } from '../../src/index.js';
import { databaseOf } from '../../src/store/database.js';
import { pglitePool } from '../../src/store/pglite-pool.js';

const source = join(import.meta.dirname, '../../src');
/** What the tables are made by. */
const migrations = [
  ...readdirSync(join(source, 'store/migrations')).map((name) => join(source, 'store/migrations', name)),
  join(source, 'jobs/boss.ts'),
];

/** An empty database in memory. A fresh one takes five seconds to make; what it comes to is kept, and loaded in one and a half. */
export const embeddedDatabase = async (): Promise<Database> => {
  const hash = createHash('sha256');
  for (const file of migrations) hash.update(readFileSync(file));
  const digest = hash.digest('hex').slice(0, 16);
  const file = join(tmpdir(), `ami-orchestrator-tests-${digest}.tar`);
  if (existsSync(file)) {
    const pglite = await PGlite.create({ loadDataDir: new Blob([readFileSync(file)]) });
    return databaseOf(pglitePool(pglite), { shared: false });
  }
  const pglite = await PGlite.create();
  const database = databaseOf(pglitePool(pglite), { shared: false });
  await migrate(database.db);
  const dump = await pglite.dumpDataDir('none');
  writeFileSync(`${file}.${process.pid}`, Buffer.from(await dump.arrayBuffer()));
  renameSync(`${file}.${process.pid}`, file);
  return database;
};
