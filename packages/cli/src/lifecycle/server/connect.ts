import { readFile } from 'node:fs/promises';
import { AmiPublisherError, parseDuration } from '@ami-publisher/base';
import { connectLifecycleServer, LifecycleDiscovery, type LifecycleServer } from '@ami-publisher/core';
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
  const { timeout, apiKeyFile, apiKey, endpointUrl: endpoint, ...where } = options;
  return connectLifecycleServer({
    ...where,
    endpoint,
    timeoutMs: timeout === undefined ? undefined : parseDuration('timeout', timeout),
    apiKey: apiKeyFile === undefined ? apiKey : await readKey(apiKeyFile),
    signal: interruptSignal(),
  });
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
