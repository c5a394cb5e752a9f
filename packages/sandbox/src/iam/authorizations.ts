import type { Ec2Action } from '@ami-publisher/core';
import type { Tag, TagSpecification } from '@aws-sdk/client-ec2';
import type { ResourceKind } from '../model/ids.js';
import type { Place, RegionState } from '../model/region-state.js';
import { created, namedResources, tableOf } from '../visibility/named-resources.js';
import type { Authorization } from './evaluate.js';

/** Snapshots and images can belong to anybody, so their ARNs have no account. */
const arnOf = ({ accountId, region }: Place, kind: ResourceKind, id: string): string =>
  `arn:aws:ec2:${region}:${kind === 'snapshot' || kind === 'image' ? '' : accountId}:${kind}/${id}`;

type Context = readonly (readonly [key: string, values: readonly string[]])[];

const requestTagContext = (tags: readonly Tag[]): Context => {
  if (tags.length === 0) return [];
  const values = tags.map(({ Key = '', Value = '' }) => [`aws:RequestTag/${Key}`, [Value]] as const);
  return [...values, ['aws:TagKeys', tags.map(({ Key = '' }) => Key)]];
};

const resourceTagContext = (state: RegionState, kind: ResourceKind, id: string): Context => {
  const tags = tableOf(state, kind).get(id)?.tags ?? new Map<string, string>();
  return [...tags].flatMap(([key, value]) => [
    [`aws:ResourceTag/${key}`, [value]] as const,
    [`ec2:ResourceTag/${key}`, [value]] as const,
  ]);
};

interface TaggingInput {
  readonly TagSpecifications?: readonly TagSpecification[] | undefined;
  readonly Tags?: readonly Tag[] | undefined;
}

/**
 * What an EC2 call needs: its action on everything that it makes and names, and `ec2:CreateTags` on what it makes with tags. Describe
 * calls are not about resources. Service authorization reference, "Actions, resources, and condition keys for Amazon EC2".
 */
export const ec2Authorizations = (state: RegionState, action: Ec2Action, input: object): Authorization[] => {
  const { TagSpecifications = [], Tags = [] } = input as TaggingInput;
  const general: Context = [['aws:RequestedRegion', [state.region]]];
  const name = `ec2:${action}`;
  if (action.startsWith('Describe')) return [{ action: name, resource: '*', context: new Map(general) }];
  const made = created[action];
  const newTags = TagSpecifications.flatMap((specification) => specification.Tags ?? []);
  const requested = requestTagContext(made === undefined ? Tags : newTags);
  const named = namedResources(input).map(({ kind, id }) => ({
    action: name,
    resource: arnOf(state, kind, id),
    context: new Map([...general, ...requested, ...resourceTagContext(state, kind, id)]),
  }));
  if (made === undefined) return named;
  const making = {
    action: name,
    resource: arnOf(state, made.kind, '*'),
    context: new Map([...general, ...requested]),
  };
  if (newTags.length === 0) return [making, ...named];
  const tagging = {
    action: 'ec2:CreateTags',
    resource: making.resource,
    context: new Map([...making.context, ['ec2:CreateAction', [action]] as const]),
  };
  return [making, ...named, tagging];
};

/** What an STS call of a signed caller needs. */
export const stsAuthorization = (action: string, input: object, region: string): Authorization => {
  const { RoleArn } = input as { readonly RoleArn?: string | undefined };
  return {
    action: `sts:${action}`,
    resource: RoleArn ?? '*',
    context: new Map([['aws:RequestedRegion', [region]]]),
  };
};
