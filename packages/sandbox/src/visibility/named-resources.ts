import type { Ec2Action } from '@ami-publisher/core';
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
  ['Image', 'Instance', 'Snapshot', 'Volume']
    .flatMap((kind) => [`${kind}Id`, `${kind}Ids`])
    .concat('Resources'),
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
export const tableOf = (state: RegionState, kind: ResourceKind): Table<Resource> => {
  const tables = {
    image: state.images,
    instance: state.instances,
    'launch-template': state.references.launchTemplates,
    snapshot: state.snapshots,
    volume: state.volumes,
  } as unknown as Readonly<Record<ResourceKind, Table<Resource>>>;
  return tables[kind];
};

/** @throws the kind's NotFound for a resource that is there, but too new to be used. */
export const checkUsable = (state: RegionState, named: readonly NamedResource[], lag: Lag): void => {
  for (const { kind, id } of named) {
    if (!tableOf(state, kind).isUsable(id, lag)) throw notFound(kind, id);
  }
};

/** What the creating actions make, and where their answer has its id. */
export const created: {
  readonly [A in Ec2Action]?: { readonly kind: ResourceKind; readonly member: string };
} = {
  CreateSnapshot: { kind: 'snapshot', member: 'SnapshotId' },
  CreateVolume: { kind: 'volume', member: 'VolumeId' },
  RegisterImage: { kind: 'image', member: 'ImageId' },
};

/** Makes what a call has made NotFound for a while; other calls have made nothing. */
export const concealCreated = (
  state: RegionState,
  action: Ec2Action,
  output: object,
  windowMs: number,
): void => {
  const made = created[action];
  if (made === undefined) return;
  const id = (output as Readonly<Record<string, unknown>>)[made.member];
  if (typeof id === 'string') tableOf(state, made.kind).conceal(id, windowMs);
};
