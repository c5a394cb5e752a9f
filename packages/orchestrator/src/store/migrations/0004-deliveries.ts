import { type Kysely, type Migration, sql } from 'kysely';

const statements = [
  `create table deliveries (
    id uuid primary key,
    notice_id integer not null references notices on delete cascade,
    lifecycle_id uuid not null references lifecycles on delete cascade,
    method text not null,
    target text not null,
    status text not null check (status in ('PENDING', 'DELIVERED', 'FAILED')),
    attempts integer not null,
    next_at timestamptz not null,
    error text,
    ended_at timestamptz,
    check ((status = 'PENDING') = (ended_at is null))
  )`,
  "create index deliveries_due on deliveries (next_at) where status = 'PENDING'",
  'create index deliveries_by_lifecycle on deliveries (lifecycle_id, notice_id)',
  'create index deliveries_by_notice on deliveries (notice_id)',
  // Notices from before there were deliveries stay untold: nobody wants to hear of all of them at once.
  'drop index notices_to_deliver',
  'alter table notices drop column channels, drop column delivered_at',
  "update notices set kind = case when text like '%: FAILED' then 'FAILED' else 'COMPLETED' end where kind = 'RESULT'",
];

/** One row for each channel of each notice. */
export const deliveriesMigration: Migration = {
  up: async (db: Kysely<unknown>) => {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
