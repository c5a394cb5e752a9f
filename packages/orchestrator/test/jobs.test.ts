import { afterAll, beforeAll, describe } from 'vitest';
import type { Database } from '../src/index.js';
import { jobSuite } from './suite/jobs.js';
import { embeddedDatabase } from './support/databases.js';

let database: Database;

beforeAll(async () => {
  database = await embeddedDatabase();
});
afterAll(() => database.close());

describe('jobs in an embedded database', () => {
  jobSuite(() => database);
});
