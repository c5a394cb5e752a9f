import type { GetServiceQuotaRequest } from '@aws-sdk/client-service-quotas';
import { authorize, type ServiceContext } from '../services/service.js';

/** Of a quota, whether it exists or not. */
export const quotaArn = (
  { state }: Pick<ServiceContext, 'state'>,
  { ServiceCode = '', QuotaCode = '' }: Partial<GetServiceQuotaRequest>,
): string => `arn:aws:servicequotas:${state.region}:${state.accountId}:${ServiceCode}/${QuotaCode}`;

/** Every action is about one quota. */
export const serviceQuotasAuthorizations = (
  context: ServiceContext,
  action: string,
  quota: Partial<GetServiceQuotaRequest>,
) => authorize(context, `servicequotas:${action}`, [quotaArn(context, quota)]);
