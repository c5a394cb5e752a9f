import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import {
  AssumeRoleCommand,
  type AssumeRoleRequest,
  AssumeRoleWithWebIdentityCommand,
  type Credentials,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { destroyClients, expectCode, stsClient } from './support/aws.js';

describe('STS', () => {
  destroyClients();
  let sandbox: Sandbox;
  let sts: ReturnType<typeof stsClient>;

  beforeAll(async () => {
    sandbox = await startSandbox({ accounts: 2 });
    sts = stsClient(sandbox);
  });
  afterAll(() => sandbox.close());

  const as = ({ AccessKeyId, SecretAccessKey, SessionToken }: Credentials) =>
    stsClient(sandbox, {
      keys: { accessKeyId: AccessKeyId!, secretAccessKey: SecretAccessKey!, sessionToken: SessionToken },
    });
  const assume = (request: Partial<AssumeRoleRequest> = {}) =>
    sts.send(
      new AssumeRoleCommand({
        RoleArn: sandbox.accounts[1]!.roleArn,
        RoleSessionName: 'publisher',
        ...request,
      }),
    );

  test('[STS-1] A user and a session of a role are told who they are', async () => {
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '111111111111',
      Arn: 'arn:aws:iam::111111111111:user/administrator',
      UserId: expect.stringMatching(/^AIDA/),
    });
    const { Credentials, AssumedRoleUser } = await assume();
    expect(AssumedRoleUser?.Arn).toBe('arn:aws:sts::222222222222:assumed-role/ami-publisher/publisher');
    expect(await as(Credentials!).send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '222222222222',
      Arn: AssumedRoleUser?.Arn,
      UserId: AssumedRoleUser?.AssumedRoleId,
    });
  });

  test('[STS-5] A role is assumed with the code of an MFA device, and not with another', async () => {
    const SerialNumber = 'arn:aws:iam::111111111111:mfa/me';
    expect((await assume({ SerialNumber, TokenCode: '123456' })).Credentials).toBeDefined();
    await expectCode(assume({ SerialNumber, TokenCode: '654321' }), 'AccessDenied');
    await expectCode(assume({ SerialNumber }), 'AccessDenied');
  });

  test('[STS-2] A session lasts one hour unless the request says otherwise', async () => {
    const inMinutes = ({ Expiration }: Credentials) =>
      Math.round((Expiration!.getTime() - Date.now()) / 60_000);
    expect(inMinutes((await assume()).Credentials!)).toBe(60);
    expect(inMinutes((await assume({ DurationSeconds: 900 })).Credentials!)).toBe(15);
    await expectCode(assume({ DurationSeconds: 899 }), 'ValidationError');
    await expectCode(assume({ DurationSeconds: 43_201 }), 'ValidationError');
    await expectCode(assume({ RoleSessionName: 'two words' }), 'ValidationError');
  });

  test('[STS-2] A role that does not exist, or does not trust the caller, is not assumed', async () => {
    await expectCode(assume({ RoleArn: 'arn:aws:iam::222222222222:role/nobody' }), 'AccessDenied');
    const closed = sandbox.model.keyring.addRole('222222222222', 'closed', ['222222222222']);
    await expectCode(assume({ RoleArn: closed.arn }), 'AccessDenied');
    const own = stsClient(sandbox, { keys: sandbox.accounts[1]! });
    const command = new AssumeRoleCommand({ RoleArn: closed.arn, RoleSessionName: 'own' });
    await expect(own.send(command)).resolves.toHaveProperty('Credentials');
  });

  test('[STS-3] A web identity token opens a session of the role that it was issued for', async () => {
    const [first, second] = sandbox.accounts;
    const token = sandbox.model.keyring.addWebIdentityToken(first!.roleArn);
    const exchange = (RoleArn: string, WebIdentityToken: string) =>
      sts.send(
        new AssumeRoleWithWebIdentityCommand({ RoleArn, WebIdentityToken, RoleSessionName: 'workflow' }),
      );
    const { Credentials } = await exchange(first!.roleArn, token);
    await expect(as(Credentials!).send(new GetCallerIdentityCommand({}))).resolves.toMatchObject({
      Account: first!.id,
    });
    await expectCode(exchange(second!.roleArn, token), 'AccessDenied');
    await expectCode(exchange(first!.roleArn, 'made-up'), 'InvalidIdentityTokenException');
  });

  test('[STS-4] A user gets session keys for itself, a session does not', async () => {
    const { Credentials } = await sts.send(new GetSessionTokenCommand({}));
    const session = as(Credentials!);
    await expect(session.send(new GetCallerIdentityCommand({}))).resolves.toMatchObject({
      Arn: 'arn:aws:iam::111111111111:user/administrator',
    });
    await expectCode(session.send(new GetSessionTokenCommand({})), 'AccessDenied');
  });
});
