import type { AutoScalingClientConfig } from '@aws-sdk/client-auto-scaling';
import type { AutoScalingApi } from './auto-scaling-api.js';
import { fromAwsError } from './aws-error.js';
import type { CallOptions } from './ec2-api.js';
import { loadClient } from './optional-client.js';

export interface AwsAutoScalingApiOptions {
  /** `account,region`, for messages. */
  readonly target: string;
  readonly config: AutoScalingClientConfig;
}

const maxAttempts = 6;

/** Auto Scaling for one target through the AWS SDK; it only reads. @throws `TOOL_MISSING` if its client is not installed */
export const createAwsAutoScalingApi = async ({
  target,
  config,
}: AwsAutoScalingApiOptions): Promise<{ readonly api: AutoScalingApi; close(): void }> => {
  const sdk = await loadClient({
    name: '@aws-sdk/client-auto-scaling',
    neededBy: 'looking for Auto Scaling groups and launch configurations',
    otherwise: 'leave the question of which AMIs are in use to another machine',
    load: () => import('@aws-sdk/client-auto-scaling'),
  });
  const client = new sdk.AutoScalingClient({ ...config, maxAttempts, retryMode: 'standard' });
  const call = async <T>(action: string, answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> =>
    answer.catch((reason: unknown) => {
      signal?.throwIfAborted();
      throw fromAwsError(reason, { call: `autoscaling:${action}`, target });
    });
  const how = ({ signal }: CallOptions) => ({ ...(signal && { abortSignal: signal }) });
  const api: AutoScalingApi = {
    describeAutoScalingGroups: (page, options = {}) => {
      const answer = client.send(new sdk.DescribeAutoScalingGroupsCommand({ ...page }), how(options));
      return call('DescribeAutoScalingGroups', answer, options.signal);
    },
    describeLaunchConfigurations: (page, options = {}) => {
      const answer = client.send(new sdk.DescribeLaunchConfigurationsCommand({ ...page }), how(options));
      return call('DescribeLaunchConfigurations', answer, options.signal);
    },
  };
  return { api, close: () => client.destroy() };
};
