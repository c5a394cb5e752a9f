import { type Kysely, type Migration, sql } from 'kysely';

const statements = [
  `create table sessions (
    hash text primary key,
    key_id text not null references api_keys on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null
  )`,
  'create index sessions_by_end on sessions (expires_at)',
  // Beside the lifecycles and not in them: a narrow table is summed up in no time.
  `create table lifecycle_revisions (
    lifecycle_id uuid primary key references lifecycles on delete cascade,
    revision integer not null
  )`,
  'insert into lifecycle_revisions select id, 1 from lifecycles',
  'create index attempts_by_lifecycle on attempts (lifecycle_id, sequence)',
];

/** Sessions of browsers, and what tells pages that lifecycles have changed. */
export const pagesMigration: Migration = {
  up: async (db: Kysely<unknown>) => {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
