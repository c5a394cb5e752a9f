import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectCode, serviceClientOptions } from './support/aws.js';

const policies = {
  '222222222222': {
    Version: '2012-10-17' as const,
    Statement: [
      {
        Effect: 'Allow' as const,
        Action: ['secretsmanager:GetSecretValue'],
        Resource: ['arn:aws:secretsmanager:*:*:secret:/keys/*'] as [string],
      },
    ],
  },
};

describe('Secrets Manager', () => {
  let sandbox: Sandbox;
  let client: SecretsManagerClient;
  let bound: SecretsManagerClient;

  beforeAll(async () => {
    sandbox = await startSandbox({ accounts: 2, policies });
    client = new SecretsManagerClient(serviceClientOptions(sandbox));
    bound = new SecretsManagerClient(serviceClientOptions(sandbox, { keys: sandbox.accounts[1]! }));
  });
  afterAll(async () => {
    client.destroy();
    bound.destroy();
    await sandbox.close();
  });

  const create = (Name: string, SecretString: string, ClientRequestToken?: string) =>
    client.send(
      new CreateSecretCommand({ Name, SecretString, ...(ClientRequestToken && { ClientRequestToken }) }),
    );
  const read = (SecretId: string, options: object = {}) =>
    client.send(new GetSecretValueCommand({ SecretId, ...options }));

  test('[SECRET-1] A secret is read by name and by ARN, and made once', async () => {
    const token = '0123456789abcdef0123456789abcdef';
    const { ARN = '' } = await create('/keys/one', 'first', token);
    expect(await read('/keys/one')).toMatchObject({
      ARN,
      SecretString: 'first',
      VersionStages: ['AWSCURRENT'],
    });
    expect((await read(ARN)).CreatedDate).toBeInstanceOf(Date);
    expect((await create('/keys/one', 'first', token)).ARN).toBe(ARN);
    await expectCode(create('/keys/one', 'other'), 'ResourceExistsException');
    await expectCode(read('/keys/none'), 'ResourceNotFoundException');
  });

  test('[SECRET-2] A new value leaves the one before readable', async () => {
    await create('/keys/two', 'first');
    await client.send(new PutSecretValueCommand({ SecretId: '/keys/two', SecretString: 'second' }));
    expect((await read('/keys/two')).SecretString).toBe('second');
    expect((await read('/keys/two', { VersionStage: 'AWSPREVIOUS' })).SecretString).toBe('first');
    await expectCode(read('/keys/two', { VersionStage: 'AWSPENDING' }), 'ResourceNotFoundException');
    const { VersionIdsToStages = {} } = await client.send(
      new DescribeSecretCommand({ SecretId: '/keys/two' }),
    );
    expect(Object.values(VersionIdsToStages).flat().sort()).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });

  test('[SECRET-3] What is to be deleted is told of but not read; what is deleted by force has gone', async () => {
    await create('/keys/three', 'value');
    const end = new DeleteSecretCommand({ SecretId: '/keys/three', RecoveryWindowInDays: 7 });
    const { DeletionDate } = await client.send(end);
    const described = await client.send(new DescribeSecretCommand({ SecretId: '/keys/three' }));
    expect(described.DeletedDate).toEqual(DeletionDate);
    await expectCode(read('/keys/three'), 'InvalidRequestException');
    const tooSoon = new DeleteSecretCommand({ SecretId: '/keys/three', RecoveryWindowInDays: 6 });
    await expectCode(client.send(tooSoon), 'InvalidParameterException');
    await client.send(new DeleteSecretCommand({ SecretId: '/keys/three', ForceDeleteWithoutRecovery: true }));
    await expectCode(read('/keys/three'), 'ResourceNotFoundException');
  });

  test('[SECRET-4] Policies know the ARN of a secret, and that of none', async () => {
    await create('/other', 'hidden');
    const of = (SecretId: string) => bound.send(new GetSecretValueCommand({ SecretId }));
    await expectCode(of('/keys/none'), 'ResourceNotFoundException');
    await expectCode(of('/other'), 'AccessDeniedException');
  });
});
