import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectorConfiguration } from '@ami-publisher/core';
import { afterAll, describe, expect, it } from 'vitest';
import { inputVariable, readInputs } from '../inputs/read-inputs.js';
import { openServicesOf } from './services.js';

const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-services-'));
const file = join(directory, 'configuration.yaml');
writeFileSync(
  file,
  `accounts: { prod: { roleArn: 'arn:aws:iam::111111111111:role/r' } }
connector: public
`,
);
afterAll(() => rmSync(directory, { recursive: true }));

const open = (inputs: Readonly<Record<string, string>>, environment: NodeJS.ProcessEnv = {}) =>
  openServicesOf(
    readInputs(
      Object.fromEntries(
        Object.entries({
          command: 'rollback',
          'publication-id': 'pub-1',
          'config-file': file,
          ...inputs,
        }).map(([name, value]) => [inputVariable(name), value]),
      ),
    ),
    environment,
  );

const connectorFor = async (
  inputs: Readonly<Record<string, string>>,
  environment?: NodeJS.ProcessEnv,
): Promise<ConnectorConfiguration> => {
  const services = await open(inputs, environment);
  const { connector } = services.cloud.settings({ account: 'prod', region: 'us-east-1' });
  await services.close();
  return connector;
};

describe('the way to the unpackers', () => {
  it('is what the configuration file says where no input says otherwise', async () => {
    expect(await connectorFor({})).toBe('public');
    expect(await connectorFor({ connector: 'private' })).toBe('private');
    expect(await connectorFor({ connector: 'ssm' })).toBe('ssm');
    expect(await connectorFor({ connector: 'ssm', 'ssm-plugin': '/opt/plugin' })).toEqual({
      ssm: { plugin: '/opt/plugin' },
    });
  });

  it('is a proxy whose credentials are in the environment, and in no setting', async () => {
    const environment: NodeJS.ProcessEnv = {};
    const proxy = { connector: 'proxy', 'proxy-url': 'http://proxy:3128' };
    expect(await connectorFor(proxy)).toEqual({ proxy: 'http://proxy:3128' });
    const connector = await connectorFor({ ...proxy, 'proxy-credentials': 'me:hidden' }, environment);
    expect(connector).toEqual({
      proxy: 'http://proxy:3128',
      credentials: { environment: 'AMI_PUBLISHER_PROXY_CREDENTIALS' },
    });
    expect(environment).toEqual({ AMI_PUBLISHER_PROXY_CREDENTIALS: 'me:hidden' });
  });

  it.each([
    [
      { connector: 'proxy' },
      'expected `proxy-url` to be http://host:port, without user and password, got ""',
    ],
    [{ connector: 'proxy', 'proxy-url': 'http://me:hidden@proxy:1' }, 'got "http://***@proxy:1"'],
    [{ 'proxy-url': 'http://proxy:1' }, '`proxy-url` to be left out unless connector is proxy'],
    [
      { connector: 'proxy', 'proxy-url': 'http://p:1', 'ssm-plugin': 'x' },
      'left out unless connector is ssm',
    ],
    [{ 'connect-timeout': 'soon' }, 'expected `connect-timeout` to be a duration'],
  ])('is refused where inputs contradict each other: %j', async (inputs, message) => {
    await expect(open(inputs)).rejects.toThrow(message);
    await expect(open(inputs)).rejects.not.toThrow('hidden');
  });
});
