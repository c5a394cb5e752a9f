import { AmiPublisherError } from '@ami-publisher/base';
import type { Filter, Subnet, Tag } from '@aws-sdk/client-ec2';
import { describeSecurityGroups, describeSubnets, describeVpcs } from '../cloud/describe.js';
import type { CallOptions, Ec2Api } from '../cloud/ec2-api.js';
import { fromTagList, type Tags, tagFilter } from '../cloud/tags.js';
import type { JsonObject } from '../steps/json.js';

/** Where instances are to be: by ids, which come first, or by tags. A tag with an empty value is one that has to be there, whatever its value. */
export interface NetworkRequest {
  readonly vpcId?: string | undefined;
  /** Of exactly one VPC. @default `Preferred=true` */
  readonly vpcTags?: Tags | undefined;
  /** In the order in which they are tried; the VPC is then theirs. */
  readonly subnetIds?: readonly string[] | undefined;
  /** Of the subnets in the VPC. @default `Network=Private` */
  readonly subnetTags?: Tags | undefined;
  readonly securityGroupIds?: readonly string[] | undefined;
  /** Of exactly one group in the VPC. @default the VPC's default group */
  readonly securityGroupTags?: Tags | undefined;
}

/** A subnet with room. */
export interface ChosenSubnet extends JsonObject {
  readonly id: string;
  readonly zone: string;
}

/** Where instances can be. */
export interface ChosenNetwork {
  /** The next is tried where one has no capacity. */
  readonly subnets: readonly ChosenSubnet[];
  /** None = the VPC's default group. */
  readonly groupIds: readonly string[];
}

const defaultVpcTags: Tags = { Preferred: 'true' };
const defaultSubnetTags: Tags = { Network: 'Private' };

/** @throws `AWS_NOT_FOUND` for what is not there or has no free addresses, `INVALID_OPTION` where several are there and one is wanted. */
export const chooseNetwork = async (
  ec2: Ec2Api,
  request: NetworkRequest,
  options: CallOptions,
): Promise<ChosenNetwork> => {
  const found = await subnetsFor(ec2, request, options);
  const roomy = found.filter(({ AvailableIpAddressCount = 0 }) => AvailableIpAddressCount > 0);
  const [first] = roomy;
  if (first === undefined) throw noRoom(found);
  const vpcId = first.VpcId ?? '';
  const subnets = roomy.filter(({ VpcId }) => VpcId === vpcId);
  return {
    subnets: subnets.map(({ SubnetId = '', AvailabilityZone = '' }) => ({
      id: SubnetId,
      zone: AvailabilityZone,
    })),
    groupIds: await groupsFor(ec2, request, vpcId, options),
  };
};

const subnetsFor = async (ec2: Ec2Api, request: NetworkRequest, options: CallOptions): Promise<Subnet[]> => {
  const { subnetIds = [], subnetTags = defaultSubnetTags } = request;
  if (subnetIds.length > 0) {
    const found = await describeSubnets(ec2, [{ Name: 'subnet-id', Values: [...subnetIds] }], options);
    const byId = new Map(found.map((subnet) => [subnet.SubnetId, subnet]));
    return subnetIds.map((id) => byId.get(id) ?? missing('subnet', id));
  }
  const vpcId = await vpcFor(ec2, request, options);
  const filters = [{ Name: 'vpc-id', Values: [vpcId] }, ...filtersOf(subnetTags)];
  const found = tagged(await describeSubnets(ec2, filters, options), subnetTags);
  if (found.length === 0) missing('subnet', `${textOf(subnetTags)} in ${vpcId}`);
  const key = ({ AvailabilityZone, SubnetId }: Subnet) => `${AvailabilityZone} ${SubnetId}`;
  return found.sort((a, b) => (key(a) < key(b) ? -1 : 1));
};

const vpcFor = async (
  ec2: Ec2Api,
  { vpcId, vpcTags = defaultVpcTags }: NetworkRequest,
  options: CallOptions,
): Promise<string> => {
  if (vpcId !== undefined) return vpcId;
  const found = tagged(await describeVpcs(ec2, filtersOf(vpcTags), options), vpcTags);
  return only(
    'VPC',
    textOf(vpcTags),
    found.map(({ VpcId = '' }) => VpcId),
  );
};

const groupsFor = async (
  ec2: Ec2Api,
  { securityGroupIds = [], securityGroupTags }: NetworkRequest,
  vpcId: string,
  options: CallOptions,
): Promise<readonly string[]> => {
  if (securityGroupIds.length > 0 || securityGroupTags === undefined) return securityGroupIds;
  const filters = [{ Name: 'vpc-id', Values: [vpcId] }, ...filtersOf(securityGroupTags)];
  const found = tagged(await describeSecurityGroups(ec2, filters, options), securityGroupTags);
  const where = `${textOf(securityGroupTags)} in ${vpcId}`;
  return [
    only(
      'security group',
      where,
      found.map(({ GroupId = '' }) => GroupId),
    ),
  ];
};

const optionOf: Readonly<Record<string, string>> = {
  VPC: '--vpc or --vpc-search-tags',
  subnet: '--subnet or --subnet-search-tags',
  'security group': '--security-group or --security-group-search-tags',
};

const only = (what: string, wanted: string, ids: readonly string[]): string => {
  const [id] = ids;
  if (id === undefined) return missing(what, wanted);
  if (ids.length === 1) return id;
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `several ${what}s fit ${wanted}: ${ids.join(', ')}`,
    resource: ids.join(', '),
    remedy: `name the one to be used with ${optionOf[what]}`,
  });
};

const missing = (what: string, wanted: string): never => {
  throw new AmiPublisherError('AWS_NOT_FOUND', {
    message: `there is no ${what} ${wanted}`,
    resource: wanted,
    remedy: `name another with ${optionOf[what]}`,
  });
};

const noRoom = (subnets: readonly Subnet[]): AmiPublisherError => {
  const ids = subnets.map(({ SubnetId }) => SubnetId).join(', ');
  return new AmiPublisherError('AWS_NOT_FOUND', {
    message: `no subnet has a free address: ${ids}`,
    resource: ids,
    remedy: `name another with ${optionOf.subnet}`,
  });
};

/** For people: `Preferred=true, team`. */
export const textOf = (tags: Tags): string =>
  Object.entries(tags)
    .map(([key, value]) => (value === '' ? key : `${key}=${value}`))
    .join(', ');

/** A search by tags as EC2 filters. */
export const filtersOf = (tags: Tags): Filter[] =>
  Object.entries(tags).map(([key, value]) =>
    value === '' ? { Name: 'tag-key', Values: [key] } : tagFilter(key, value),
  );

/** Those that have exactly these tags, whatever a filter took for wildcards. */
export const tagged = <T extends { readonly Tags?: Tag[] | undefined }>(
  found: readonly T[],
  tags: Tags,
): T[] =>
  found.filter((one) => {
    const own = fromTagList(one.Tags);
    return Object.entries(tags).every(([key, value]) => own[key] === value || (value === '' && key in own));
  });
