import type { Resource, Table } from '../model/table.js';
import type { Listing } from './describe.js';

/** What others have comes after the account's own, in pages that go on where the last one ended. */
const sequencesPerAccount = 1_000_000_000;

/** What an account has and what others let it see, of which `isWanted` is listed. */
export const withShared = <R extends Resource>(
  own: Listing<R>,
  shared: readonly Listing<R>[],
  isWanted: (record: R) => boolean,
): Listing<R> => {
  const all = [own, ...shared];
  return {
    get: (id) => all.map((listing) => listing.get(id)).find((record) => record !== undefined),
    listAfter: (sequence, lag) =>
      all
        .flatMap((listing, index) =>
          listing
            .listAfter(sequence - index * sequencesPerAccount, lag)
            .map((row) => ({ ...row, sequence: row.sequence + index * sequencesPerAccount })),
        )
        .filter(({ record }) => isWanted(record)),
  };
};

/** What an account shows another one, with the tags of that one alone: those of the owner are for the owner's eyes. */
export const visibleOf = <R extends Resource>(
  table: Table<R>,
  isVisible: (record: R) => boolean,
  tags: ReadonlyMap<string, Resource['tags']>,
): Listing<R> => {
  const shown = (record: R): R => ({ ...record, tags: tags.get(record.id) ?? new Map() });
  return {
    get: (id) => {
      const record = table.get(id);
      return record !== undefined && isVisible(record) ? shown(record) : undefined;
    },
    listAfter: (sequence, lag) =>
      table
        .listAfter(sequence, lag)
        .filter(({ record }) => isVisible(record))
        .map((row) => ({ ...row, record: shown(row.record) })),
  };
};

/** Whether an `Owner` list of a request takes in an owner; `self` is the caller's account. */
export const isOneOf = (ownerId: string, owners: readonly string[] | undefined, accountId: string): boolean =>
  owners === undefined ||
  owners.length === 0 ||
  owners.includes(ownerId) ||
  (owners.includes('self') && ownerId === accountId);
