import { type Kysely, type Migration, sql } from 'kysely';

const statements = [
  'create index lifecycles_by_product on lifecycles (product_name, created_at, id)',
  'create index lifecycles_by_owner on lifecycles (owner, created_at, id)',
  'create index attempts_by_status on attempts (status, lifecycle_id, sequence)',
  'create index attempts_by_event on attempts (event, lifecycle_id, sequence)',
];

/** For pages of a product, of an owner, and of those whose newest attempt is of an event or stands in some way. */
export const pageIndexesMigration: Migration = {
  up: async (db: Kysely<unknown>) => {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
