import { type Logger, parseDuration, silentLogger } from '@ami-publisher/base';
import {
  type ClientTls,
  type Configuration,
  clientTlsOf,
  type JournalStore,
  journalsOf,
  openServices,
  type ResolvedTargets,
  type Role,
  readConfiguration,
  type ServiceSettings,
  type Services,
} from '@ami-publisher/core';
import { askMfaCode } from './input/mfa-code.js';
import { interruptSignal } from './interrupt.js';
import { withStatus } from './progress/status-line.js';

export { interruptSignal } from './interrupt.js';

type Options = Readonly<Record<string, unknown>>;

/** What commands work with; each part is made when first asked for. */
export interface Context extends Services {
  /** Aborts at Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  resolveTargets(): Promise<ResolvedTargets>;
}

const text = (options: Options, name: string): string | undefined => {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
};

/**
 * Flag, then environment (by commander), then configuration file, then default.
 *
 * @param roles which certificate unpackers are shown, the first that is there
 */
export const createContext = async (options: Options, roles?: readonly Role[]): Promise<Context> =>
  contextOf(options, await readConfiguration(text(options, 'config')), roles);

/** The same for a configuration that has been read. */
export const contextOf = async (
  options: Options,
  configuration: Configuration,
  roles?: readonly Role[],
): Promise<Context> => {
  const services = await openServices({
    ...settingsOf(options, configuration),
    roles,
    askMfaCode,
    logger: options.debug === true ? stderrLogger : silentLogger,
  });
  const signal = interruptSignal();
  return {
    cloud: services.cloud,
    get operations() {
      return services.operations;
    },
    get fleet() {
      return services.fleet;
    },
    get publisher() {
      return services.publisher;
    },
    signal,
    resolveTargets: () =>
      withStatus(options, 'Finding the accounts and regions', () => services.resolveTargets(signal)),
    close: services.close,
  };
};

/** The journals alone; needs no AWS account, no image server and no certificates. */
export const openJournals = async (options: Options): Promise<JournalStore> =>
  journalsOf(settingsOf(options, await readConfiguration(text(options, 'config'))));

/** What the flags say, with the configuration behind them. */
export const settingsOf = (options: Options, configuration: Configuration): ServiceSettings => {
  const connectTimeout = text(options, 'connectTimeout');
  return {
    configuration,
    targets: text(options, 'targets'),
    skipTargets: text(options, 'skipTargets'),
    region: text(options, 'region'),
    profile: text(options, 'profile') || undefined,
    journal: text(options, 'journal'),
    imageServer: text(options, 'imageServer'),
    certificates: text(options, 'certs'),
    insecure: options.insecure === true,
    instanceName: text(options, 'instanceName'),
    endpoint: text(options, 'endpointUrl'),
    connectTimeoutMs:
      connectTimeout === undefined ? undefined : parseDuration('connectTimeout', connectTimeout),
  };
};

/** The client certificate for a command, or nothing with --insecure. */
export const clientTls = (options: Options, roles: readonly Role[]): ClientTls | undefined =>
  clientTlsOf({ certificates: text(options, 'certs'), insecure: options.insecure === true, roles });

const log = (level: string) => (message: string, fields?: object) => {
  const shown = fields === undefined ? '' : ` ${JSON.stringify(fields, errorsAsText)}`;
  process.stderr.write(`${new Date().toISOString()} ${level} ${message}${shown}\n`);
};
const errorsAsText = (_key: string, value: unknown) => (value instanceof Error ? value.message : value);
const stderrLogger: Logger = {
  debug: log('debug'),
  info: log('info'),
  warn: log('warn'),
  error: log('error'),
};
