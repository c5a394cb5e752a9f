import { AmiPublisherError } from '@ami-publisher/base';
import { eventOfStage, type SelectionCriteria, type SelectionStage } from '@ami-publisher/core';
import type { Kysely } from 'kysely';
import type { LookupRow } from '../lifecycles/lookup.js';
import { compareVersions, parseVersion } from '../lifecycles/versions.js';
import { asDatabaseError } from './database.js';
import type { Tables } from './tables.js';

/** Criteria with their defaults. */
export type ResolvedCriteria = SelectionCriteria & {
  readonly stack_tag: string;
  readonly lifecycle_event: SelectionStage;
};

/** Columns that must have the value of a criterion that is given. */
const columns = {
  lifecycle_type: 'lifecycleType',
  ami_semver: 'amiSemver',
  product_name: 'productName',
  product_ver: 'productVer',
  commit_ref: 'commitRef',
  aws_region: 'awsRegion',
  account_id: 'accountId',
} as const;

/**
 * The AMI of the highest version that meets the criteria and has not failed since.
 *
 * @throws `AMI_NOT_FOUND` if there is none.
 */
export const selectAmi = async (db: Kysely<Tables>, criteria: ResolvedCriteria): Promise<LookupRow> => {
  let query = db
    .selectFrom('amiLookup')
    .selectAll()
    .where('stackTag', '=', criteria.stack_tag)
    .where('failedEvent', 'is', null);
  for (const [name, column] of Object.entries(columns)) {
    const value = criteria[name as keyof typeof columns];
    if (value !== undefined) query = query.where(column, '=', value);
  }
  const rows: readonly LookupRow[] = await query.execute().catch((reason: unknown) => {
    throw asDatabaseError(reason);
  });
  const needed = eventOfStage[criteria.lifecycle_event];
  const [best] = rows
    .filter(({ completedEvents, lifecycleType }) => completedEvents.includes(needed[lifecycleType]))
    .sort(byVersion);
  if (best === undefined) throw noneFits(criteria);
  return best;
};

/** The highest first; of copies of one AMI always the same. */
const byVersion = (one: LookupRow, other: LookupRow): number =>
  compareVersions(versionOf(other), versionOf(one)) ||
  (`${one.awsRegion} ${one.accountId} ${one.amiId}` < `${other.awsRegion} ${other.accountId} ${other.amiId}`
    ? -1
    : 1);

const versionOf = ({ amiSemver }: LookupRow) => parseVersion(amiSemver) ?? ([0, 0, 0] as const);

const noneFits = (criteria: ResolvedCriteria): AmiPublisherError =>
  new AmiPublisherError('AMI_NOT_FOUND', {
    message: `no AMI meets ${JSON.stringify(criteria)}`,
    resource: criteria.stack_tag,
  });
