import type * as cloudformation from '@aws-sdk/client-cloudformation';
import { ApiError } from '../model/api-error.js';
import { pageByName } from '../model/pages.js';
import type { StackOptions } from '../services/resources.js';
import type { ServiceContext } from '../services/service.js';

const pageSize = 100;
/** Stacks are there to be told of; nothing is deployed here. */
const longAgo = new Date(0);

const stackView =
  ({ state: { region, accountId } }: ServiceContext) =>
  ({ name, outputs, status = 'CREATE_COMPLETE' }: StackOptions): cloudformation.Stack => ({
    StackId: `arn:aws:cloudformation:${region}:${accountId}:stack/${name}/00000000-0000-0000-0000-000000000000`,
    StackName: name,
    CreationTime: longAgo,
    StackStatus: status as cloudformation.StackStatus,
    Outputs: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
  });

const describeStacks = (
  context: ServiceContext,
  { StackName, NextToken }: cloudformation.DescribeStacksInput,
): cloudformation.DescribeStacksOutput => {
  const { stacks } = context.state.services;
  const view = stackView(context);
  if (StackName === undefined) {
    const { items, nextToken } = pageByName(stacks, pageSize, NextToken, 'ValidationError');
    return { Stacks: items.map(view), NextToken: nextToken };
  }
  const stack = stacks.get(StackName);
  if (stack === undefined) throw new ApiError('ValidationError', `Stack with id ${StackName} does not exist`);
  return { Stacks: [view(stack)] };
};

/** Every action of CloudFormation that the sandbox answers. */
export const cloudFormationHandlers = { DescribeStacks: describeStacks } as const;
