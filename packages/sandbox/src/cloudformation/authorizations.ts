import { authorize, type ServiceContext } from '../services/service.js';

/** `DescribeStacks` is about the stack that it names, or about all. */
export const cloudFormationAuthorizations = (context: ServiceContext, action: string, input: object) => {
  const { StackName } = input as { readonly StackName?: string };
  const { accountId, region } = context.state;
  return authorize(context, `cloudformation:${action}`, [
    StackName === undefined ? '*' : `arn:aws:cloudformation:${region}:${accountId}:stack/${StackName}/*`,
  ]);
};
