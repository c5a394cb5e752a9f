import { authorize, type ServiceContext } from '../services/service.js';

/** Every action is about one topic. */
export const snsAuthorizations = (context: ServiceContext, action: string, input: object) => {
  const { accountId, region } = context.state;
  const { Name = '', TopicArn = `arn:aws:sns:${region}:${accountId}:${Name}` } = input as {
    readonly Name?: string;
    readonly TopicArn?: string;
  };
  return authorize(context, `sns:${action}`, [TopicArn]);
};
