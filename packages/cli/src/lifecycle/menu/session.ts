import { type LifecycleDiscovery, type LifecycleServer, stackTagOf } from '@ami-publisher/core';
import { currentBranch } from '../../input/git.js';
import type { ArgumentName } from '../orchestrator/arguments.js';
import { type GivenArguments, givenOf } from '../orchestrator/parse-arguments.js';
import { connect, createDiscovery, type ServerOptions } from '../server/connect.js';
import { type MenuConfig, readMenuConfig } from './config.js';

/** What all requests of one sitting have in common. */
export interface MenuSession {
  readonly discovery: LifecycleDiscovery;
  /** Finds the server when it is first needed. */
  server(): Promise<LifecycleServer>;
  /** The arguments of a call in BATCH mode that does the same as a request of the menus. */
  argumentsOf(events: readonly string[], answers: ReadonlyMap<ArgumentName, string>): GivenArguments;
}

const fallbackStackTag = 'default';

/**
 * Begins a sitting: reads `cli-config.json`, and takes the branch of the folder for the stack tag.
 *
 * @param warn is told what was assumed
 * @throws `INVALID_CONFIGURATION`
 */
export const openMenuSession = async (
  options: ServerOptions,
  warn: (text: string) => void,
): Promise<MenuSession> => {
  const config = await readMenuConfig();
  const branch = await currentBranch();
  if (branch === undefined) {
    warn(`WARNING: git knows no branch of this folder; the stack tag is ${fallbackStackTag}`);
  }
  const common = commonArguments(config, branch === undefined ? fallbackStackTag : stackTagOf(branch));
  let server: LifecycleServer | undefined;
  return {
    discovery: createDiscovery(options),
    server: async () => {
      server ??= await connect(options);
      return server;
    },
    argumentsOf: (events, answers) =>
      givenOf(
        new Map<ArgumentName, readonly string[]>([
          ...common,
          ['--events', events],
          ...[...answers].map(([name, value]) => [name, [value]] as const),
        ]),
      ),
  };
};

const commonArguments = (
  { owner, notifications, properties = {} }: MenuConfig,
  stackTag: string,
): readonly (readonly [ArgumentName, readonly string[]])[] => [
  ['--owner', [owner]],
  ['--stackTag', [stackTag]],
  ['--notifications', notifications.map(({ method, target }) => `${method}::${target}`)],
  ['--properties', Object.entries(properties).map(([key, value]) => `${key}::${value}`)],
];
