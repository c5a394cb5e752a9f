import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromIni } from '@aws-sdk/credential-providers';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { ec2Client } from './support/aws.js';
import { echoProgram } from './support/programs.js';
import { availableVolume } from './support/resources.js';

describe('A sandbox', () => {
  const sandboxes: Sandbox[] = [];
  const start = async (...options: Parameters<typeof startSandbox>): Promise<Sandbox> => {
    const sandbox = await startSandbox(...options);
    sandboxes.push(sandbox);
    return sandbox;
  };
  afterEach(async () => {
    vi.unstubAllEnvs();
    await Promise.all(sandboxes.splice(0).map((sandbox) => sandbox.close()));
  });

  test.each([
    [0, 'development', '111111111111', 'arn:aws:iam::111111111111:user/administrator'],
    [1, 'staging', '222222222222', 'arn:aws:sts::222222222222:assumed-role/ami-publisher/'],
    [2, 'production', '333333333333', 'arn:aws:iam::333333333333:user/administrator'],
  ])('[BOX-1] Profile %i, %s, works with the SDK as it is', async (_, profile, account, arn) => {
    const sandbox = await start({ accounts: 3, regions: ['eu-west-1', 'us-east-1'] });
    for (const [name, value] of Object.entries(sandbox.environment)) vi.stubEnv(name, value);
    const client = new STSClient({ credentials: fromIni({ profile, ignoreCache: true }), profile });
    const identity = await client.send(new GetCallerIdentityCommand({}));
    expect(identity.Account).toBe(account);
    expect(identity.Arn).toContain(arn);
    expect(await client.config.region()).toBe('eu-west-1');
    client.destroy();
  });

  test('[BOX-2] Closing ends the programs and removes the folder', async () => {
    const { program, started } = echoProgram();
    const sandbox = await startSandbox({ program });
    await sandbox.addInstance({ account: '111111111111', region: 'us-east-1', name: 'host' });
    await availableVolume(ec2Client(sandbox), 'us-east-1a');
    expect(started).toHaveLength(1);
    expect(existsSync(sandbox.directory)).toBe(true);
    await sandbox.close();
    expect(existsSync(sandbox.directory)).toBe(false);
    await expect(fetch(sandbox.endpoint)).rejects.toThrow('fetch failed');
  });

  test('[BOX-2] A folder that was given stays', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'sandbox-kept-'));
    const sandbox = await startSandbox({ directory });
    await availableVolume(ec2Client(sandbox), 'us-east-1a');
    await sandbox.close();
    expect(readdirSync(directory).sort()).toEqual(['111111111111', 'aws']);
    rmSync(directory, { recursive: true });
  });

  test('[BOX-4] The HTTP front cannot be reached from other machines', async () => {
    const sandbox = await start();
    expect(new URL(sandbox.endpoint).hostname).toBe('127.0.0.1');
    const others = Object.values(networkInterfaces())
      .flat()
      .filter((address) => address !== undefined && !address.internal && address.family === 'IPv4');
    for (const address of others) {
      const url = sandbox.endpoint.replace('127.0.0.1', address!.address);
      await expect(fetch(url)).rejects.toThrow('fetch failed');
    }
  });

  test('Two sandboxes share no address', async () => {
    const addresses = await Promise.all(
      [1, 2].map(async () => {
        const sandbox = await start();
        const place = { account: '111111111111', region: 'us-east-1' };
        await Promise.all([1, 2, 3].map(() => sandbox.addInstance({ ...place, name: 'host' })));
        const { instances } = await sandbox.model.inventory('111111111111', 'us-east-1');
        return instances.map(({ PrivateIpAddress }) => PrivateIpAddress);
      }),
    );
    expect(new Set(addresses.flat()).size).toBe(6);
  });

  test('The HTTP front is up within 300 ms', async () => {
    const times: number[] = [];
    for (let run = 0; run < 5; run += 1) {
      const begin = performance.now();
      await start({ accounts: 3, regions: 4 });
      times.push(performance.now() - begin);
    }
    expect(Math.min(...times)).toBeLessThan(300);
  });

  test('A port that is taken is named, and nothing is left of the attempt', async () => {
    const { endpoint } = await start();
    const port = Number(new URL(endpoint).port);
    await expect(startSandbox({ port })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(`cannot listen on 127.0.0.1:${port}`),
    });
  });

  test.each([
    [{ accounts: 0 }, 'expected `accounts` to be a whole number from 1 to 1000, got 0'],
    [{ regions: 99 }, 'expected `regions` to be a whole number from 1 to 21, got 99'],
    [
      { accounts: [{ id: '12', name: 'short' }] },
      'expected `accounts` to be accounts with ids of twelve digits, got "12"',
    ],
    [{ regions: ['moon-east-1'] }, 'got "moon-east-1"'],
  ])('The options %j are refused', async (options, message) => {
    await expect(startSandbox(options)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(message),
    });
  });

  test('A resource that nobody has is named', async () => {
    const { model } = await start();
    expect(() => model.snapshotPath('snap-00000000000000000')).toThrow(
      'the sandbox has no snap-00000000000000000',
    );
    expect(() => model.account('999999999999')).toThrow('use one of 111111111111');
  });
});
