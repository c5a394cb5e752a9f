import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectCode, serviceClientOptions } from './support/aws.js';

const place = { accountId: '111111111111', region: 'us-east-1' };
const policies = {
  '222222222222': {
    Version: '2012-10-17' as const,
    Statement: [
      {
        Effect: 'Allow' as const,
        Action: ['cloudformation:DescribeStacks'],
        Resource: ['arn:aws:cloudformation:*:*:stack/AmiLifecycle/*'] as [string],
      },
    ],
  },
};

describe('CloudFormation', () => {
  let sandbox: Sandbox;
  let client: CloudFormationClient;
  let bound: CloudFormationClient;

  beforeAll(async () => {
    sandbox = await startSandbox({ accounts: 2, policies });
    client = new CloudFormationClient(serviceClientOptions(sandbox));
    bound = new CloudFormationClient(serviceClientOptions(sandbox, { keys: sandbox.accounts[1]! }));
    const outputs = { url: 'https://orchestrator.example/', bucket: 'components' };
    sandbox.model.services(place).addStack({ name: 'AmiLifecycle', outputs });
    sandbox.model.services(place).addStack({ name: 'Other', outputs: {}, status: 'ROLLBACK_COMPLETE' });
  });
  afterAll(async () => {
    client.destroy();
    bound.destroy();
    await sandbox.close();
  });

  test('[STACK-1] A stack tells its state and its outputs', async () => {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: 'AmiLifecycle' }));
    expect(Stacks).toMatchObject([
      {
        StackStatus: 'CREATE_COMPLETE',
        Outputs: [
          { OutputKey: 'url', OutputValue: 'https://orchestrator.example/' },
          { OutputKey: 'bucket', OutputValue: 'components' },
        ],
      },
    ]);
    const all = await client.send(new DescribeStacksCommand({}));
    expect(all.Stacks?.map(({ StackName }) => StackName)).toEqual(['AmiLifecycle', 'Other']);
    await expectCode(client.send(new DescribeStacksCommand({ StackName: 'None' })), 'ValidationError');
  });

  test('[STACK-2] Policies know the ARN of the stack that is named', async () => {
    await expectCode(bound.send(new DescribeStacksCommand({ StackName: 'AmiLifecycle' })), 'ValidationError');
    await expectCode(bound.send(new DescribeStacksCommand({ StackName: 'Other' })), 'AccessDenied');
    await expectCode(bound.send(new DescribeStacksCommand({})), 'AccessDenied');
  });
});
