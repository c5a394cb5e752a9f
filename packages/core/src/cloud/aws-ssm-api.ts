import { AmiPublisherError } from '@ami-publisher/base';
import type { ServiceInputTypes, ServiceOutputTypes, SSMClientConfig } from '@aws-sdk/client-ssm';
import type { FinalizeRequestMiddleware } from '@smithy/types';
import { fromAwsError } from './aws-error.js';
import type { SsmApi } from './ssm-api.js';

export interface AwsSsmApiOptions {
  /** `account,region`, for messages. */
  readonly target: string;
  readonly profile: string | undefined;
  readonly config: SSMClientConfig;
}

/**
 * Systems Manager for one target through the AWS SDK. Both calls may be repeated: a session that nobody connects to ends by itself.
 *
 * @throws `TOOL_MISSING` if its client is not installed.
 */
export const createAwsSsmApi = async ({
  target,
  profile,
  config,
}: AwsSsmApiOptions): Promise<{ readonly api: SsmApi; close(): void }> => {
  const { SSMClient, StartSessionCommand, TerminateSessionCommand } = await loadClient();
  const client = new SSMClient(config);
  let endpoint = '';
  // The SDK finds it out at each call, from options, environment, configuration files and its own rules.
  const remember: FinalizeRequestMiddleware<ServiceInputTypes, ServiceOutputTypes> =
    (next, context) => (request) => {
      endpoint = context.endpointV2?.url.origin ?? endpoint;
      return next(request);
    };
  client.middlewareStack.add(remember, { step: 'finalizeRequest' });
  const call = async <T>(action: string, resource: string, answer: Promise<T>): Promise<T> =>
    answer.catch((reason: unknown) => {
      throw fromAwsError(reason, { call: `ssm:${action}`, target, resource });
    });
  const api: SsmApi = {
    endpoint: () => endpoint,
    profile,
    startSession: (request) =>
      call('StartSession', request.Target, client.send(new StartSessionCommand(request))),
    terminateSession: async (SessionId) => {
      await call('TerminateSession', SessionId, client.send(new TerminateSessionCommand({ SessionId })));
    },
  };
  return { api, close: () => client.destroy() };
};

const loadClient = async (): Promise<typeof import('@aws-sdk/client-ssm')> => {
  try {
    return await import('@aws-sdk/client-ssm');
  } catch (cause) {
    throw new AmiPublisherError('TOOL_MISSING', {
      message: 'connector ssm needs the package @aws-sdk/client-ssm, which is not installed',
      resource: '@aws-sdk/client-ssm',
      remedy:
        'install it beside @ami-publisher/core (`npm install @aws-sdk/client-ssm`), or choose another connector',
      cause,
    });
  }
};
