import { required } from '../model/api-error.js';
import { checkId, notFound, type ResourceKind } from '../model/ids.js';
import type { Resource, Table } from '../model/table.js';

/**
 * The resource that a request names.
 *
 * @throws `MissingParameter`, or the kind's Malformed or NotFound error.
 */
export const lookup = <R extends Resource>(
  table: Table<R>,
  kind: ResourceKind,
  id: string | undefined,
): R => {
  const given = required(id, `${kind}Id`);
  checkId(kind, given);
  const record = table.get(given);
  if (record === undefined) throw notFound(kind, given);
  return record;
};
