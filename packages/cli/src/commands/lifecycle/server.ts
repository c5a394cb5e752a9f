import type { LifecycleServer } from '@ami-publisher/core';
import { apiKeyOfEnvironment, connect, type ServerOptions } from '../../lifecycle/server/connect.js';

type Options = Readonly<Record<string, unknown>>;

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** How to reach the server, as a command's options say. */
export const serverOptionsOf = (options: Options): ServerOptions => ({
  server: text(options.server),
  apiKeyFile: text(options.apiKeyFile),
  apiKey: apiKeyOfEnvironment(),
  legacyKeys: options.legacyKeys === true ? true : undefined,
  stackName: text(options.stackName),
  region: text(options.region),
  profile: text(options.profile),
  endpointUrl: text(options.endpointUrl),
  timeout: text(options.timeout),
});

/** The server of a command's options. */
export const connectWith = (options: Options): Promise<LifecycleServer> => connect(serverOptionsOf(options));
