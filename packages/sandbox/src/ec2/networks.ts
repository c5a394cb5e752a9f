import type { SecurityGroupRecord, SubnetRecord, VpcRecord } from '../model/records.js';
import { type DescribeRules, describeRecords } from './describe.js';
import type { Ec2Context, Ec2Handler } from './handler.js';
import { tagList } from './tags.js';

const vpcRules = ({ state }: Ec2Context): DescribeRules<VpcRecord> => ({
  kind: 'vpc',
  minResults: 5,
  filters: {
    cidr: ({ cidr }) => cidr,
    'is-default': ({ isDefault }) => isDefault,
    'owner-id': () => state.accountId,
    state: () => 'available',
    'vpc-id': ({ id }) => id,
  },
});

export const describeVpcs: Ec2Handler<'DescribeVpcs'> = (context, input) => {
  const { state, lag } = context;
  const { records, nextToken } = describeRecords(state.network.vpcs, vpcRules(context), {
    ids: input.VpcIds,
    filters: input.Filters,
    maxResults: input.MaxResults,
    nextToken: input.NextToken,
    lag,
  });
  const Vpcs = records.map(({ id, cidr, isDefault, tags }) => ({
    CidrBlock: cidr,
    IsDefault: isDefault,
    OwnerId: state.accountId,
    State: 'available' as const,
    Tags: tagList(tags),
    VpcId: id,
  }));
  return { Vpcs, NextToken: nextToken };
};

const subnetRules = ({ state }: Ec2Context): DescribeRules<SubnetRecord> => ({
  kind: 'subnet',
  minResults: 5,
  filters: {
    'availability-zone': ({ zone }) => zone,
    'available-ip-address-count': ({ freeAddresses }) => freeAddresses,
    'cidr-block': ({ cidr }) => cidr,
    'default-for-az': ({ isDefault }) => isDefault,
    'owner-id': () => state.accountId,
    state: () => 'available',
    'subnet-id': ({ id }) => id,
    'vpc-id': ({ vpcId }) => vpcId,
  },
});

export const describeSubnets: Ec2Handler<'DescribeSubnets'> = (context, input) => {
  const { state, lag } = context;
  const { records, nextToken } = describeRecords(state.network.subnets, subnetRules(context), {
    ids: input.SubnetIds,
    filters: input.Filters,
    maxResults: input.MaxResults,
    nextToken: input.NextToken,
    lag,
  });
  const Subnets = records.map(({ id, vpcId, zone, cidr, freeAddresses, isDefault, tags }) => ({
    AvailabilityZone: zone,
    AvailableIpAddressCount: freeAddresses,
    CidrBlock: cidr,
    DefaultForAz: isDefault,
    MapPublicIpOnLaunch: isDefault,
    OwnerId: state.accountId,
    State: 'available' as const,
    SubnetId: id,
    Tags: tagList(tags),
    VpcId: vpcId,
  }));
  return { Subnets, NextToken: nextToken };
};

const groupRules = ({ state }: Ec2Context): DescribeRules<SecurityGroupRecord> => ({
  kind: 'security-group',
  minResults: 5,
  filters: {
    'group-id': ({ id }) => id,
    'group-name': ({ name }) => name,
    'owner-id': () => state.accountId,
    'vpc-id': ({ vpcId }) => vpcId,
  },
});

export const describeSecurityGroups: Ec2Handler<'DescribeSecurityGroups'> = (context, input) => {
  const { state, lag } = context;
  const { records, nextToken } = describeRecords(state.network.securityGroups, groupRules(context), {
    ids: input.GroupIds,
    filters: input.Filters,
    maxResults: input.MaxResults,
    nextToken: input.NextToken,
    lag,
  });
  const SecurityGroups = records.map(({ id, vpcId, name, tags }) => ({
    Description: `${name} group`,
    GroupId: id,
    GroupName: name,
    OwnerId: state.accountId,
    Tags: tagList(tags),
    VpcId: vpcId,
  }));
  return { SecurityGroups, NextToken: nextToken };
};
