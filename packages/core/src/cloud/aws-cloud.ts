import { AmiPublisherError, type Clock, type Logger, silentLogger, systemClock } from '@ami-publisher/base';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import type {
  AccountConfiguration,
  ConnectorConfiguration,
  TargetOverride,
  UnpackerProtocol,
} from '../target/account.js';
import { type AccountFacts, findTargets } from '../target/directory.js';
import { listProfiles } from '../target/profiles.js';
import { matchesPattern, parseTargetSelectors, type TargetSelector } from '../target/selector.js';
import { formatTarget, homeRegions, type Target, targetKey } from '../target/target.js';
import { version } from '../version.js';
import type { AutoScalingApi } from './auto-scaling-api.js';
import { createAwsAutoScalingApi } from './aws-auto-scaling-api.js';
import { createAwsEc2Api } from './aws-ec2-api.js';
import { fromAwsError } from './aws-error.js';
import { createAwsKmsApi } from './aws-kms-api.js';
import { createAwsSsmApi } from './aws-ssm-api.js';
import type { Cloud, ResolvedTargets, ResolveOptions, TargetSettings } from './cloud.js';
import { type AskMfaCode, accountCredentials, memoiseCredentials } from './credentials.js';
import type { CallOptions, Ec2Api } from './ec2-api.js';
import type { KmsApi } from './kms-api.js';
import { Pacer } from './pacer.js';
import { Poller } from './poller.js';
import type { SsmApi } from './ssm-api.js';

export interface AwsCloudOptions {
  /** Accounts by name. @default every AWS profile that can give credentials; if there is none, the environment's own credentials */
  readonly accounts?: Readonly<Record<string, AccountConfiguration>> | undefined;
  /** What differs per target. */
  readonly overrides?: readonly TargetOverride[] | undefined;
  /** How unpackers are reached where no override says otherwise. @default 'private' */
  readonly connector?: ConnectorConfiguration | undefined;
  /** What unpackers speak where no override says otherwise. @default 'grpc' */
  readonly protocol?: UnpackerProtocol | undefined;
  /** Whether unpackers of Go have to read what they have unpacked, where no override says otherwise. @default false */
  readonly readBack?: boolean | undefined;
  /** One endpoint for all AWS services and regions, as of a local AWS. @default AWS's own (or `AWS_ENDPOINT_URL`, by the SDK) */
  readonly endpoint?: string | undefined;
  /** Asks for the code of an MFA device where a profile has `mfa_serial`, once for each such account. @default such accounts fail */
  readonly askMfaCode?: AskMfaCode | undefined;
  /**
   * Gives the credentials of an account, by its name, in place of its profile or role. They are asked for once for all clients of the account, and again
   * five minutes before they expire. @default those of its profile or role
   */
  readonly credentials?: ((account: string) => AwsCredentialIdentityProvider) | undefined;
  /** How long AWS may take to answer one request, ms. @default 60,000 */
  readonly requestTimeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
}

/** No answer of EC2 takes longer: CreateSnapshot of a large volume is answered at once. */
const defaultRequestTimeoutMs = 60_000;
const connectionTimeoutMs = 5_000;
/** All accounts share the sockets to a region; a request that waits for one counts as connecting. */
const socketsPerRegion = 256;

type AutoScalingConnection = Awaited<ReturnType<typeof createAwsAutoScalingApi>>;
type KmsConnection = Awaited<ReturnType<typeof createAwsKmsApi>>;
type SsmConnection = Awaited<ReturnType<typeof createAwsSsmApi>>;

interface Connection {
  readonly api: Ec2Api;
  readonly poller: Poller;
  close(): void;
}

/** What the clients of every AWS service are made with. A client is not destroyed: it shares its sockets with all others. */
export interface AwsClientConfig {
  readonly region: string;
  readonly credentials: AwsCredentialIdentityProvider;
  readonly requestHandler: NodeHttpHandler;
  readonly customUserAgent: [string, string][];
  readonly endpoint?: string;
}

/** Connections to AWS, of all accounts and regions together. */
interface RequestHandlers {
  /** Kept open from call to call. */
  readonly shared: NodeHttpHandler;
  /** Opened for one call: none that the server closes, idle for too long, at the moment when a request goes out on it. */
  readonly unshared: NodeHttpHandler;
}

/** Who the credentials of an account are. */
export interface AccountIdentity {
  /** 12 digits. */
  readonly accountId: string;
  readonly arn: string;
  /** How far the clock of AWS is ahead of this machine's, ms; to a second or so. Undefined if AWS did not tell its time. */
  readonly clockAheadMs: number | undefined;
}

interface ResolvedOverride {
  readonly selectors: readonly TargetSelector[];
  readonly override: TargetOverride;
}

/** AWS through its SDK: one connection per account and region, credentials asked for once per account. */
export class AwsCloud implements Cloud {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly #options: AwsCloudOptions;
  readonly #accounts: ReadonlyMap<string, AccountConfiguration>;
  readonly #overrides: readonly ResolvedOverride[];
  readonly #credentials = new Map<string, Promise<AwsCredentialIdentityProvider>>();
  readonly #connections = new Map<string, Promise<Connection>>();
  readonly #autoScaling = new Map<string, Promise<AutoScalingConnection>>();
  readonly #kms = new Map<string, Promise<KmsConnection>>();
  readonly #ssm = new Map<string, Promise<SsmConnection>>();
  readonly #identities = new Map<string, AccountIdentity>();
  #requestHandlers: RequestHandlers | undefined;

  private constructor(
    options: AwsCloudOptions,
    accounts: ReadonlyMap<string, AccountConfiguration>,
    overrides: readonly ResolvedOverride[],
  ) {
    this.#options = options;
    this.clock = options.clock ?? systemClock;
    this.logger = options.logger ?? silentLogger;
    this.#accounts = accounts;
    this.#overrides = overrides;
  }

  /**
   * Reads the AWS configuration files; calls nothing.
   *
   * @example
   * const cloud = await AwsCloud.fromConfig({ accounts: { prod: { profile: 'prod' } } });
   * const targets = await cloud.resolveTargets('prod,us-east-1;prod,eu-*');
   * @throws `TARGET_MALFORMED` for an override's target list.
   */
  static async fromConfig(options: AwsCloudOptions = {}): Promise<AwsCloud> {
    const accounts = options.accounts ?? (await accountsOfProfiles());
    const overrides = await Promise.all(
      (options.overrides ?? []).map(async (override) => ({
        override,
        selectors: await parseTargetSelectors(override.targets),
      })),
    );
    return new AwsCloud(options, new Map(Object.entries(accounts)), overrides);
  }

  async resolveTargets(selection: string, options: ResolveOptions = {}): Promise<ResolvedTargets> {
    return findTargets({
      accounts: [...this.#accounts.keys()],
      selectors: await parseTargetSelectors(selection),
      skip: await parseTargetSelectors(options.skip ?? ''),
      describeAccount: (account) => this.#describeAccount(account, options),
    });
  }

  /** Who an account's credentials are, once its targets have been resolved. */
  identityOf(account: string): AccountIdentity | undefined {
    return this.#identities.get(account);
  }

  async ec2(target: Target): Promise<Ec2Api> {
    return (await this.#connection(target)).api;
  }

  async poller(target: Target): Promise<Poller> {
    return (await this.#connection(target)).poller;
  }

  async autoScaling(target: Target): Promise<AutoScalingApi> {
    const { api } = await memoised(this.#autoScaling, targetKey(target), async () =>
      createAwsAutoScalingApi({
        target: formatTarget(target),
        config: await this.#clientConfig(target.account, target.region),
      }),
    );
    return api;
  }

  async kms(target: Target): Promise<KmsApi> {
    const { api } = await memoised(this.#kms, targetKey(target), async () =>
      createAwsKmsApi({
        target: formatTarget(target),
        config: await this.#clientConfig(target.account, target.region),
      }),
    );
    return api;
  }

  async ssm(target: Target): Promise<SsmApi> {
    const { api } = await memoised(this.#ssm, targetKey(target), () => this.#connectSsm(target));
    return api;
  }

  /** For a client of a service that this package has no interface for. */
  clientConfig({ account, region }: Target): Promise<AwsClientConfig> {
    return this.#clientConfig(account, region);
  }

  settings(target: Parameters<Cloud['settings']>[0]): TargetSettings {
    const fitting = this.#overrides
      .filter(({ selectors }) => selectors.some((selector) => fits(selector, target)))
      .map(({ override }) => override);
    return {
      kmsKey: fitting.findLast((override) => override.kmsKey !== undefined)?.kmsKey,
      connector:
        fitting.findLast((override) => override.connector !== undefined)?.connector ??
        this.#options.connector ??
        'private',
      protocol:
        fitting.findLast((override) => override.protocol !== undefined)?.protocol ??
        this.#options.protocol ??
        'grpc',
      readBack:
        fitting.findLast((override) => override.readBack !== undefined)?.readBack ??
        this.#options.readBack ??
        false,
      bestEffort: fitting.findLast((override) => override.bestEffort !== undefined)?.bestEffort ?? false,
    };
  }

  close(): void {
    const all = [this.#connections, this.#autoScaling, this.#kms, this.#ssm];
    for (const connection of all.flatMap((made): Promise<{ close(): void }>[] => [...made.values()])) {
      connection.then(
        ({ close }) => close(),
        () => {
          // It never opened.
        },
      );
    }
    for (const made of all) made.clear();
    this.#requestHandlers?.shared.destroy();
    this.#requestHandlers?.unshared.destroy();
    this.#requestHandlers = undefined;
  }

  #connection(target: Target): Promise<Connection> {
    return memoised(this.#connections, targetKey(target), () => this.#connect(target));
  }

  async #connect(target: Target): Promise<Connection> {
    const { api, close } = await this.#ec2Api(target);
    return { api, close, poller: new Poller(api, this.clock, formatTarget(target)) };
  }

  async #ec2Api(target: Pick<Target, 'account' | 'region'>): ReturnType<typeof createAwsEc2Api> {
    const config = await this.#clientConfig(target.account, target.region);
    const { unshared } = await this.#handlers();
    const pacer = new Pacer(this.clock);
    return createAwsEc2Api({ target: formatTarget(target), config, unshared, pacer });
  }

  async #connectSsm(target: Target): Promise<SsmConnection> {
    const { profile, roleArn } = this.#accounts.get(target.account) ?? {};
    return createAwsSsmApi({
      target: formatTarget(target),
      profile: roleArn === undefined ? profile : undefined,
      config: await this.#clientConfig(target.account, target.region),
    });
  }

  async #describeAccount(account: string, options: CallOptions): Promise<AccountFacts> {
    const region = this.#homeRegion(account);
    const config = await this.#clientConfig(account, region);
    // Not destroyed: that would close the sockets that all accounts share, under the calls of the others.
    const { api } = await this.#ec2Api({ account, region });
    const identity = await askIdentity(config, options).catch((reason: unknown) => {
      throw fromAwsError(reason, {
        call: 'sts:GetCallerIdentity',
        resource: this.#describeCredentials(account),
      });
    });
    const { Regions } = await api.describeRegions({}, options);
    const enabledRegions = (Regions ?? []).flatMap(({ RegionName }) => RegionName ?? []).sort();
    if (identity === undefined) throw noAccountId(account);
    this.#identities.set(account, identity);
    return { accountId: identity.accountId, enabledRegions };
  }

  /** For messages: where the credentials of an account come from. */
  #describeCredentials(account: string): string {
    if (this.#options.credentials !== undefined)
      return `account ${account} (credentials that the program gives)`;
    const { profile, roleArn } = this.#accounts.get(account) ?? {};
    const source = [roleArn, profile && `profile ${profile}`].filter(Boolean).join(' from ');
    return `account ${account} (${source || 'credentials of the environment'})`;
  }

  #homeRegion(account: string): string {
    const configured = this.#accounts.get(account);
    const partition = /^arn:([^:]+):/.exec(configured?.roleArn ?? '')?.[1] as
      | keyof typeof homeRegions
      | undefined;
    return configured?.homeRegion ?? homeRegions[partition ?? 'aws'];
  }

  async #clientConfig(account: string, region: string): Promise<AwsClientConfig> {
    const { shared } = await this.#handlers();
    return {
      region,
      credentials: await this.#provider(account),
      requestHandler: shared,
      customUserAgent: [['ami-publisher', version]],
      ...(this.#options.endpoint !== undefined && { endpoint: this.#options.endpoint }),
    };
  }

  async #handlers(): Promise<RequestHandlers> {
    const { NodeHttpHandler } = await import('@smithy/node-http-handler');
    const handler = (keepAlive: boolean) =>
      new NodeHttpHandler({
        connectionTimeout: connectionTimeoutMs,
        requestTimeout: this.#options.requestTimeoutMs ?? defaultRequestTimeoutMs,
        // Without it the handler only warns, and a silent endpoint hangs the call for ever.
        throwOnRequestTimeout: true,
        httpAgent: { keepAlive, maxSockets: socketsPerRegion },
        httpsAgent: { keepAlive, maxSockets: socketsPerRegion },
      });
    this.#requestHandlers ??= { shared: handler(true), unshared: handler(false) };
    return this.#requestHandlers;
  }

  #provider(account: string): Promise<AwsCredentialIdentityProvider> {
    let provider = this.#credentials.get(account);
    if (provider === undefined) {
      provider = this.#makeProvider(account).then((made) => memoiseCredentials(made, this.clock));
      this.#credentials.set(account, provider);
    }
    return provider;
  }

  async #makeProvider(account: string): Promise<AwsCredentialIdentityProvider> {
    const { endpoint, askMfaCode, credentials } = this.#options;
    if (credentials !== undefined) return credentials(account);
    const configured = this.#accounts.get(account) ?? {};
    return accountCredentials(configured, this.#homeRegion(account), endpoint, askMfaCode);
  }
}

/** @returns undefined if AWS answers without an account id */
const askIdentity = async (
  config: AwsClientConfig,
  { signal }: CallOptions,
): Promise<AccountIdentity | undefined> => {
  const { STSClient, GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
  const sts = new STSClient(config);
  let clockAheadMs: number | undefined;
  sts.middlewareStack.add(
    (next) => async (request) => {
      const answer = await next(request);
      const { headers } = answer.response as { readonly headers?: Readonly<Record<string, string>> };
      const at = Date.parse(headers?.date ?? '');
      if (!Number.isNaN(at)) clockAheadMs = at - Date.now();
      return answer;
    },
    { step: 'deserialize' },
  );
  const { Account, Arn = '' } = await sts.send(new GetCallerIdentityCommand({}), {
    ...(signal && { abortSignal: signal }),
  });
  return Account === undefined ? undefined : { accountId: Account, arn: Arn, clockAheadMs };
};

/** What was made for the key, or is made now; what could not be made is tried again. */
const memoised = <T>(made: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> => {
  const existing = made.get(key);
  if (existing !== undefined) return existing;
  const making = make();
  made.set(key, making);
  making.catch(() => made.delete(key));
  return making;
};

/** An override may name the account by label or by id. */
const fits = (selector: TargetSelector, target: Parameters<Cloud['settings']>[0]): boolean =>
  matchesPattern(selector.region, target.region) &&
  (matchesPattern(selector.account, target.account) ||
    matchesPattern(selector.account, target.accountId ?? ''));

/** What the environment alone gives: keys in variables, a container's or an instance's role. */
export const environmentAccount = 'environment';

const accountsOfProfiles = async (): Promise<Record<string, AccountConfiguration>> => {
  const profiles = await listProfiles();
  if (profiles.length === 0) return { [environmentAccount]: {} };
  return Object.fromEntries(
    profiles.map(({ name, region }) => [
      name,
      { profile: name, ...(region !== undefined && { homeRegion: region }) },
    ]),
  );
};

const noAccountId = (account: string): AmiPublisherError =>
  new AmiPublisherError('AWS_UNEXPECTED_ANSWER', {
    message: `sts:GetCallerIdentity answered without an account id for ${account}`,
    call: 'sts:GetCallerIdentity',
    resource: account,
  });
