import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import {
  CreateGrantCommand,
  type CreateGrantRequest,
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  KMSClient,
  ListGrantsCommand,
  RevokeGrantCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectCode } from './support/aws.js';

const place = { accountId: '111111111111', region: 'us-east-1' };
const grantee = 'arn:aws:iam::222222222222:root';

describe('KMS', () => {
  let sandbox: Sandbox;
  let owner: KMSClient;
  let other: KMSClient;

  beforeAll(async () => {
    sandbox = await startSandbox({
      accounts: 2,
      policies: {
        '222222222222': {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'kms:DescribeKey', Resource: '*' }],
        },
      },
    });
    const client = (index: number): KMSClient => {
      const { accessKeyId, secretAccessKey } = sandbox.accounts[index]!;
      const credentials = { accessKeyId, secretAccessKey };
      return new KMSClient({
        endpoint: sandbox.endpoint,
        region: place.region,
        credentials,
        maxAttempts: 1,
      });
    };
    owner = client(0);
    other = client(1);
  });
  afterAll(async () => {
    owner.destroy();
    other.destroy();
    await sandbox.close();
  });

  const describeKey = async (client: KMSClient, KeyId: string) =>
    (await client.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata;
  const grant = (KeyId: string, change: Partial<CreateGrantRequest> = {}) =>
    owner.send(
      new CreateGrantCommand({ KeyId, GranteePrincipal: grantee, Operations: ['DescribeKey'], ...change }),
    );

  test('[KMS-1] Keys are named by id, ARN and alias; the default key of EBS is AWS’s, and there when it is asked for', async () => {
    const arn = sandbox.model.addKmsKey(place, 'alias/images');
    for (const name of [arn, arn.split('/')[1]!, 'alias/images', arn.replace(/key\/.*/, 'alias/images')])
      expect(await describeKey(owner, name)).toMatchObject({
        ...{ Arn: arn, KeyManager: 'CUSTOMER', KeyState: 'Enabled', AWSAccountId: place.accountId },
      });
    expect(await describeKey(owner, 'alias/aws/ebs')).toMatchObject({ KeyManager: 'AWS' });
    await expectCode(describeKey(owner, 'alias/none'), 'NotFoundException');
    sandbox.model.kmsKey(place, arn)!.enabled = false;
    expect(await describeKey(owner, arn)).toMatchObject({ KeyState: 'Disabled', Enabled: false });
  });

  test('[KMS-2] The policy of a key is told to its account alone; by default that account may do everything', async () => {
    const arn = sandbox.model.addKmsKey(place);
    const { Policy = '' } = await owner.send(new GetKeyPolicyCommand({ KeyId: arn }));
    expect(JSON.parse(Policy).Statement).toMatchObject([
      { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111111111111:root' }, Action: 'kms:*' },
    ]);
    await expectCode(other.send(new GetKeyPolicyCommand({ KeyId: arn })), 'AccessDeniedException');
  });

  test('[KMS-2] A policy that the sandbox would not obey is refused', () => {
    const statement = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'kms:*' };
    const policy = { Version: '2012-10-17', Statement: [{ ...statement, Resource: '*' }] };
    expect(() => sandbox.model.addKmsKey(place, undefined, policy as never)).toThrow(/cannot be obeyed/);
  });

  test('[KMS-3] A grant lets another account do what it names until it is revoked; one of the same name and content is made once', async () => {
    const KeyId = sandbox.model.addKmsKey(place);
    await expectCode(describeKey(other, KeyId), 'AccessDeniedException');
    const { GrantId } = await grant(KeyId, { Name: 'images' });
    expect((await grant(KeyId, { Name: 'images' })).GrantId).toBe(GrantId);
    expect((await grant(KeyId, { Name: 'images', Operations: ['Decrypt'] })).GrantId).not.toBe(GrantId);
    expect(await describeKey(other, KeyId)).toMatchObject({ Arn: KeyId });
    const list = new ListGrantsCommand({ KeyId, Limit: 1 });
    const first = await owner.send(list);
    expect(first).toMatchObject({ Truncated: true, Grants: [{ GrantId, GranteePrincipal: grantee }] });
    const rest = await owner.send(new ListGrantsCommand({ KeyId, Marker: first.NextMarker }));
    expect(rest).toMatchObject({ Truncated: false, Grants: [{ Operations: ['Decrypt'] }] });
    await owner.send(new RevokeGrantCommand({ KeyId, GrantId }));
    await expectCode(describeKey(other, KeyId), 'AccessDeniedException');
    await expectCode(owner.send(new RevokeGrantCommand({ KeyId, GrantId })), 'NotFoundException');
  });

  test.each([
    ['a principal that is none', { GranteePrincipal: '222222222222' }, 'InvalidArnException'],
    ['no operations', { Operations: [] }, 'ValidationException'],
  ])('[KMS-3] A grant with %s is refused', async (_, change, code) => {
    await expectCode(grant(sandbox.model.addKmsKey(place), change), code);
  });

  test('[KMS-3] AWS’s own keys take no grants, and disabled ones neither', async () => {
    await expectCode(grant('alias/aws/ebs'), 'AccessDeniedException');
    const arn = sandbox.model.addKmsKey(place);
    sandbox.model.kmsKey(place, arn)!.enabled = false;
    await expectCode(grant(arn), 'DisabledException');
  });

  test('[KMS-4] IAM policies have to allow a call on the key, and faults are told in the words of KMS', async () => {
    const arn = sandbox.model.addKmsKey(place);
    await expect(other.send(new ListGrantsCommand({ KeyId: arn }))).rejects.toThrow(
      /not authorized to perform: kms:ListGrants on resource: arn:aws:kms:.*no identity-based policy/,
    );
    sandbox.model.faults.add({ action: 'kms:DescribeKey', count: 1, kind: 'throttle' });
    await expectCode(describeKey(owner, arn), 'ThrottlingException');
    expect(await describeKey(owner, arn)).toMatchObject({ Arn: arn });
  });
});
