import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, migrate, openDatabase } from '../src/index.js';
import { type PageRequest, pageQuery } from '../src/store/lifecycle-pages.js';
import { type Postgres, postgresPrograms, startPostgres } from './support/postgres.js';

let postgres: Postgres;
let database: Database;

const idOf = sql`overlay(overlay(md5(i::text) placing '4' from 13) placing '8' from 17)::uuid`;
const series = sql`generate_series(1, 5000) i`;

beforeAll(async () => {
  postgres = await startPostgres(postgresPrograms());
  database = await openDatabase({ url: postgres.createDatabase('pages') }, { migrating: true });
  const { db } = database;
  await migrate(db);
  await sql`
    insert into lifecycles
      (id, stack_tag, owner, product_name, product_ver, commit_ref, notifications, requested, created_by, created_at)
    select ${idOf}, 'branch-' || i % 50, 'owner-' || i % 50, 'product-' || i % 50, '1', 'none', '[]', '[]', 'test',
      now() - i * interval '1 minute'
    from ${series}`.execute(db);
  await sql`
    insert into attempts
      (id, lifecycle_id, patch_number, event, number, status, actor, input, result, started_at, heartbeat_at, ended_at)
    select ${idOf}, ${idOf}, 0, case when i % 1000 = 0 then 'PATCH_AMI' else 'BUILD_AMI' end, 1,
      case when i % 1000 = 1 then 'ERROR' else 'COMPLETED' end, 'test', '{}',
      case when i % 1000 <> 1 then '{}'::jsonb end, now(), now(), now()
    from ${series}`.execute(db);
  await sql`analyze lifecycles, attempts`.execute(db);
});
afterAll(async () => {
  await database.close();
  await postgres.stop();
});

/** Names of the indexes that a plan uses, wherever in it, and tables that it reads from one end to the other. */
const usedBy = (node: Readonly<Record<string, unknown>>): readonly string[] => {
  const inner = (node.Plans ?? []) as readonly Readonly<Record<string, unknown>>[];
  const own = node['Node Type'] === 'Seq Scan' ? [`all of ${node['Relation Name']}`] : [node['Index Name']];
  return [...own, ...inner.flatMap(usedBy)].filter((name) => typeof name === 'string');
};

describe('the plan for a page of many lifecycles', () => {
  it.each<[string, Partial<PageRequest>, string]>([
    ['of all', {}, 'lifecycles_by_date'],
    [
      'in the middle of all',
      { after: { createdAt: new Date(), id: crypto.randomUUID() } },
      'lifecycles_by_date',
    ],
    ['of a stack tag', { stackTag: 'branch-7' }, 'lifecycles_by_stack_tag'],
    ['of a product', { productName: 'product-7' }, 'lifecycles_by_product'],
    ['of an owner', { owner: 'owner-7' }, 'lifecycles_by_owner'],
    ['of those that have ended by an error', { status: 'ERROR' }, 'attempts_by_status'],
    ['of those that are being patched', { event: 'PATCH_AMI' }, 'attempts_by_event'],
  ])('%s uses an index, and reads no table from one end to the other', async (_what, request, index) => {
    const query = pageQuery(database.db, { direction: 'desc', limit: 25, ...request });
    const [row] = await query.explain('json');
    const [{ Plan }] = Object.values(row ?? {})[0] as [{ Plan: Readonly<Record<string, unknown>> }];
    const used = usedBy(Plan);
    expect(used).toContain(index);
    expect(used.filter((name) => name.startsWith('all of'))).toEqual([]);
  });
});
