import type { KMSClient, KMSClientConfig } from '@aws-sdk/client-kms';
import { fromAwsError } from './aws-error.js';
import { createKmsApi, type KmsAction, type KmsApi } from './kms-api.js';
import { loadClient } from './optional-client.js';

export interface AwsKmsApiOptions {
  /** `account,region`, for messages. */
  readonly target: string;
  readonly config: KMSClientConfig;
}

const maxAttempts = 6;

/** KMS for one target through the AWS SDK. @throws `TOOL_MISSING` if its client is not installed */
export const createAwsKmsApi = async ({
  target,
  config,
}: AwsKmsApiOptions): Promise<{ readonly api: KmsApi; close(): void }> => {
  const sdk = await loadClient({
    name: '@aws-sdk/client-kms',
    neededBy: 'looking at KMS keys (sharing of AMIs)',
    otherwise: 'do without it',
    load: () => import('@aws-sdk/client-kms'),
  });
  const client = new sdk.KMSClient({ ...config, maxAttempts, retryMode: 'standard' });
  const commands = sdk as unknown as Record<
    `${KmsAction}Command`,
    new (
      input: object,
    ) => Parameters<KMSClient['send']>[0]
  >;
  const api = createKmsApi(async (action, input, { signal }) => {
    const how = { ...(signal && { abortSignal: signal }) };
    try {
      return await client.send(new commands[`${action}Command`](input), how);
    } catch (reason) {
      signal?.throwIfAborted();
      const { KeyId } = input as { readonly KeyId?: string };
      throw fromAwsError(reason, { call: `kms:${action}`, target, resource: KeyId });
    }
  });
  return { api, close: () => client.destroy() };
};
