import type { Logger } from '@ami-publisher/base';
import { openImageServer } from '@ami-publisher/image';
import { type ClientTls, type Role, readClientTls } from '@ami-publisher/protocol';
import { readSrpcCredentials } from '@ami-publisher/srpc';
import { amiCommands } from '../amis/amis.js';
import { usageCommands } from '../amis/usage/ami-usage.js';
import { AwsCloud } from '../cloud/aws-cloud.js';
import type { ResolvedTargets } from '../cloud/cloud.js';
import type { AskMfaCode } from '../cloud/credentials.js';
import { readDefaults } from '../defaults.js';
import { instanceCommands } from '../instances/instances.js';
import type { AnyCommand } from '../operations/command.js';
import { Operations } from '../operations/operations.js';
import { Publisher } from '../publish/publisher.js';
import { openJournalStore, type WritableJournalStore } from '../steps/journal-location.js';
import type { AccountConfiguration, Configuration, ConnectorConfiguration } from '../target/account.js';
import { UnpackerFleet } from '../unpacker/fleet.js';
import { volumeCommands } from '../volumes/volumes.js';
import { lazily } from './lazily.js';

/** Every command that a journal may be of. */
export const operationCommands: readonly AnyCommand[] = [
  ...amiCommands,
  ...instanceCommands,
  ...usageCommands,
  ...volumeCommands,
];

/** What a program was told, which goes before its configuration file; what neither says is the environment's, or a default. */
export interface ServiceSettings {
  readonly configuration: Configuration;
  readonly targets?: string | undefined;
  readonly skipTargets?: string | undefined;
  /** Only this region, where `targets` is left out. */
  readonly region?: string | undefined;
  /** Only this AWS profile, whatever accounts are configured. */
  readonly profile?: string | undefined;
  /** How unpackers are reached. */
  readonly connector?: ConnectorConfiguration | undefined;
  /** A folder, or `s3://BUCKET/PREFIX`. */
  readonly journal?: string | undefined;
  /** `host:port` */
  readonly imageServer?: string | undefined;
  /** Folder with `CA.pem` and client certificates. */
  readonly certificates?: string | undefined;
  /** Plain text instead of mutual TLS; loopback addresses only. @default false */
  readonly insecure?: boolean | undefined;
  /** Which certificate unpackers are shown, the first that is there. @default publisher, operator */
  readonly roles?: readonly Role[] | undefined;
  readonly instanceName?: string | undefined;
  /** How long an unpacker may take to answer, ms. */
  readonly connectTimeoutMs?: number | undefined;
  /** Another AWS, such as the sandbox. */
  readonly endpoint?: string | undefined;
  readonly askMfaCode?: AskMfaCode | undefined;
  readonly logger?: Logger | undefined;
}

/** What programs that publish work with; each part is made when it is first asked for, so that one that needs no daemon needs no certificate either. */
export interface Services {
  readonly cloud: AwsCloud;
  readonly fleet: UnpackerFleet;
  readonly publisher: Publisher;
  readonly operations: Operations;
  /** The targets that the settings select. */
  resolveTargets(signal?: AbortSignal): Promise<ResolvedTargets>;
  close(): Promise<void>;
}

/**
 * Puts together what programs that publish work with; calls nothing yet.
 *
 * @example
 * const services = await openServices({ configuration: await readConfiguration('ami-publisher.yaml') });
 * const targets = await services.resolveTargets();
 * @throws `TARGET_MALFORMED`; the parts throw `CERTIFICATE_REFUSED` and `INVALID_OPTION` when they are first asked for.
 */
export const openServices = async (settings: ServiceSettings): Promise<Services> => {
  const { configuration } = settings;
  const cloud = await AwsCloud.fromConfig({
    accounts: accountsOf(settings),
    overrides: configuration.overrides,
    connector: settings.connector ?? configuration.connector,
    protocol: configuration.protocol,
    readBack: configuration.readBack,
    endpoint: settings.endpoint,
    askMfaCode: settings.askMfaCode,
    logger: settings.logger,
  });
  const daemons = lazily(() => createDaemonClients(settings, cloud));
  const publisher = lazily(() => {
    const { fleet, imageServer } = daemons.get();
    return new Publisher({
      cloud,
      images: imageServer.source,
      fleet,
      journals: journalsOf(settings),
    });
  });
  const operations = lazily(
    () =>
      new Operations({
        cloud,
        journals: journalsOf(settings),
        fleet: () => daemons.get().fleet,
        commands: operationCommands,
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
    resolveTargets: (signal) =>
      cloud.resolveTargets(placesOf(settings).selection, { skip: placesOf(settings).skip, signal }),
    close: async () => {
      const made = daemons.made();
      made?.imageServer.close();
      await made?.fleet.close();
      cloud.close();
    },
  };
};

/** Where everything is that programs work with: what they were told goes before the configuration, and that before the defaults. */
export const placesOf = (settings: ServiceSettings) => {
  const { configuration, targets, region } = settings;
  const defaults = readDefaults();
  return {
    selection: targets ?? (region === undefined ? configuration.targets : `*,${region}`) ?? '',
    skip: settings.skipTargets ?? configuration.skipTargets,
    certificates: settings.certificates ?? configuration.certificates ?? defaults.certificateDirectory,
    imageServer: settings.imageServer ?? configuration.imageServer ?? defaults.imageServer,
    journal: settings.journal ?? configuration.journal ?? defaults.journal,
  };
};

/** The journals alone; needs no AWS account, no image server and no certificates. @throws `INVALID_OPTION` */
export const journalsOf = (settings: ServiceSettings): WritableJournalStore =>
  openJournalStore(placesOf(settings).journal, { endpoint: settings.endpoint });

/** The client certificate of the first role that there is one of, or nothing for plain text. @throws `CERTIFICATE_REFUSED` */
export const clientTlsOf = ({
  certificates,
  insecure,
  roles = ['publisher', 'operator'],
}: Pick<ServiceSettings, 'certificates' | 'insecure' | 'roles'>): ClientTls | undefined => {
  if (insecure === true) return undefined;
  const directory = certificates ?? readDefaults().certificateDirectory;
  return readClientTls({ directory, roles, now: Date.now() });
};

const accountsOf = ({
  profile,
  configuration: { accounts },
}: ServiceSettings): Record<string, AccountConfiguration> | undefined => {
  if (profile !== undefined) return { [profile]: { profile } };
  return accounts === undefined ? undefined : withoutUndefined(accounts);
};

const withoutUndefined = <T extends object>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const createDaemonClients = (settings: ServiceSettings, cloud: AwsCloud) => {
  const { configuration } = settings;
  const { certificates, imageServer: address } = placesOf(settings);
  const tls = clientTlsOf({ ...settings, certificates });
  const srpc = lazily(() => srpcTls(settings, certificates, cloud));
  const imageServer = openImageServer({
    address,
    protocol: configuration.imageServerProtocol,
    tls,
    srpcTls: srpc.get,
  });
  const fleet = new UnpackerFleet({
    cloud,
    tls,
    srpc: { tls: srpc.get, images: imageServer.source },
    instanceName: settings.instanceName ?? configuration.instanceName,
    connectTimeoutMs: settings.connectTimeoutMs,
  });
  return { fleet, imageServer };
};

/** What is shown to daemons of Go, read when the first is spoken to. */
const srpcTls = (
  { insecure, configuration }: ServiceSettings,
  certificates: string,
  { clock, logger }: AwsCloud,
) => {
  if (insecure === true) return 'plain-text' as const;
  const directory = configuration.srpc?.certificates ?? certificates;
  return readSrpcCredentials({ directory, ca: configuration.srpc?.ca, now: clock.now(), logger });
};
