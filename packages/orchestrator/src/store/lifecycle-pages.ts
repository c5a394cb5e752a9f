import type { LifecycleEvent } from '@ami-publisher/core';
import { type Kysely, type Selectable, type SelectQueryBuilder, sql } from 'kysely';
import type { AttemptStatus, LifecycleState } from '../lifecycles/state.js';
import { asDatabaseError } from './database.js';
import { statesOf } from './lifecycle-store.js';
import type { Tables } from './tables.js';

/** Which lifecycles to list, and how. */
export interface PageRequest {
  readonly stackTag?: string | undefined;
  readonly productName?: string | undefined;
  readonly productVer?: string | undefined;
  readonly owner?: string | undefined;
  /** Event of the newest attempt. */
  readonly event?: LifecycleEvent | undefined;
  /** How the newest attempt stands. */
  readonly status?: AttemptStatus | undefined;
  /** Stands in the id, a name, a version, the owner or the commit, in whatever case. */
  readonly text?: string | undefined;
  /** By date of creation. */
  readonly direction: 'asc' | 'desc';
  readonly limit: number;
  /** Lifecycles after this one. */
  readonly after?: PagePosition | undefined;
}

/** Where a page ends: nothing that comes or goes elsewhere moves it. */
export interface PagePosition {
  readonly createdAt: Date;
  readonly id: string;
}

export interface LifecyclePage {
  readonly states: readonly LifecycleState[];
  /** Where the next page begins; undefined on the last. */
  readonly next?: PagePosition | undefined;
}

/** The rows of a page, and one more if there are more pages. */
export const pageQuery = (db: Kysely<Tables>, request: PageRequest): Lifecycles => {
  const { after, direction, limit } = request;
  let query = matching(db, request);
  if (after !== undefined) {
    query = query.where((where) =>
      where(
        where.refTuple('createdAt', 'id'),
        direction === 'asc' ? '>' : '<',
        where.tuple(after.createdAt, after.id),
      ),
    );
  }
  return query
    .orderBy('createdAt', direction)
    .orderBy('id', direction)
    .limit(limit + 1);
};

/** A page of lifecycles in order of their dates of creation. */
export const lifecyclePage = async (db: Kysely<Tables>, request: PageRequest): Promise<LifecyclePage> => {
  const { limit } = request;
  try {
    const rows = await pageQuery(db, request).execute();
    const states = await statesOf(db, rows.slice(0, limit));
    const last = states.at(-1)?.lifecycle;
    return rows.length > limit && last
      ? { states, next: { createdAt: last.createdAt, id: last.id } }
      : { states };
  } catch (reason) {
    throw asDatabaseError(reason);
  }
};

type Lifecycles = SelectQueryBuilder<Tables, 'lifecycles', Selectable<Tables['lifecycles']>>;

const matching = (db: Kysely<Tables>, request: PageRequest): Lifecycles => {
  const { event, status, text } = request;
  let query = db.selectFrom('lifecycles').selectAll();
  for (const column of ['stackTag', 'productName', 'productVer', 'owner'] as const) {
    const value = request[column];
    if (value !== undefined) query = query.where(column, '=', value);
  }
  if (event !== undefined || status !== undefined)
    query = query.where('id', 'in', newestAttempts(db, { event, status }));
  if (text !== undefined) query = query.where(searched, 'like', `%${escapedLike(text.toLowerCase())}%`);
  return query;
};

/** Ids of the lifecycles whose newest attempt is of an event, or stands in some way. Asked this way round, an index leads to the few that there are. */
const newestAttempts = (db: Kysely<Tables>, wanted: Pick<PageRequest, 'event' | 'status'>) => {
  let newest = db
    .selectFrom('attempts as newest')
    .select('newest.lifecycleId')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('attempts as later')
            .select('later.id')
            .whereRef('later.lifecycleId', '=', 'newest.lifecycleId')
            .whereRef('later.sequence', '>', 'newest.sequence'),
        ),
      ),
    );
  for (const column of ['event', 'status'] as const) {
    const value = wanted[column];
    if (value !== undefined) newest = newest.where(`newest.${column}`, '=', value);
  }
  return newest;
};

const searched = sql<string>`lower(concat_ws(' ', lifecycles.id, stack_tag, product_name, product_ver, owner, commit_ref))`;

const escapedLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

/** What lifecycles can be filtered by, in alphabetical order. */
export interface FilterChoices {
  readonly products: readonly string[];
  readonly owners: readonly string[];
}

/** Names beyond this many are left out; they can still be searched for. */
const mostChoices = 200;

/** The names that lifecycles have. */
export const filterChoices = async (db: Kysely<Tables>): Promise<FilterChoices> => {
  const namesIn = async (column: 'productName' | 'owner'): Promise<readonly string[]> => {
    const rows = await db
      .selectFrom('lifecycles')
      .select(`${column} as name`)
      .distinct()
      .orderBy('name')
      .limit(mostChoices)
      .execute();
    return rows.map(({ name }) => name);
  };
  try {
    return { products: await namesIn('productName'), owners: await namesIn('owner') };
  } catch (reason) {
    throw asDatabaseError(reason);
  }
};
