import { createHash } from 'node:crypto';
import type { Account } from './account.js';
import type { RegionState } from './region-state.js';

/** Everything that there is, as text by the name of its place and id: `111111111111/eu-west-1/images/ami-…`. */
export type StateRecords = ReadonlyMap<string, string>;

/** What there is in a region, with what Recycle Bin keeps. */
export const regionRecords = (state: RegionState): [string, string][] => {
  const { references, network, kmsKeys, retained, fullZones } = state;
  const tables = {
    ...{ images: state.images, instances: state.instances, 'key-pairs': state.keyPairs },
    ...{ modifications: state.modifications, snapshots: state.snapshots, volumes: state.volumes },
    ...{ subnets: network.subnets, 'security-groups': network.securityGroups, vpcs: network.vpcs },
    'launch-templates': references.launchTemplates,
  };
  const { autoScalingGroups, launchConfigurations, parameters, recipes } = references;
  const others = { autoScalingGroups, launchConfigurations, parameters, recipes, retained, fullZones };
  const place = `${state.accountId}/${state.region}`;
  return [
    ...Object.entries(tables).flatMap(([kind, table]) => [
      ...table.list().map((record) => namedRecord(`${place}/${kind}`, record)),
      ...table.listRecycled().map((record) => namedRecord(`${place}/recycled-${kind}`, record)),
    ]),
    ...Object.entries({ ...others, kmsKeys: kmsKeys.list() }).map(([kind, value]): [string, string] => [
      `${place}/${kind}`,
      canonical(value),
    ]),
  ];
};

const namedRecord = (path: string, record: { readonly id: string }): [string, string] => [
  `${path}/${record.id}`,
  canonical(record),
];

/** An account, beside what it has. */
export const accountRecord = (account: Account): [string, string] => [account.id, canonical(account)];

/** SHA-256 of all records, in hexadecimal digits. */
export const hashOf = (records: StateRecords): string => {
  const hash = createHash('sha256');
  for (const [name, value] of [...records].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${name}\n${value}\n`);
  return hash.digest('hex');
};

/** JSON that is the same for the same value, whatever order its maps, sets and attributes were filled in. */
export const canonical = (value: unknown): string => JSON.stringify(sorted(value)) ?? 'null';

const sorted = (value: unknown): unknown => {
  if (value instanceof Map) return sortedEntries([...value]);
  if (value instanceof Set) return [...value].map(sorted).sort();
  if (Array.isArray(value)) return value.map(sorted);
  if (value instanceof Date || value === null || typeof value !== 'object') return value;
  return sortedEntries(Object.entries(value));
};

const sortedEntries = (entries: [unknown, unknown][]): object =>
  Object.fromEntries(
    entries
      .map(([key, value]): [string, unknown] => [String(key), sorted(value)])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
