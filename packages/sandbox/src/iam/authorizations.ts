import type { Ec2Action } from '@ami-publisher/core';
import type {
  CopySnapshotRequest,
  CreateVolumeRequest,
  RunInstancesRequest,
  Tag,
  TagSpecification,
} from '@aws-sdk/client-ec2';
import type { Place, RegionState } from '../model/region-state.js';
import type { SsmAction } from '../ssm/handlers.js';
import { created, type NamedResource, namedResources, tableOf } from '../visibility/named-resources.js';
import type { Authorization } from './evaluate.js';
import { passingRole } from './pass-role.js';

/** Snapshots and images can belong to anybody, so their ARNs have no account. */
const arnOf = ({ accountId, region }: Place, kind: string, id: string): string =>
  `arn:aws:ec2:${region}:${kind === 'snapshot' || kind === 'image' ? '' : accountId}:${kind}/${id}`;

type Context = readonly (readonly [key: string, values: readonly string[]])[];

const requestTagContext = (tags: readonly Tag[]): Context => {
  if (tags.length === 0) return [];
  const values = tags.map(({ Key = '', Value = '' }) => [`aws:RequestTag/${Key}`, [Value]] as const);
  return [...values, ['aws:TagKeys', tags.map(({ Key = '' }) => Key)]];
};

const resourceTagContext = (state: RegionState, { kind, id }: NamedResource): Context => {
  const tags = tableOf(state, kind).get(id)?.tags ?? new Map<string, string>();
  return [...tags].flatMap(([key, value]) => [
    [`aws:ResourceTag/${key}`, [value]] as const,
    [`ec2:ResourceTag/${key}`, [value]] as const,
  ]);
};

/** Snapshots have no such keys in the calls that the sandbox knows. */
const volumeContext = (encrypted: boolean, type: string): Context => [
  ['ec2:Encrypted', [String(encrypted)]],
  ['ec2:VolumeType', [type]],
];

/** DeleteTags alone knows nothing of a volume but its tags. */
const namedContext = (state: RegionState, action: Ec2Action, resource: NamedResource): Context => {
  const volume =
    resource.kind === 'volume' && action !== 'DeleteTags' ? state.volumes.get(resource.id) : undefined;
  const own = volume === undefined ? [] : volumeContext(volume.kmsKey !== undefined, volume.type);
  return [...own, ...resourceTagContext(state, resource)];
};

/** EC2's default volume type; a volume of an encrypted snapshot is encrypted whatever the request says. */
const madeVolumeContext = (state: RegionState, input: CreateVolumeRequest): Context => {
  const source = state.snapshots.get(input.SnapshotId ?? '');
  return volumeContext(input.Encrypted === true || source?.kmsKey !== undefined, input.VolumeType ?? 'gp2');
};

interface TaggingInput {
  readonly TagSpecifications?: readonly TagSpecification[] | undefined;
  readonly Tags?: readonly Tag[] | undefined;
}

/**
 * What an EC2 call needs: its action on everything that it makes and names, `ec2:CreateTags` on what it makes with tags, and `iam:PassRole` on the role
 * that it gives an instance. Describe
 * calls are not about resources, but for those of attributes. Tags of the request are known for what gets them, tags of resources for what is named. Service
 * authorization reference, "Actions, resources, and condition keys for Amazon EC2".
 */
export const ec2Authorizations = (state: RegionState, action: Ec2Action, input: object): Authorization[] => {
  const { Tags = [] } = input as TaggingInput;
  const general: Context = [['aws:RequestedRegion', [state.region]]];
  const name = `ec2:${action}`;
  if (isListing(action)) return [{ action: name, resource: '*', context: new Map(general) }];
  const named = namedResources(input).map((resource) => ({
    action: name,
    resource: arnOf(state, resource.kind, resource.id),
    context: new Map([...general, ...requestTagContext(Tags), ...namedContext(state, action, resource)]),
  }));
  return [
    ...exportTaskAuthorizations(state, action, input, general),
    ...makingAuthorizations(state, action, input, general),
    ...copyingAuthorizations(state, action, input, general),
    ...named,
    ...passingAuthorizations(state, action, input),
  ];
};

/** Cancelling an export is about its task. */
const exportTaskAuthorizations = (
  state: RegionState,
  action: Ec2Action,
  input: object,
  general: Context,
): Authorization[] => {
  if (action !== 'CancelExportTask') return [];
  const { ExportTaskId = '' } = input as { readonly ExportTaskId?: string };
  const tags = [...(state.services.exportTasks.get(ExportTaskId)?.tags ?? [])];
  const own = tags.map(([key, value]) => [`aws:ResourceTag/${key}`, [value]] as const);
  const resource = arnOf(state, 'export-image-task', ExportTaskId);
  return [{ action: `ec2:${action}`, resource, context: new Map([...general, ...own]) }];
};

/** Copying a snapshot is about its source too, of which no tags are known. */
const copyingAuthorizations = (
  { accountId }: RegionState,
  action: Ec2Action,
  input: object,
  general: Context,
): Authorization[] => {
  if (action !== 'CopySnapshot') return [];
  const { SourceRegion = '', SourceSnapshotId = '' } = input as Partial<CopySnapshotRequest>;
  const resource = arnOf({ accountId, region: SourceRegion }, 'snapshot', SourceSnapshotId);
  return [{ action: `ec2:${action}`, resource, context: new Map(general) }];
};

/** Launching with an instance profile gives its role to what runs on the instance. */
const passingAuthorizations = (state: RegionState, action: Ec2Action, input: object): Authorization[] => {
  const { IamInstanceProfile: profile } = input as Partial<RunInstancesRequest>;
  const name = profile?.Arn ?? profile?.Name;
  return action === 'RunInstances' && name !== undefined ? [passingRole(state, name)] : [];
};

/** Whether a call is about no resource; attributes are those of one. */
const isListing = (action: Ec2Action): boolean => /^Describe(?!.*Attribute$)/.test(action);

/** What a creating call needs on what it makes; nothing for other calls. */
const makingAuthorizations = (
  state: RegionState,
  action: Ec2Action,
  input: object,
  general: Context,
): Authorization[] => {
  const made = created[action];
  const types = madeBy[action] ?? (made === undefined ? [] : [made.kind]);
  const { KeyName } = input as RunInstancesRequest;
  const withKey = action === 'RunInstances' && KeyName !== undefined;
  const key = {
    action: `ec2:${action}`,
    resource: arnOf(state, 'key-pair', KeyName ?? ''),
    context: new Map(general),
  };
  return [
    ...types.flatMap((type) => makingAuthorization(state, action, input, general, type)),
    ...(withKey ? [key] : []),
  ];
};

/** What a call makes where that is not just what it answers with, or has no tags. */
const madeBy: { readonly [A in Ec2Action]?: readonly string[] } = {
  ExportImage: ['export-image-task'],
  RunInstances: ['instance', 'network-interface', 'volume'],
};

const makingAuthorization = (
  state: RegionState,
  action: Ec2Action,
  input: object,
  general: Context,
  type: string,
): Authorization[] => {
  const { TagSpecifications = [] } = input as TaggingInput;
  const tags = TagSpecifications.flatMap(({ ResourceType, Tags = [] }) =>
    ResourceType === type ? Tags : [],
  );
  const own = action === 'CreateVolume' ? madeVolumeContext(state, input as CreateVolumeRequest) : [];
  const making = {
    action: `ec2:${action}`,
    resource: arnOf(state, type, '*'),
    context: new Map([...general, ...own, ...requestTagContext(tags)]),
  };
  if (tags.length === 0) return [making];
  const tagging = {
    action: 'ec2:CreateTags',
    resource: making.resource,
    context: new Map([...making.context, ['ec2:CreateAction', [action]] as const]),
  };
  return [making, tagging];
};

/**
 * What a call of Systems Manager needs: `StartSession` and `SendCommand` on the instance and on the document, `TerminateSession` on the session,
 * `GetParameters` on each parameter. Service
 * authorization reference, "Actions, resources, and condition keys for AWS Systems Manager".
 */
export const ssmAuthorizations = (state: RegionState, action: SsmAction, input: object): Authorization[] => {
  const { accountId, region } = state;
  const {
    Target = '',
    DocumentName = '',
    SessionId = '',
    Name = '',
  } = input as Readonly<Record<string, string>>;
  const { Names = [] } = input as { readonly Names?: readonly string[] };
  const general: Context = [['aws:RequestedRegion', [region]]];
  const on = (resource: string, context: Context = []) => ({
    action: `ssm:${action}`,
    resource,
    context: new Map([...general, ...context]),
  });
  if (unbound.has(action)) return [on('*')];
  const parameter = (name: string) =>
    on(`arn:aws:ssm:${region}:${accountId}:parameter/${name.replace(/^\//, '')}`);
  if (action === 'GetParameters') return Names.map(parameter);
  if (action === 'PutParameter' || action === 'DeleteParameter') return [parameter(Name)];
  if (action === 'TerminateSession') return [on(`arn:aws:ssm:${region}:${accountId}:session/${SessionId}`)];
  const { InstanceIds = [Target] } = input as { readonly InstanceIds?: readonly string[] };
  const instances = InstanceIds.map((id) =>
    on(`arn:aws:ec2:${region}:${accountId}:instance/${id}`, instanceTagContext(state, id)),
  );
  // Documents of AWS belong to no account.
  return [...instances, on(`arn:aws:ssm:${region}::document/${DocumentName}`)];
};

/** Actions that are not about resources. */
const unbound: ReadonlySet<SsmAction> = new Set([
  'DescribeInstanceInformation',
  'DescribeParameters',
  'GetCommandInvocation',
]);

const instanceTagContext = (state: RegionState, instanceId: string): Context =>
  [...(state.instances.get(instanceId)?.tags ?? [])].flatMap(([key, value]) => [
    [`aws:ResourceTag/${key}`, [value]] as const,
    [`ssm:resourceTag/${key}`, [value]] as const,
  ]);

/** What an STS call of a signed caller needs. */
export const stsAuthorization = (action: string, input: object, region: string): Authorization => {
  const { RoleArn } = input as { readonly RoleArn?: string | undefined };
  return {
    action: `sts:${action}`,
    resource: RoleArn ?? '*',
    context: new Map([['aws:RequestedRegion', [region]]]),
  };
};
