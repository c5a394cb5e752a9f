import { type Kysely, type Migration, sql } from 'kysely';

const statements = [
  `create table lifecycles (
    id uuid primary key,
    stack_tag text not null,
    owner text not null,
    product_name text not null,
    product_ver text not null,
    commit_ref text not null,
    properties jsonb,
    notifications jsonb not null,
    requested jsonb not null,
    created_by text not null,
    created_at timestamptz not null,
    updated_at timestamptz
  )`,
  'create index lifecycles_by_date on lifecycles (created_at, id)',
  'create index lifecycles_by_stack_tag on lifecycles (stack_tag, created_at, id)',
  `create table patches (
    lifecycle_id uuid not null references lifecycles on delete cascade,
    number integer not null check (number > 0),
    owner text not null,
    commit_ref text not null,
    properties jsonb not null,
    notifications jsonb not null,
    requested jsonb not null,
    base integer not null check (base between 0 and number - 1),
    created_by text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (lifecycle_id, number)
  )`,
  `create table attempts (
    id uuid primary key,
    sequence integer generated always as identity unique,
    lifecycle_id uuid not null references lifecycles on delete cascade,
    patch_number integer not null,
    event text not null,
    number integer not null,
    status text not null check (status in ('RUNNING', 'COMPLETED', 'FAILED', 'ERROR', 'ERROR_EVENT_TIMEOUT', 'CANCELLED')),
    actor text not null,
    input jsonb not null,
    request_properties jsonb,
    result jsonb,
    error text,
    started_at timestamptz not null,
    heartbeat_at timestamptz not null,
    ended_at timestamptz,
    unique (lifecycle_id, patch_number, event, number),
    check ((status in ('COMPLETED', 'FAILED')) = (result is not null)),
    check ((status = 'RUNNING') = (ended_at is null))
  )`,
  // Whatever the code does, one attempt at a time.
  "create unique index attempts_running on attempts (lifecycle_id) where status = 'RUNNING'",
  "create unique index attempts_completed on attempts (lifecycle_id, patch_number, event) where status = 'COMPLETED'",
  "create index attempts_heartbeat on attempts (heartbeat_at) where status = 'RUNNING'",
  `create table ami_lookup (
    lookup_id uuid primary key,
    last_modified timestamptz not null,
    lifecycle_id uuid not null references lifecycles on delete cascade,
    patch_number integer not null,
    ami_id text not null,
    aws_region text not null,
    account_id text not null,
    ami_semver text not null,
    stack_tag text not null,
    product_name text not null,
    product_ver text not null,
    commit_ref text not null,
    lifecycle_type text not null,
    lifecycle_event text not null,
    lifecycle_score integer not null,
    completed_events jsonb not null,
    failed_event text,
    unique (lifecycle_id, patch_number, ami_id, aws_region)
  )`,
  'create index ami_lookup_by_stack_tag on ami_lookup (stack_tag, lifecycle_score)',
  'create table semver_seeds (stack_tag text primary key, ami_semver text not null)',
  `create table api_keys (
    id text primary key,
    name text not null,
    hash text not null,
    roles jsonb not null,
    operations jsonb not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz
  )`,
  'create index api_keys_by_name on api_keys (name)',
  // No reference: what was done to a lifecycle is still told when it is gone.
  `create table audit (
    id integer generated always as identity primary key,
    at timestamptz not null,
    actor text,
    operation text not null,
    lifecycle_id uuid,
    status integer not null,
    code text
  )`,
  `create table notices (
    id integer generated always as identity primary key,
    lifecycle_id uuid not null references lifecycles on delete cascade,
    kind text not null,
    event text,
    text text not null,
    channels jsonb not null,
    at timestamptz not null,
    delivered_at timestamptz
  )`,
  'create index notices_to_deliver on notices (id) where delivered_at is null',
];

/** The first tables. */
export const lifecyclesMigration: Migration = {
  up: async (db: Kysely<unknown>) => {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
