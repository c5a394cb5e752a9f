import type { ServiceInputTypes, ServiceOutputTypes, SSMClientConfig } from '@aws-sdk/client-ssm';
import type { FinalizeRequestMiddleware } from '@smithy/types';
import { fromAwsError } from './aws-error.js';
import { loadClient } from './optional-client.js';
import type { SsmApi } from './ssm-api.js';

export interface AwsSsmApiOptions {
  /** `account,region`, for messages. */
  readonly target: string;
  readonly profile: string | undefined;
  readonly config: SSMClientConfig;
}

/** The most that AWS tells of in one answer. */
const describedAtOnce = 50;

/**
 * Systems Manager for one target through the AWS SDK. All calls may be repeated: a session that nobody connects to ends by
 * itself.
 *
 * @throws `TOOL_MISSING` if its client is not installed.
 */
export const createAwsSsmApi = async ({
  target,
  profile,
  config,
}: AwsSsmApiOptions): Promise<{ readonly api: SsmApi; close(): void }> => {
  const sdk = await loadClient({
    name: '@aws-sdk/client-ssm',
    neededBy: 'AWS Systems Manager (connector ssm, parameters)',
    otherwise: 'do without them',
    load: () => import('@aws-sdk/client-ssm'),
  });
  const client = new sdk.SSMClient(config);
  let endpoint = '';
  // The SDK finds it out at each call, from options, environment, configuration files and its own rules.
  const remember: FinalizeRequestMiddleware<ServiceInputTypes, ServiceOutputTypes> =
    (next, context) => (request) => {
      endpoint = context.endpointV2?.url.origin ?? endpoint;
      return next(request);
    };
  client.middlewareStack.add(remember, { step: 'finalizeRequest' });
  const call = async <T>(action: string, resource: string | undefined, answer: Promise<T>): Promise<T> =>
    answer.catch((reason: unknown) => {
      throw fromAwsError(reason, {
        call: `ssm:${action}`,
        target,
        ...(resource !== undefined && { resource }),
      });
    });
  const api: SsmApi = {
    endpoint: () => endpoint,
    profile,
    describeParameters: ({ types, page }, { signal } = {}) => {
      const request = {
        ParameterFilters: [{ Key: 'Type', Values: [...types] }],
        MaxResults: describedAtOnce,
        ...page,
      };
      const how = { ...(signal && { abortSignal: signal }) };
      return call(
        'DescribeParameters',
        undefined,
        client.send(new sdk.DescribeParametersCommand(request), how),
      );
    },
    getParameters: (names, { signal } = {}) => {
      const how = { ...(signal && { abortSignal: signal }) };
      const answer = client.send(new sdk.GetParametersCommand({ Names: [...names] }), how);
      return call('GetParameters', names[0], answer);
    },
    putParameter: async ({ name, value, dataType }, { signal } = {}) => {
      const request = {
        Name: name,
        Value: value,
        Type: 'String',
        DataType: dataType,
        Overwrite: true,
      } as const;
      const how = { ...(signal && { abortSignal: signal }) };
      await call('PutParameter', name, client.send(new sdk.PutParameterCommand(request), how));
    },
    deleteParameter: async (name, { signal } = {}) => {
      const how = { ...(signal && { abortSignal: signal }) };
      await call('DeleteParameter', name, client.send(new sdk.DeleteParameterCommand({ Name: name }), how));
    },
    startSession: (request) =>
      call('StartSession', request.Target, client.send(new sdk.StartSessionCommand(request))),
    terminateSession: async (SessionId) => {
      await call('TerminateSession', SessionId, client.send(new sdk.TerminateSessionCommand({ SessionId })));
    },
  };
  return { api, close: () => client.destroy() };
};
