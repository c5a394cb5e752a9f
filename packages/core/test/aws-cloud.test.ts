import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { AwsCloud, type AwsCloudOptions } from '../src/cloud/aws-cloud.js';

const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-aws-cloud-'));
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 3, regions: 2 });
});
afterAll(async () => {
  await sandbox.close();
  rmSync(directory, { recursive: true });
});

const opened: AwsCloud[] = [];
beforeEach(() => {
  for (const [name, value] of Object.entries(sandbox.environment)) vi.stubEnv(name, value);
  for (const name of ['AWS_PROFILE', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])
    vi.stubEnv(name, undefined);
  sandbox.model.calls.clear();
});
afterEach(() => {
  for (const cloud of opened.splice(0)) cloud.close();
  vi.unstubAllEnvs();
});

const openCloud = async (options: AwsCloudOptions = {}): Promise<AwsCloud> => {
  const cloud = await AwsCloud.fromConfig(options);
  opened.push(cloud);
  return cloud;
};

const idOf = (name: string): string => sandbox.accounts.find((account) => account.name === name)?.id ?? '';
const roleOf = (name: string): string =>
  sandbox.accounts.find((account) => account.name === name)?.roleArn ?? '';

/** Adds AWS files of the given text to those of the sandbox. */
const withFiles = (config: string, credentials = ''): void => {
  const { AWS_CONFIG_FILE = '', AWS_SHARED_CREDENTIALS_FILE = '' } = sandbox.environment;
  for (const [name, source, more] of [
    ['AWS_CONFIG_FILE', AWS_CONFIG_FILE, config],
    ['AWS_SHARED_CREDENTIALS_FILE', AWS_SHARED_CREDENTIALS_FILE, credentials],
  ] as const) {
    const file = join(directory, name);
    writeFileSync(file, readFileSync(source));
    appendFileSync(file, more);
    vi.stubEnv(name, file);
  }
};

describe('accounts side by side', () => {
  it('leave the calls of each other alone when they have done with theirs', async () => {
    const cloud = await openCloud();
    const { calls, faults } = sandbox.model;
    const holding = faults.hold('GetCallerIdentity', 'before', { account: idOf('development') });
    const resolving = cloud.resolveTargets('');
    const held = await holding;
    await expect.poll(() => calls.count('DescribeRegions')).toBe(2);
    held.release();
    expect((await resolving).failures).toEqual([]);
    const asked = calls
      .list()
      .filter(({ action, account }) => action === 'GetCallerIdentity' && account === idOf('development'));
    expect(asked).toHaveLength(1);
  });
});

describe('accounts from AWS profiles', () => {
  it('[W6] [W17] work with keys, with a role and its source profile, and with a credential process', async () => {
    const cloud = await openCloud();
    const { targets, failures } = await cloud.resolveTargets('');
    expect(failures).toEqual([]);
    expect(targets.map(({ account, accountId, region }) => [account, accountId, region])).toEqual(
      ['development', 'production', 'staging'].flatMap((name) =>
        sandbox.regions.toSorted().map((region) => [name, idOf(name), region]),
      ),
    );
  });

  it.each(['development', 'staging', 'production'])('are those of %s in every call', async (name) => {
    const cloud = await openCloud();
    const { targets } = await cloud.resolveTargets(`${name},us-east-1`);
    const ec2 = await cloud.ec2(targets[0]!);
    await expect(ec2.describeVolumes({})).resolves.toBeDefined();
    expect(sandbox.model.calls.list({ action: 'DescribeVolumes' })).toMatchObject([
      { account: idOf(name), region: 'us-east-1' },
    ]);
  });

  it('leave out profiles that can give no credentials', async () => {
    withFiles('[profile just-a-region]\nregion = us-west-2\n');
    const cloud = await openCloud();
    await expect(cloud.resolveTargets('just-a-region,*')).rejects.toMatchObject({
      code: 'UNKNOWN_ACCOUNT',
      message: expect.stringContaining('known: development, production, staging'),
    });
  });

  it('[W1] ask only the accounts that are named', async () => {
    const cloud = await openCloud();
    await cloud.resolveTargets('development,us-east-1');
    expect(
      new Set(sandbox.model.calls.list({ action: 'DescribeRegions' }).map(({ account }) => account)),
    ).toEqual(new Set([idOf('development')]));
  });

  it('[W5] [W7] that are the same account are one target', async () => {
    withFiles(
      '[profile twin]\nregion = us-east-1\n',
      `[twin]\naws_access_key_id = ${sandbox.accounts[0]?.accessKeyId}\naws_secret_access_key = ${sandbox.accounts[0]?.secretAccessKey}\n`,
    );
    const cloud = await openCloud();
    const { targets, notices } = await cloud.resolveTargets('development,us-east-1;twin,us-east-1');
    expect(targets.map(({ account }) => account)).toEqual(['development']);
    expect(notices).toEqual([expect.stringContaining('twin and development are the same account')]);
  });

  it('[W2] ask in the region of their profile, or of their configuration, and not in one for all', async () => {
    withFiles(
      '[profile there]\nregion = us-west-2\nsource_profile = development\nrole_arn = ROLE\n'.replace(
        'ROLE',
        roleOf('production'),
      ),
    );
    const regionsAsked = async (options: AwsCloudOptions, selection: string) => {
      sandbox.model.calls.clear();
      await (await openCloud(options)).resolveTargets(selection);
      return sandbox.model.calls.list({ action: 'DescribeRegions' }).map(({ region }) => region);
    };
    expect(await regionsAsked({}, 'there,*')).toEqual(['us-west-2']);
    const here = { profile: 'development', homeRegion: 'eu-west-1' };
    expect(await regionsAsked({ accounts: { here } }, 'here,*')).toEqual(['eu-west-1']);
  });

  it('without a credential anywhere name what to do', async () => {
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere/config');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere/credentials');
    const cloud = await openCloud();
    const { failures } = await cloud.resolveTargets('');
    expect(failures).toMatchObject([
      {
        account: 'environment',
        error: {
          code: 'CREDENTIALS_MISSING',
          message: expect.stringContaining('account environment (credentials of the environment)'),
        },
      },
    ]);
  });
});

describe('accounts from the configuration', () => {
  it('assume a role from a profile', async () => {
    const cloud = await openCloud({
      accounts: { security: { profile: 'development', roleArn: roleOf('production') } },
    });
    const { targets } = await cloud.resolveTargets('security,us-east-1');
    expect(targets).toMatchObject([{ account: 'security', accountId: idOf('production') }]);
    expect(sandbox.model.calls.count('AssumeRole')).toBe(1);
  });

  it('[W6] assume a role from the credentials of the environment', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', sandbox.accounts[0]?.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', sandbox.accounts[0]?.secretAccessKey);
    const cloud = await openCloud({ accounts: { prod: { roleArn: roleOf('production') } } });
    const { targets } = await cloud.resolveTargets('prod,us-east-1');
    expect(targets).toMatchObject([{ accountId: idOf('production') }]);
  });

  it('that may not assume their role fail alone, and say which role', async () => {
    const roleArn = `arn:aws:iam::${idOf('production')}:role/nobody`;
    const cloud = await openCloud({
      accounts: { development: { profile: 'development' }, broken: { profile: 'development', roleArn } },
    });
    const { targets, failures } = await cloud.resolveTargets('*,us-east-1');
    expect(targets).toMatchObject([{ account: 'development' }]);
    expect(failures).toMatchObject([
      { account: 'broken', region: 'us-east-1', error: { message: expect.stringContaining(roleArn) } },
    ]);
  });
});

describe('credentials', () => {
  it('of a role are asked for once per account, however many targets and calls', async () => {
    const cloud = await openCloud({
      accounts: { prod: { profile: 'development', roleArn: roleOf('production') } },
    });
    const { targets } = await cloud.resolveTargets('');
    await Promise.all(
      targets.flatMap((target) =>
        Array.from({ length: 3 }, async () => (await cloud.ec2(target)).describeVolumes({})),
      ),
    );
    expect(targets).toHaveLength(2);
    expect(sandbox.model.calls.count('DescribeVolumes')).toBe(6);
    expect(sandbox.model.calls.count('AssumeRole')).toBe(1);
  });

  it('of a process are asked for once', async () => {
    const count = join(directory, 'asked');
    writeFileSync(count, '');
    const { accessKeyId, secretAccessKey } = sandbox.accounts[0]!;
    const answer = join(directory, 'answer.json');
    writeFileSync(
      answer,
      JSON.stringify({ Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey }),
    );
    withFiles(
      `[profile counted]\nregion = us-east-1\ncredential_process = sh -c 'echo x >> ${count}; cat ${answer}'\n`,
    );
    const cloud = await openCloud({ accounts: { counted: { profile: 'counted' } } });
    const { targets } = await cloud.resolveTargets('');
    await Promise.all(targets.map(async (target) => (await cloud.ec2(target)).describeVolumes({})));
    expect(readFileSync(count, 'utf8')).toBe('x\n');
  });

  it.each([
    ['expired', 'CREDENTIALS_EXPIRED'],
    ['disabled', 'ACCESS_DENIED'],
  ] as const)('that are %s fail their own account only', async (state, code) => {
    sandbox.model.setCredentialState(idOf('staging'), state);
    try {
      const cloud = await openCloud();
      const { targets, failures } = await cloud.resolveTargets('*,us-east-1');
      expect(targets.map(({ account }) => account)).toEqual(['development', 'production']);
      expect(failures).toMatchObject([{ account: 'staging', region: 'us-east-1', error: { code } }]);
    } finally {
      sandbox.model.setCredentialState(idOf('staging'), 'valid');
    }
  });
});

describe('a profile that asks for the code of an MFA device', () => {
  const device = 'arn:aws:iam::111111111111:mfa/me';
  const withDevice = () =>
    withFiles(
      `[profile guarded]\nsource_profile = development\nrole_arn = ${roleOf('production')}\nmfa_serial = ${device}\n`,
    );

  it('[W3] gets it from whoever the program asks, once for all targets', async () => {
    withDevice();
    const asked: string[] = [];
    const askMfaCode = async (name: string) => {
      asked.push(name);
      return '123456';
    };
    const cloud = await openCloud({ askMfaCode });
    const { targets, failures } = await cloud.resolveTargets('guarded,*');
    expect([failures, new Set(targets.map(({ accountId }) => accountId))]).toEqual([
      [],
      new Set([idOf('production')]),
    ]);
    await Promise.all(targets.map(async (target) => (await cloud.ec2(target)).describeVolumes({})));
    expect(asked).toEqual([device]);
  });

  it('[W3] fails alone where nobody can be asked, or the code is wrong', async () => {
    withDevice();
    const selection = 'development,us-east-1;guarded,us-east-1';
    for (const [askMfaCode, code] of [
      [undefined, 'CREDENTIALS_MISSING'],
      [async () => '000000', 'ACCESS_DENIED'],
    ] as const) {
      const { targets, failures } = await (await openCloud({ askMfaCode })).resolveTargets(selection);
      expect(targets.map(({ account }) => account)).toEqual(['development']);
      expect(failures).toMatchObject([{ account: 'guarded', error: { code } }]);
    }
  });
});

describe('settings of a target', () => {
  it('are those of the last override that fits', async () => {
    const cloud = await openCloud({
      connector: { map: {} },
      overrides: [
        { targets: 'prod,*', kmsKey: 'alias/all', bestEffort: true },
        { targets: 'prod,us-*', kmsKey: 'alias/us', protocol: 'srpc', readBack: true },
        { targets: '222222222222,eu-west-1', connector: 'private' },
      ],
    });
    const settings = (account: string, region: string, accountId?: string) =>
      cloud.settings({ account, region, ...(accountId !== undefined && { accountId }) });
    expect(settings('prod', 'us-east-1')).toEqual({
      kmsKey: 'alias/us',
      protocol: 'srpc',
      readBack: true,
      bestEffort: true,
      connector: { map: {} },
    });
    expect(settings('prod', 'eu-west-1', '222222222222')).toEqual({
      kmsKey: 'alias/all',
      protocol: 'grpc',
      readBack: false,
      bestEffort: true,
      connector: 'private',
    });
    expect(settings('dev', 'us-east-1')).toEqual({
      kmsKey: undefined,
      protocol: 'grpc',
      readBack: false,
      bestEffort: false,
      connector: { map: {} },
    });
  });
});

describe('a closed cloud', () => {
  it('opens connections anew when it is asked again', async () => {
    const cloud = await openCloud();
    const { targets } = await cloud.resolveTargets('development,us-east-1');
    const first = await cloud.ec2(targets[0]!);
    expect(await cloud.ec2(targets[0]!)).toBe(first);
    cloud.close();
    expect(await cloud.ec2(targets[0]!)).not.toBe(first);
  });
});

describe('an AWS that closes a connection just as it is used again', () => {
  it('does not lose a call that is sent once', async () => {
    const used = new WeakSet<Socket>();
    const closing = createHttpServer((request, response) => {
      if (used.has(request.socket)) return request.socket.destroy();
      used.add(request.socket);
      return response.end('<CreateSnapshotResponse><snapshotId>snap-1</snapshotId></CreateSnapshotResponse>');
    });
    await new Promise<void>((resolve) => closing.listen(0, '127.0.0.1', resolve));
    const { targets } = await (await openCloud()).resolveTargets('development,us-east-1');
    const { port } = closing.address() as AddressInfo;
    const cloud = await openCloud({ endpoint: `http://127.0.0.1:${port}` });
    const ec2 = await cloud.ec2(targets[0]!);
    for (const VolumeId of ['vol-1', 'vol-2', 'vol-3']) {
      await ec2.describeVolumes({});
      expect(await ec2.createSnapshot({ VolumeId })).toMatchObject({ SnapshotId: 'snap-1' });
    }
    closing.close();
  });
});

describe('an AWS that takes the request and stays silent', () => {
  it('fails the account in time, as a fault of AWS', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const cloud = await openCloud({
      accounts: { development: { profile: 'development' } },
      endpoint: `http://127.0.0.1:${port}`,
      requestTimeoutMs: 100,
    });
    const { failures } = await cloud.resolveTargets('');
    expect(failures).toMatchObject([
      {
        account: 'development',
        error: { code: 'AWS_UNAVAILABLE', retryable: true, message: /sts:GetCallerIdentity/ },
      },
    ]);
    silent.close();
  });
});
