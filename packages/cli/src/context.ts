import { readFile } from 'node:fs/promises';
import { AmiPublisherError, type Logger, silentLogger } from '@ami-publisher/base';
import {
  type AccountConfiguration,
  AwsCloud,
  amiCommands,
  type ClientTls,
  type Configuration,
  createImageServerClient,
  GrpcImageSource,
  instanceCommands,
  type JournalStore,
  Operations,
  openJournalStore,
  Publisher,
  parseConfiguration,
  type ResolvedTargets,
  type Role,
  readClientTls,
  readDefaults,
  readSrpcCredentials,
  UnpackerFleet,
  usageCommands,
  volumeCommands,
} from '@ami-publisher/core';
import { parseDuration } from './input/duration.js';
import { askMfaCode } from './input/mfa-code.js';
import { interruptSignal } from './interrupt.js';
import { withStatus } from './progress/status-line.js';

export { interruptSignal } from './interrupt.js';

type Options = Readonly<Record<string, unknown>>;

/** Every command that a journal may be of. */
export const commands = [...amiCommands, ...instanceCommands, ...usageCommands, ...volumeCommands];

/** What commands work with; each part is made when first asked for. */
export interface Context {
  readonly cloud: AwsCloud;
  readonly fleet: UnpackerFleet;
  readonly publisher: Publisher;
  readonly operations: Operations;
  /** Aborts at Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  resolveTargets(): Promise<ResolvedTargets>;
  close(): Promise<void>;
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
export const createContext = async (
  options: Options,
  roles: readonly Role[] = ['publisher', 'operator'],
): Promise<Context> => {
  const configuration = await readConfiguration(text(options, 'config'));
  const logger = options.debug === true ? stderrLogger : silentLogger;
  const profile = text(options, 'profile');
  const accounts: Record<string, AccountConfiguration> | undefined = profile
    ? { [profile]: { profile } }
    : configuration.accounts && withoutUndefined(configuration.accounts);
  const cloud = await AwsCloud.fromConfig({
    accounts,
    overrides: configuration.overrides,
    connector: configuration.connector,
    protocol: configuration.protocol,
    endpoint: text(options, 'endpointUrl'),
    askMfaCode,
    logger,
  });
  const daemons = lazily(() => createDaemonClients(options, configuration, cloud, roles));
  const publisher = lazily(() => {
    const { fleet, imageServer } = daemons.get();
    const journals = journalsAt(options, configuration);
    return new Publisher({ cloud, images: new GrpcImageSource(imageServer), fleet, journals });
  });
  const operations = lazily(
    () =>
      new Operations({
        cloud,
        journals: journalsAt(options, configuration),
        fleet: () => daemons.get().fleet,
        commands,
      }),
  );
  return {
    cloud,
    get operations() {
      return operations.get();
    },
    get fleet() {
      return daemons.get().fleet;
    },
    get publisher() {
      return publisher.get();
    },
    signal: interruptSignal(),
    resolveTargets: () =>
      withStatus(options, 'Finding the accounts and regions', () =>
        cloud.resolveTargets(selectionOf(options, configuration), {
          skip: text(options, 'skipTargets') ?? configuration.skipTargets,
          signal: interruptSignal(),
        }),
      ),
    close: async () => {
      const made = daemons.made();
      made?.imageServer.close();
      await made?.fleet.close();
      cloud.close();
    },
  };
};

/** What is made when it is first asked for: commands that need no daemon need no certificates either. */
const lazily = <T>(make: () => T) => {
  let made: { readonly value: T } | undefined;
  return {
    get: (): T => {
      made ??= { value: make() };
      return made.value;
    },
    made: (): T | undefined => made?.value,
  };
};

const createDaemonClients = (
  options: Options,
  configuration: Configuration,
  cloud: AwsCloud,
  roles: readonly Role[],
) => {
  const tls = clientTls({ certs: configuration.certificates, ...options }, roles);
  const connectTimeout = text(options, 'connectTimeout');
  const imageServer = createImageServerClient({
    address: text(options, 'imageServer') ?? configuration.imageServer ?? readDefaults().imageServer,
    tls,
  });
  const fleet = new UnpackerFleet({
    cloud,
    tls,
    srpc: {
      tls: lazily(() => srpcTls(options, configuration, cloud)).get,
      images: new GrpcImageSource(imageServer),
    },
    instanceName: text(options, 'instanceName') ?? configuration.instanceName,
    connectTimeoutMs:
      connectTimeout === undefined ? undefined : parseDuration('connectTimeout', connectTimeout),
  });
  return { fleet, imageServer };
};

/** What is shown to unpackers of Go, read when the first is spoken to. */
const srpcTls = (options: Options, { certificates, srpc }: Configuration, { clock, logger }: AwsCloud) => {
  if (options.insecure === true) return 'plain-text' as const;
  const directory =
    srpc?.certificates ??
    text({ certs: certificates, ...options }, 'certs') ??
    readDefaults().certificateDirectory;
  return readSrpcCredentials({ directory, ca: srpc?.ca, now: clock.now(), logger });
};

/** The journals alone; needs no AWS account, no image server and no certificates. */
export const openJournals = async (options: Options): Promise<JournalStore> =>
  journalsAt(options, await readConfiguration(text(options, 'config')));

const journalsAt = (options: Options, configuration: Configuration): JournalStore =>
  openJournalStore(text(options, 'journal') ?? configuration.journal ?? readDefaults().journal, {
    endpoint: text(options, 'endpointUrl'),
  });

const selectionOf = (options: Options, configuration: Configuration): string => {
  const region = text(options, 'region');
  return text(options, 'targets') ?? (region === undefined ? configuration.targets : `*,${region}`) ?? '';
};

/** The client certificate for a command, or nothing with --insecure. */
export const clientTls = (options: Options, roles: readonly Role[]): ClientTls | undefined => {
  if (options.insecure === true) return undefined;
  const directory = text(options, 'certs') ?? readDefaults().certificateDirectory;
  return readClientTls({ directory, roles, now: Date.now() });
};

const readConfiguration = async (file: string | undefined): Promise<Configuration> => {
  if (file === undefined) return {};
  try {
    const { parse } = await import('yaml');
    return parseConfiguration(parse(await readFile(file, 'utf8')), file);
  } catch (cause) {
    if (cause instanceof AmiPublisherError) throw cause;
    throw new AmiPublisherError('INVALID_CONFIGURATION', {
      message: `cannot read ${file}: ${(cause as Error).message}`,
      resource: file,
      remedy: 'name a readable YAML file with --config',
      cause,
    });
  }
};

const withoutUndefined = <T extends object>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

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
