import { apiKeyOfEnvironment, type ServerOptions } from '../server/connect.js';
import type { GivenArguments } from './parse-arguments.js';

/** How to reach the server: arguments, then the environment. The AWS SDK itself reads what is not named here. */
export const serverOptionsOf = (given: GivenArguments): ServerOptions => ({
  server: given.one('--server') ?? variable('AMI_PUBLISHER_LIFECYCLE_SERVER'),
  apiKeyFile: given.one('--api-key-file') ?? variable('AMI_PUBLISHER_LIFECYCLE_KEY_FILE'),
  apiKey: apiKeyOfEnvironment(),
  legacyKeys: given.is('--legacy-keys') ? true : undefined,
  stackName: given.one('--stack-name'),
  region: given.one('--region'),
  profile: given.one('--profile'),
  endpointUrl: given.one('--endpoint-url'),
  timeout: given.one('--timeout'),
});

const variable = (name: string): string | undefined => process.env[name] || undefined;
