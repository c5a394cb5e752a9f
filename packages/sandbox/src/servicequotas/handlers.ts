import type * as servicequotas from '@aws-sdk/client-service-quotas';
import { ApiError } from '../model/api-error.js';
import type { ServiceContext } from '../services/service.js';
import { quotaArn } from './authorizations.js';
import { documentedServiceQuotas } from './documented.js';

const getServiceQuota = (
  context: ServiceContext,
  request: Partial<servicequotas.GetServiceQuotaRequest>,
): servicequotas.GetServiceQuotaResponse => {
  const quota = documentedServiceQuotas.find(
    ({ service, code }) => service === request.ServiceCode && code === request.QuotaCode,
  );
  if (quota === undefined)
    throw new ApiError(
      'NoSuchResourceException',
      `The request failed because the quota ${request.ServiceCode}/${request.QuotaCode} does not exist.`,
    );
  const { service, code, name, value } = quota;
  return {
    Quota: {
      ServiceCode: service,
      QuotaArn: quotaArn(context, request),
      QuotaCode: code,
      QuotaName: name,
      Value: context.state.services.appliedQuotas.get(code) ?? value,
      Unit: 'None',
      Adjustable: true,
      GlobalQuota: false,
      QuotaAppliedAtLevel: 'ACCOUNT',
    },
  };
};

/** Every action of Service Quotas that the sandbox answers. */
export const serviceQuotasHandlers = { GetServiceQuota: getServiceQuota } as const;
