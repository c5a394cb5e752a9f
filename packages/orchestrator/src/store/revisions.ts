import { type Kysely, sql, type Transaction } from 'kysely';
import type { Tables } from './tables.js';

/** Says, with the change, that a lifecycle has changed. */
export const addRevision = async (transaction: Transaction<Tables>, lifecycleId: string): Promise<void> => {
  await transaction
    .insertInto('lifecycleRevisions')
    .values({ lifecycleId, revision: 1 })
    .onConflict((on) =>
      on.column('lifecycleId').doUpdateSet({ revision: sql`lifecycle_revisions.revision + 1` }),
    )
    .execute();
};

/** Revisions of lifecycles by their ids; those that are gone have none. */
export const revisionsOf = async (
  db: Kysely<Tables>,
  lifecycleIds: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  if (lifecycleIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('lifecycleRevisions')
    .selectAll()
    .where('lifecycleId', 'in', lifecycleIds)
    .execute();
  return new Map(rows.map(({ lifecycleId, revision }) => [lifecycleId, String(revision)]));
};

/** A text that is another as soon as any lifecycle has changed, come or gone. */
export const revisionOfAll = async (db: Kysely<Tables>): Promise<string> => {
  const { count, sum } = await db
    .selectFrom('lifecycleRevisions')
    .select(({ fn }) => [fn.countAll().as('count'), fn.sum('revision').as('sum')])
    .executeTakeFirstOrThrow();
  return `${count}-${sum ?? 0}`;
};
