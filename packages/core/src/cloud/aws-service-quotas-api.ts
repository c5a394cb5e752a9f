import type { ServiceQuotasClientConfig } from '@aws-sdk/client-service-quotas';
import { fromAwsError, isAwsError } from './aws-error.js';
import type { CallOptions } from './ec2-api.js';
import { loadClient } from './optional-client.js';

export interface AwsServiceQuotasApiOptions {
  /** `account,region`, for messages. */
  readonly target: string;
  readonly config: ServiceQuotasClientConfig;
}

/** A quota as Service Quotas names it. */
export interface ServiceQuota {
  /** `ec2`, `ebs` */
  readonly serviceCode: string;
  /** `L-` and eight hexadecimal digits; the same in every account and region. */
  readonly quotaCode: string;
}

/** What this package asks of Service Quotas in one target. */
export interface ServiceQuotasApi {
  /** @returns the value that is applied to the account in the region; undefined if AWS tells none of that quota there */
  getServiceQuota(quota: ServiceQuota, options?: CallOptions): Promise<number | undefined>;
}

const maxAttempts = 6;

/** Service Quotas for one target through the AWS SDK. @throws `TOOL_MISSING` if its client is not installed */
export const createAwsServiceQuotasApi = async ({
  target,
  config,
}: AwsServiceQuotasApiOptions): Promise<ServiceQuotasApi> => {
  const { ServiceQuotasClient, GetServiceQuotaCommand } = await loadClient({
    name: '@aws-sdk/client-service-quotas',
    neededBy: 'looking at quotas (doctor)',
    otherwise: 'do without it',
    load: () => import('@aws-sdk/client-service-quotas'),
  });
  const client = new ServiceQuotasClient({ ...config, maxAttempts, retryMode: 'standard' });
  return {
    getServiceQuota: async ({ serviceCode, quotaCode }, { signal } = {}) => {
      const command = new GetServiceQuotaCommand({ ServiceCode: serviceCode, QuotaCode: quotaCode });
      try {
        const { Quota } = await client.send(command, { ...(signal && { abortSignal: signal }) });
        return Quota?.Value;
      } catch (reason) {
        signal?.throwIfAborted();
        const error = fromAwsError(reason, { call: 'servicequotas:GetServiceQuota', target });
        if (isAwsError(error, 'NoSuchResourceException')) return undefined;
        throw error;
      }
    },
  };
};
