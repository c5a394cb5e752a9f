import { type Kysely, type Migration, sql } from 'kysely';

/** Who works on an attempt; it may be somebody else's turn while the first still believes that it is his. */
export const jobsMigration: Migration = {
  up: async (db: Kysely<unknown>) => {
    await sql.raw('alter table attempts add column worker uuid').execute(db);
  },
};
