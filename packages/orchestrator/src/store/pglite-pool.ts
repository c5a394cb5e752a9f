import type { PGlite } from '@electric-sql/pglite';
import type { PostgresPool, PostgresPoolClient } from 'kysely';

/** The one connection of an embedded database, lent to one user after the other, as a pool that Kysely's Postgres dialect takes. */
export const pglitePool = (pglite: PGlite): PostgresPool => {
  let free: Promise<void> = Promise.resolve();
  const query = async (text: string, parameters: readonly unknown[]) => {
    // Without parameters it may be several statements, as Postgres takes them.
    const { rows = [], affectedRows = 0 } =
      parameters.length > 0
        ? await pglite.query(text, [...parameters])
        : ((await pglite.exec(text)).at(-1) ?? {});
    return { command: commandOf(text), rowCount: affectedRows, rows };
  };
  return {
    connect: async () => {
      const before = free;
      let release = () => {};
      free = new Promise((resolve) => {
        release = resolve;
      });
      await before;
      return { query, release: () => release() } as PostgresPoolClient;
    },
    end: () => pglite.close(),
  };
};

type Command = 'UPDATE' | 'DELETE' | 'INSERT' | 'SELECT' | 'MERGE';

/** Kysely counts rows by it. */
const commandOf = (text: string): Command => text.trimStart().split(/\s/, 1)[0]?.toUpperCase() as Command;
