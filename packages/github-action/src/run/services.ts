import { parseDuration } from '@ami-publisher/base';
import {
  type ConnectorConfiguration,
  openServices,
  readConfiguration,
  type Services,
} from '@ami-publisher/core';
import type { InputName } from '../inputs/definitions.js';
import { type Inputs, invalidInput } from '../inputs/read-inputs.js';

/** Where core reads the proxy's user and password, for each connection anew. */
const proxyCredentialsVariable = 'AMI_PUBLISHER_PROXY_CREDENTIALS';

/**
 * What the inputs of a step say to work with. Sets a variable of `environment` to the proxy's credentials.
 *
 * @param targets in place of the input's, as `account,region;account,region`
 * @throws `INVALID_OPTION`, `INVALID_CONFIGURATION`
 */
export const openServicesOf = async (
  inputs: Inputs,
  environment: NodeJS.ProcessEnv,
  targets?: string,
): Promise<Services> => {
  const connectTimeout = inputs.text('connect-timeout');
  return openServices({
    configuration: await readConfiguration(inputs.text('config-file')),
    targets: targets ?? joined(inputs.lines('targets')),
    skipTargets: joined(inputs.lines('skip-targets')),
    connector: connectorOf(inputs, environment),
    journal: inputs.text('journal'),
    imageServer: inputs.text('image-server'),
    certificates: inputs.text('certificates'),
    instanceName: inputs.text('instance-name'),
    connectTimeoutMs:
      connectTimeout === undefined ? undefined : parseDuration('connect-timeout', connectTimeout),
  });
};

const joined = (lines: readonly string[]): string | undefined =>
  lines.length === 0 ? undefined : lines.join(';');

const connectorOf = (inputs: Inputs, environment: NodeJS.ProcessEnv): ConnectorConfiguration | undefined => {
  const connector = inputs.text('connector') as 'private' | 'public' | 'proxy' | 'ssm' | undefined;
  if (connector !== 'proxy') for (const name of ofProxy) onlyWith('proxy', inputs, name);
  if (connector !== 'ssm') onlyWith('ssm', inputs, 'ssm-plugin');
  if (connector === 'proxy') return proxyOf(inputs, environment);
  const plugin = inputs.text('ssm-plugin');
  return connector === 'ssm' && plugin !== undefined ? { ssm: { plugin } } : connector;
};

const ofProxy: readonly InputName[] = ['proxy-url', 'proxy-credentials'];

const onlyWith = (connector: string, inputs: Inputs, name: InputName): void => {
  const value = inputs.text(name);
  if (value !== undefined) throw invalidInput(name, `left out unless connector is ${connector}`, value);
};

const proxyOf = (inputs: Inputs, environment: NodeJS.ProcessEnv): ConnectorConfiguration => {
  const proxy = inputs.text('proxy-url') ?? '';
  // As the configuration file has it: credentials do not belong into a URL, which is shown.
  if (!/^http:\/\/[^\s/:@?#]+(:\d+)?\/?$/.test(proxy) && !/^http:\/\/\[[\da-fA-F:]+\](:\d+)?\/?$/.test(proxy))
    throw invalidInput(
      'proxy-url',
      'http://host:port, without user and password',
      proxy.replace(/\/\/.*@/, '//***@'),
    );
  const credentials = inputs.text('proxy-credentials');
  if (credentials === undefined) return { proxy };
  environment[proxyCredentialsVariable] = credentials;
  return { proxy, credentials: { environment: proxyCredentialsVariable } };
};
