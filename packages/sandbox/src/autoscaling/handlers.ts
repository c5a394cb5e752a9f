import type * as autoscaling from '@aws-sdk/client-auto-scaling';
import { ApiError } from '../model/api-error.js';
import { pageByName } from '../model/pages.js';
import type { RegionState } from '../model/region-state.js';
import type { ServiceContext } from '../services/service.js';

const defaultRecords = 50;
const maxRecords = 100;
/** Nothing scales here; groups are there to be told of. */
const longAgo = new Date(0);

const pageSize = (records: number | undefined): number => {
  if (records !== undefined && (records < 1 || records > maxRecords))
    throw new ApiError('ValidationError', `1 validation error detected: Value '${records}' at 'maxRecords'`);
  return records ?? defaultRecords;
};

const only = <T>(all: ReadonlyMap<string, T>, names: readonly string[] = []): ReadonlyMap<string, T> =>
  names.length === 0 ? all : new Map([...all].filter(([name]) => names.includes(name)));

const arnOf = ({ region, accountId }: RegionState, kind: string, name: string): string =>
  `arn:aws:autoscaling:${region}:${accountId}:${kind}:00000000-0000-0000-0000-000000000000:${kind}Name/${name}`;

const describeAutoScalingGroups = (
  { state }: ServiceContext,
  input: autoscaling.AutoScalingGroupNamesType,
): autoscaling.AutoScalingGroupsType => {
  if ((input.Filters ?? []).length > 0)
    throw new ApiError('ValidationError', 'The sandbox does not filter Auto Scaling groups.');
  const groups = only(state.references.autoScalingGroups, input.AutoScalingGroupNames);
  const page = pageByName(groups, pageSize(input.MaxRecords), input.NextToken, 'InvalidNextToken');
  return {
    AutoScalingGroups: page.items.map((group) => ({
      ...group,
      AutoScalingGroupARN: arnOf(state, 'autoScalingGroup', group.AutoScalingGroupName),
      MinSize: 0,
      MaxSize: 0,
      DesiredCapacity: 0,
      DefaultCooldown: 300,
      AvailabilityZones: [],
      HealthCheckType: 'EC2',
      CreatedTime: longAgo,
    })),
    NextToken: page.nextToken,
  };
};

const describeLaunchConfigurations = (
  { state }: ServiceContext,
  input: autoscaling.LaunchConfigurationNamesType,
): autoscaling.LaunchConfigurationsType => {
  const found = only(state.references.launchConfigurations, input.LaunchConfigurationNames);
  const page = pageByName(found, pageSize(input.MaxRecords), input.NextToken, 'InvalidNextToken');
  return {
    LaunchConfigurations: page.items.map(({ name, imageId }) => ({
      LaunchConfigurationName: name,
      LaunchConfigurationARN: arnOf(state, 'launchConfiguration', name),
      ImageId: imageId,
      InstanceType: 't3.micro',
      CreatedTime: longAgo,
    })),
    NextToken: page.nextToken,
  };
};

/** Every action of Auto Scaling that the sandbox answers. */
export const autoScalingHandlers = {
  DescribeAutoScalingGroups: describeAutoScalingGroups,
  DescribeLaunchConfigurations: describeLaunchConfigurations,
} as const;

export type AutoScalingAction = keyof typeof autoScalingHandlers;
