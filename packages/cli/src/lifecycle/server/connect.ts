import { readFile } from 'node:fs/promises';
import { AmiPublisherError } from '@ami-publisher/base';
import { LifecycleClient, type LifecycleConnection, LifecycleDiscovery } from '@ami-publisher/core';
import { parseDuration } from '../../input/duration.js';
import { interruptSignal } from '../../interrupt.js';

/** How to reach a lifecycle server, as flags and environment say it. */
export interface ServerOptions {
  readonly server?: string | undefined;
  readonly apiKeyFile?: string | undefined;
  /** The key itself; no flag has it, since others can read those. */
  readonly apiKey?: string | undefined;
  readonly legacyKeys?: boolean | undefined;
  readonly stackName?: string | undefined;
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  readonly endpointUrl?: string | undefined;
  /** Limit of each call, such as `30s`. */
  readonly timeout?: string | undefined;
}

/** A lifecycle server, and where it was found. */
export interface LifecycleServer {
  /** Base URL. */
  readonly endpoint: string;
  readonly client: LifecycleClient;
  readonly discovery: LifecycleDiscovery;
}

const apiKeyVariable = 'AMI_PUBLISHER_LIFECYCLE_KEY';

/** The key of the environment. */
export const apiKeyOfEnvironment = (): string | undefined => process.env[apiKeyVariable] || undefined;

/** How the server is found in AWS. */
export const createDiscovery = (options: ServerOptions): LifecycleDiscovery => {
  const { stackName, region, profile, endpointUrl: endpoint } = options;
  return new LifecycleDiscovery({ stackName, region, profile, endpoint });
};

/**
 * The server that options name; what they leave out, its URL or its keys, is found by its stack.
 *
 * @throws `INVALID_OPTION`, `AWS_NOT_FOUND`, what AWS refuses.
 */
export const connect = async (options: ServerOptions): Promise<LifecycleServer> => {
  const { timeout } = options;
  const timeoutMs = timeout === undefined ? undefined : parseDuration('timeout', timeout);
  const discovery = createDiscovery(options);
  const connection = await connectionOf(options, discovery);
  const client = new LifecycleClient({ connection, ...(timeoutMs !== undefined && { timeoutMs }) });
  return { endpoint: connection.endpoint.replace(/\/+$/, ''), client, discovery };
};

const connectionOf = async (
  { server, apiKeyFile, apiKey, legacyKeys }: ServerOptions,
  discovery: LifecycleDiscovery,
): Promise<LifecycleConnection> => {
  const key = apiKeyFile === undefined ? apiKey : await readKey(apiKeyFile);
  const found: LifecycleConnection =
    server === undefined
      ? await discovery.connection(interruptSignal())
      : { endpoint: server, apiKey: (operation, signal) => discovery.apiKey(operation, signal) };
  return {
    ...found,
    ...(key !== undefined && { apiKey: key }),
    ...(legacyKeys === true && { legacy: true }),
  };
};

const readKey = async (file: string): Promise<string> => {
  const key = (
    await readFile(file, 'utf8').catch((cause: Error) => refuse(file, cause.message, cause))
  ).trim();
  return /^[\x21-\x7e]+$/.test(key) ? key : refuse(file, 'it does not hold one line with a key');
};

const refuse = (file: string, why: string, cause?: Error): never => {
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `cannot read a key from ${file}: ${why}`,
    resource: file,
    remedy: `name a file that holds the key alone, or set ${apiKeyVariable}`,
    cause,
  });
};
