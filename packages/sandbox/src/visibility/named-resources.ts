import type { Ec2Action, Ec2Actions } from '@ami-publisher/core';
import { isId, kindOfId, notFound, type ResourceKind } from '../model/ids.js';
import type { RegionState } from '../model/region-state.js';
import type { Resource, Table } from '../model/table.js';
import type { Lag } from './lag.js';

/** A resource that a request names. */
export interface NamedResource {
  readonly kind: ResourceKind;
  readonly id: string;
}

/** Members of requests that hold ids, and those that lead to them. Ids in filters and tags are text. */
const idMembers: ReadonlySet<string> = new Set(
  ['Image', 'Instance', 'KeyPair', 'SecurityGroup', 'Snapshot', 'Subnet', 'Volume']
    .flatMap((kind) => [`${kind}Id`, `${kind}Ids`])
    .concat('ReportId', 'ReportIds', 'Resources'),
);
const pathMembers: ReadonlySet<string> = new Set(['BlockDeviceMappings', 'Ebs']);

/** What a request names, each resource once. */
export const namedResources = (input: object): NamedResource[] => {
  const ids = new Set(idsIn(input));
  return [...ids].flatMap((id) => {
    const kind = kindOfId(id);
    return kind === undefined || !isId(kind, id) ? [] : [{ kind, id }];
  });
};

const idsIn = (value: object): string[] =>
  Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
    if (idMembers.has(name)) return [member].flat().filter((id) => typeof id === 'string');
    if (!pathMembers.has(name)) return [];
    return [member].flat().flatMap((item) => (typeof item === 'object' && item !== null ? idsIn(item) : []));
  });

/** The table of a kind, for what all kinds have in common. */
export const tableOf = (state: RegionState, kind: ResourceKind): Table<Resource> =>
  tables[kind](state) as Table<Resource>;

const tables: Readonly<Record<ResourceKind, (state: RegionState) => unknown>> = {
  image: ({ images }) => images,
  'image-usage-report': ({ usageReports }) => usageReports,
  instance: ({ instances }) => instances,
  'key-pair': ({ keyPairs }) => keyPairs,
  'launch-template': ({ references }) => references.launchTemplates,
  'security-group': ({ network }) => network.securityGroups,
  snapshot: ({ snapshots }) => snapshots,
  subnet: ({ network }) => network.subnets,
  volume: ({ volumes }) => volumes,
  vpc: ({ network }) => network.vpcs,
};

/** @throws the kind's NotFound for a resource that is there, but too new to be used. */
export const checkUsable = (state: RegionState, named: readonly NamedResource[], lag: Lag): void => {
  for (const { kind, id } of named) {
    if (!tableOf(state, kind).isUsable(id, lag)) throw notFound(kind, id);
  }
};

/** What the creating actions make, and where their answer has its ids. */
export const created: {
  readonly [A in Ec2Action]?: {
    readonly kind: ResourceKind;
    readonly ids: (output: Ec2Actions[A][1]) => readonly (string | undefined)[];
  };
} = {
  CopySnapshot: { kind: 'snapshot', ids: ({ SnapshotId }) => [SnapshotId] },
  CreateImageUsageReport: { kind: 'image-usage-report', ids: ({ ReportId }) => [ReportId] },
  CreateSnapshot: { kind: 'snapshot', ids: ({ SnapshotId }) => [SnapshotId] },
  CreateVolume: { kind: 'volume', ids: ({ VolumeId }) => [VolumeId] },
  ImportKeyPair: { kind: 'key-pair', ids: ({ KeyPairId }) => [KeyPairId] },
  RegisterImage: { kind: 'image', ids: ({ ImageId }) => [ImageId] },
  RunInstances: {
    kind: 'instance',
    ids: ({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId),
  },
};

/** Makes what a call has made NotFound for a while; other calls have made nothing. */
export const concealCreated = <A extends Ec2Action>(
  state: RegionState,
  action: A,
  output: Ec2Actions[A][1],
  windowMs: number,
): void => {
  const made = created[action];
  if (made === undefined) return;
  for (const id of made.ids(output)) if (id !== undefined) tableOf(state, made.kind).conceal(id, windowMs);
};
