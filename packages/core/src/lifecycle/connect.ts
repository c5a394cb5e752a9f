import type { LifecycleConnection } from './connection.js';
import { LifecycleDiscovery, type LifecycleDiscoveryOptions } from './discovery.js';
import { LifecycleClient } from './lifecycle-client.js';

export interface LifecycleServerOptions extends LifecycleDiscoveryOptions {
  /** URL of the server. @default found by its stack */
  readonly server?: string | undefined;
  /** @default found in Secrets Manager */
  readonly apiKey?: string | undefined;
  /** Whether keys go in body and URL, as the original server wants them. @default true for a server that was found by its stack, else false */
  readonly legacyKeys?: boolean | undefined;
  /** Limit of each attempt of a call, ms. @default 30000 */
  readonly timeoutMs?: number | undefined;
  /** Ends the search; calls take signals of their own. */
  readonly signal?: AbortSignal | undefined;
}

/** A lifecycle server, and where it was found. */
export interface LifecycleServer {
  /** Base URL. */
  readonly endpoint: string;
  readonly client: LifecycleClient;
  readonly discovery: LifecycleDiscovery;
}

/**
 * A client of the server that options name; what they leave out, its URL or its keys, is found by its stack.
 *
 * @throws `AWS_NOT_FOUND`, what AWS refuses.
 */
export const connectLifecycleServer = async (options: LifecycleServerOptions): Promise<LifecycleServer> => {
  const { timeoutMs } = options;
  const discovery = new LifecycleDiscovery(options);
  const connection = await connectionOf(options, discovery);
  const client = new LifecycleClient({ connection, ...(timeoutMs !== undefined && { timeoutMs }) });
  return { endpoint: connection.endpoint.replace(/\/+$/, ''), client, discovery };
};

const connectionOf = async (
  { server, apiKey, legacyKeys, signal }: LifecycleServerOptions,
  discovery: LifecycleDiscovery,
): Promise<LifecycleConnection> => {
  const found: LifecycleConnection =
    server === undefined
      ? await discovery.connection(signal)
      : { endpoint: server, apiKey: (operation, ofCall) => discovery.apiKey(operation, ofCall) };
  return {
    ...found,
    ...(apiKey !== undefined && { apiKey }),
    ...(legacyKeys !== undefined && { legacy: legacyKeys }),
  };
};
