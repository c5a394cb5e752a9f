import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectCode, serviceClientOptions } from './support/aws.js';

const policies = {
  '222222222222': {
    Version: '2012-10-17' as const,
    Statement: [
      {
        Effect: 'Allow' as const,
        Action: ['servicequotas:GetServiceQuota'],
        Resource: ['arn:aws:servicequotas:*:*:ec2/*'] as [string],
      },
    ],
  },
};

describe('Service Quotas', () => {
  let sandbox: Sandbox;
  let client: ServiceQuotasClient;
  let bound: ServiceQuotasClient;

  beforeAll(async () => {
    sandbox = await startSandbox({ accounts: 2, policies });
    client = new ServiceQuotasClient(serviceClientOptions(sandbox));
    bound = new ServiceQuotasClient(serviceClientOptions(sandbox, { keys: sandbox.accounts[1]! }));
  });
  afterAll(async () => {
    client.destroy();
    bound.destroy();
    await sandbox.close();
  });

  const snapshots = new GetServiceQuotaCommand({ ServiceCode: 'ebs', QuotaCode: 'L-309BACF6' });

  test('[LIMIT-1] A quota has the documented value until another one is applied; one that does not exist is refused', async () => {
    expect((await client.send(snapshots)).Quota).toMatchObject({
      QuotaName: 'Snapshots per Region',
      QuotaArn: 'arn:aws:servicequotas:us-east-1:111111111111:ebs/L-309BACF6',
      Value: 100_000,
    });
    const place = { accountId: '111111111111', region: 'us-east-1' };
    sandbox.model.services(place).appliedQuotas.set('L-309BACF6', 250_000);
    expect((await client.send(snapshots)).Quota?.Value).toBe(250_000);
    const none = new GetServiceQuotaCommand({ ServiceCode: 'ec2', QuotaCode: 'L-309BACF6' });
    await expectCode(client.send(none), 'NoSuchResourceException');
  });

  test('[LIMIT-2] Policies are about the ARN of the quota', async () => {
    await expectCode(bound.send(snapshots), 'AccessDeniedException');
    const amis = new GetServiceQuotaCommand({ ServiceCode: 'ec2', QuotaCode: 'L-B665C33B' });
    expect((await bound.send(amis)).Quota?.Value).toBe(50_000);
  });
});
