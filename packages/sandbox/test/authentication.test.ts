import { request } from 'node:http';
import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import {
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DescribeRegionsCommand,
  DescribeVolumesCommand,
} from '@aws-sdk/client-ec2';
import { AssumeRoleCommand, type Credentials, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { destroyClients, ec2Client, expectCode, type Keys, stsClient } from './support/aws.js';
import { availableVolume } from './support/resources.js';

const keysOf = ({ AccessKeyId, SecretAccessKey, SessionToken }: Credentials): Keys => ({
  accessKeyId: AccessKeyId!,
  secretAccessKey: SecretAccessKey!,
  sessionToken: SessionToken,
});

describe('Authentication', () => {
  destroyClients();
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await startSandbox({ accounts: 2, regions: ['us-east-1', 'eu-west-1'] });
  });
  afterAll(() => sandbox.close());

  const describeRegions = (keys: Keys, region?: string) =>
    ec2Client(sandbox, { keys, ...(region !== undefined && { region }) }).send(
      new DescribeRegionsCommand({}),
    );
  const whoAmI = (keys: Keys) => stsClient(sandbox, { keys }).send(new GetCallerIdentityCommand({}));
  const assume = async (account = 1): Promise<Keys> => {
    const command = new AssumeRoleCommand({
      RoleArn: sandbox.accounts[account]!.roleArn,
      RoleSessionName: 'test',
    });
    return keysOf((await stsClient(sandbox).send(command)).Credentials!);
  };

  test('[AUTH-1] Each key acts in its own account and in the region that the request was signed for', async () => {
    const [first, second] = sandbox.accounts;
    await availableVolume(ec2Client(sandbox, { keys: second!, region: 'eu-west-1' }), 'eu-west-1a');
    const volumes = async (keys: Keys, region: string) =>
      (await ec2Client(sandbox, { keys, region }).send(new DescribeVolumesCommand({}))).Volumes!.length;
    expect(await volumes(second!, 'eu-west-1')).toBe(1);
    expect(await volumes(second!, 'us-east-1')).toBe(0);
    expect(await volumes(first!, 'eu-west-1')).toBe(0);
  });

  test('[AUTH-1] A body that was changed on the way is refused', async () => {
    const { accessKeyId, secretAccessKey } = sandbox.accounts[0]!;
    const ec2 = ec2Client(sandbox, { keys: { accessKeyId, secretAccessKey } });
    ec2.middlewareStack.add(
      (next) => (args) => {
        const signed = args.request as { body: string };
        signed.body = signed.body.replace('AllRegions=true', 'AllRegions=fals');
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low', name: 'tamper' },
    );
    await expectCode(ec2.send(new DescribeRegionsCommand({ AllRegions: true })), 'AuthFailure');
  });

  test('[AUTH-2] Keys that are unknown or wrong are refused, by each service in its own words', async () => {
    const [known] = sandbox.accounts;
    const unknown = { ...known!, accessKeyId: 'AKIAUNKNOWNUNKNOWNUN' };
    await expectCode(describeRegions(unknown), 'AuthFailure');
    await expectCode(whoAmI(unknown), 'InvalidClientTokenId');
    const wrong = { ...known!, secretAccessKey: 'wrong' };
    await expectCode(describeRegions(wrong), 'AuthFailure');
    await expectCode(whoAmI(wrong), 'SignatureDoesNotMatch');
  });

  test('[AUTH-2] Session keys need their own token', async () => {
    const { sessionToken, ...keys } = await assume();
    await expect(whoAmI({ ...keys, sessionToken })).resolves.toMatchObject({ Account: '222222222222' });
    await expectCode(whoAmI(keys), 'InvalidClientTokenId');
    await expectCode(describeRegions({ ...keys, sessionToken: 'another' }), 'AuthFailure');
  });

  test('[AUTH-3] Session keys expire', async () => {
    let ahead = 0;
    const clock = { now: () => Date.now() + ahead, sleep: () => Promise.resolve() };
    const later = await startSandbox({ clock });
    const command = new AssumeRoleCommand({
      RoleArn: later.accounts[0]!.roleArn,
      RoleSessionName: 'short',
      DurationSeconds: 900,
    });
    const keys = keysOf((await stsClient(later).send(command)).Credentials!);
    ahead = 899_000;
    await expect(stsClient(later, { keys }).send(new GetCallerIdentityCommand({}))).resolves.toBeDefined();
    ahead = 901_000;
    await expectCode(stsClient(later, { keys }).send(new GetCallerIdentityCommand({})), 'ExpiredToken');
    await expectCode(ec2Client(later, { keys }).send(new DescribeRegionsCommand({})), 'RequestExpired');
    await later.close();
  });

  test("[AUTH-4] One account's credentials break and mend without the other noticing", async () => {
    const [first, second] = sandbox.accounts;
    const session = await assume(1);
    sandbox.model.setCredentialState('222222222222', 'disabled');
    await expectCode(describeRegions(second!), 'AuthFailure');
    await expectCode(describeRegions(session), 'AuthFailure');
    await expectCode(assume(1), 'AccessDenied');
    await expect(describeRegions(first!)).resolves.toBeDefined();

    sandbox.model.setCredentialState('222222222222', 'expired');
    await expectCode(describeRegions(session), 'RequestExpired');
    await expectCode(assume(1), 'ExpiredToken');

    sandbox.model.setCredentialState('222222222222', 'valid');
    await expect(describeRegions(session)).resolves.toBeDefined();
  });

  test('[AUTH-5] A request without a signature is refused', async () => {
    const status = await new Promise((resolve) => {
      const post = request(sandbox.endpoint, { method: 'POST' }, (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += String(chunk);
        });
        response.on('end', () => resolve([response.statusCode, /<Code>(\w+)</.exec(body)?.[1]]));
      });
      post.end('Action=DescribeRegions&Version=2016-11-15');
    });
    expect(status).toEqual([403, 'MissingAuthenticationToken']);
  });

  test('[AUTH-6] A region that the account has not enabled is refused until it has', async () => {
    const [keys] = sandbox.accounts;
    await expectCode(describeRegions(keys!, 'me-south-1'), 'AuthFailure');
    sandbox.model.setRegionEnabled('111111111111', 'me-south-1', true);
    await expect(describeRegions(keys!, 'me-south-1')).resolves.toBeDefined();
    sandbox.model.setRegionEnabled('111111111111', 'me-south-1', false);
    await expectCode(describeRegions(keys!, 'me-south-1'), 'AuthFailure');
  });

  test('[AUTH-7] A denied action is unauthorized for its account only', async () => {
    const [first, second] = sandbox.accounts;
    const create = (keys: Keys, DryRun?: boolean) =>
      ec2Client(sandbox, { keys }).send(
        new CreateSnapshotCommand({ VolumeId: 'vol-00000000000000000', DryRun }),
      );
    sandbox.model.denyAction('111111111111', 'CreateSnapshot');
    await expectCode(create(first!), 'UnauthorizedOperation');
    await expectCode(create(first!, true), 'UnauthorizedOperation');
    await expectCode(create(second!), 'InvalidVolume.NotFound');
    sandbox.model.allowAction('111111111111', 'CreateSnapshot');
    await expectCode(create(first!, true), 'DryRunOperation');
  });

  test('[AUTH-7] A dry run changes nothing', async () => {
    const ec2 = ec2Client(sandbox);
    const create = ec2.send(
      new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1, DryRun: true }),
    );
    await expectCode(create, 'DryRunOperation');
    expect((await ec2.send(new DescribeVolumesCommand({}))).Volumes).toEqual([]);
  });
});
