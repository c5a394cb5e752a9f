import { afterAll, beforeAll, describe } from 'vitest';
import { type Database, migrate, openDatabase } from '../src/index.js';
import { contract } from './suite/contract.js';
import { jobSuite } from './suite/jobs.js';
import { type Postgres, postgresPrograms, startPostgres } from './support/postgres.js';
import { World } from './support/world.js';

let postgres: Postgres;
let world: World;
let jobs: Database;

/** An empty database with all tables. */
const migrated = async (name: string): Promise<Database> => {
  const url = postgres.createDatabase(name);
  const database = await openDatabase({ url }, { migrating: true });
  await migrate(database.db);
  return database;
};

beforeAll(async () => {
  postgres = await startPostgres(postgresPrograms());
  world = await World.start(await migrated('contract'));
  jobs = await migrated('jobs');
});
afterAll(async () => {
  await world.close();
  await jobs.close();
  await postgres.stop();
});

describe('on a Postgres', () => {
  contract(() => world);
});

describe('jobs on a Postgres', () => {
  jobSuite(() => jobs);
});
