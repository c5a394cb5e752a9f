import { AmiPublisherError, type Clock, type Logger, silentLogger, systemClock } from '@ami-publisher/base';
import type { Ec2Action, Ec2Actions } from '@ami-publisher/core';
import type { _InstanceType, ArchitectureValues } from '@aws-sdk/client-ec2';
import type { Identity } from '../credentials/identity.js';
import { Keyring } from '../credentials/keyring.js';
import type { Ec2Context, Ec2Handler } from '../ec2/handler.js';
import { ec2Handlers } from '../ec2/handlers.js';
import type { StsContext } from '../sts/handler.js';
import { type StsAction, stsHandlers } from '../sts/handlers.js';
import type { Account, CredentialState } from './account.js';
import { addInstance } from './add-instance.js';
import { ApiError, authFailure } from './api-error.js';
import { type Inventory, inventoryOf } from './inventory.js';
import { defaultLatency, type Latency } from './latency.js';
import type { InstanceHosts, VolumeStorage } from './ports.js';
import { type Place, RegionState } from './region-state.js';
import { Transitions } from './transitions.js';
import { type RegionName, worldOf } from './world.js';

export interface CloudModelOptions {
  readonly accounts: readonly { readonly id: string; readonly name: string }[];
  /** Regions that exist and that every account has enabled. */
  readonly regions: readonly string[];
  readonly storage: VolumeStorage;
  readonly hosts: InstanceHosts;
  /** @default the system's */
  readonly clock?: Clock | undefined;
  /** @default {@link defaultLatency} */
  readonly latency?: Partial<Latency> | undefined;
  /** Hears what goes wrong after a call was answered. @default silent */
  readonly logger?: Logger | undefined;
}

/** An instance to be added. */
export interface InstanceOptions {
  readonly account: string;
  readonly region: string;
  /** Value of its `Name` tag. */
  readonly name: string;
  /** @default 'running' */
  readonly state?: 'running' | 'stopped' | undefined;
  /** @default 'm6i.large' */
  readonly type?: _InstanceType | undefined;
  /** @default 'x86_64' */
  readonly architecture?: ArchitectureValues | undefined;
  /** @default the region's first */
  readonly zone?: string | undefined;
  /** Tags besides `Name`. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/**
 * The cloud: accounts, what they have in every region, and what AWS's calls do to it. It knows no sockets and no files; every call of
 * every front comes through {@link ec2} or {@link sts}.
 */
export class CloudModel {
  readonly clock: Clock;
  readonly keyring = new Keyring();
  readonly #accounts: ReadonlyMap<string, Account>;
  readonly #hosts: InstanceHosts;
  readonly #latency: Latency;
  readonly #logger: Logger;
  readonly #states = new Map<string, RegionState>();
  readonly #storage: VolumeStorage;
  readonly #transitions: Transitions;
  readonly #world: readonly RegionName[];

  constructor(options: CloudModelOptions) {
    const { accounts, regions, clock = systemClock, logger = silentLogger } = options;
    this.clock = clock;
    this.#hosts = options.hosts;
    this.#latency = { ...defaultLatency, ...options.latency };
    this.#logger = logger;
    this.#storage = options.storage;
    this.#transitions = new Transitions(clock, logger);
    this.#world = worldOf(regions);
    this.#accounts = new Map(accounts.map((account) => [account.id, newAccount(account, regions)]));
  }

  /** Calls an EC2 action. @throws ApiError */
  async ec2<A extends Ec2Action>(
    caller: Identity,
    region: string,
    action: A,
    input: Ec2Actions[A][0],
  ): Promise<Ec2Actions[A][1]> {
    const account = this.account(caller.accountId);
    if (!account.regions.has(region)) throw authFailure();
    if (account.deniedActions.has(action)) throw unauthorized(caller, action);
    if ('DryRun' in input && input.DryRun === true) {
      throw new ApiError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.');
    }
    const handler: Ec2Handler<A> = ec2Handlers[action];
    return handler(this.#context(account, region), input);
  }

  /** Calls an STS action; `caller` is undefined for one that needs no signature. @throws ApiError */
  sts(caller: Identity | undefined, action: StsAction, input: object): object {
    const context: StsContext = {
      caller,
      clock: this.clock,
      keyring: this.keyring,
      account: (id) => this.#accounts.get(id),
    };
    const handler: (context: StsContext, input: never) => object = stsHandlers[action];
    return handler(context, input as never);
  }

  /** @throws `UNKNOWN_ACCOUNT` */
  account(id: string): Account {
    const account = this.#accounts.get(id);
    if (account !== undefined) return account;
    throw new AmiPublisherError('UNKNOWN_ACCOUNT', {
      message: `the sandbox has no account ${id}`,
      remedy: `use one of ${[...this.#accounts.keys()].join(', ')}`,
    });
  }

  /** Breaks or mends all credentials of an account, those of its roles' sessions as well. */
  setCredentialState(accountId: string, state: CredentialState): void {
    this.account(accountId).credentials = state;
  }

  /** Makes every call of the action by the account fail with `UnauthorizedOperation`. */
  denyAction(accountId: string, action: Ec2Action): void {
    this.account(accountId).deniedActions.add(action);
  }

  /** Takes back {@link denyAction}. */
  allowAction(accountId: string, action: Ec2Action): void {
    this.account(accountId).deniedActions.delete(action);
  }

  /** Enables a region that exists for an account, or disables it. */
  setRegionEnabled(accountId: string, region: string, enabled: boolean): void {
    const { regions } = this.account(accountId);
    if (enabled) regions.add(region);
    else regions.delete(region);
  }

  /** Makes a KMS key. @returns its ARN */
  addKmsKey(place: Place, alias?: string): string {
    return this.#state(place).kmsKeys.add(alias);
  }

  /** Makes an instance with its root volume; resolves when its program is up. @returns its id */
  addInstance(options: InstanceOptions): Promise<string> {
    const account = this.account(options.account);
    return addInstance(this.#context(account, options.region), options);
  }

  /** Everything that an account has in a region, as the Describe calls show it. */
  inventory(accountId: string, region: string): Promise<Inventory> {
    return inventoryOf(this.#context(this.account(accountId), region));
  }

  /** Folder with the content of a volume. @throws `AWS_NOT_FOUND` */
  volumeDirectory(volumeId: string): string {
    return this.#storage.volumeDirectory(
      this.#placeOf(volumeId, ({ volumes }) => volumes.get(volumeId)),
      volumeId,
    );
  }

  /** Folder with the content of a snapshot. @throws `AWS_NOT_FOUND` */
  snapshotDirectory(snapshotId: string): string {
    const place = this.#placeOf(snapshotId, ({ snapshots }) => snapshots.get(snapshotId));
    return this.#storage.snapshotDirectory(place, snapshotId);
  }

  /** Ends what goes on by itself; no call may come afterwards. */
  async close(): Promise<void> {
    await this.#transitions.close();
  }

  #context(account: Account, region: string): Ec2Context {
    return {
      state: this.#state({ accountId: account.id, region }),
      clock: this.clock,
      latency: this.#latency,
      transitions: this.#transitions,
      storage: this.#storage,
      hosts: this.#hosts,
      logger: this.#logger,
      world: this.#world,
      isEnabled: (name) => account.regions.has(name),
    };
  }

  #state({ accountId, region }: Place): RegionState {
    const key = `${accountId},${region}`;
    const existing = this.#states.get(key);
    if (existing !== undefined) return existing;
    const state = new RegionState(accountId, region);
    this.#states.set(key, state);
    return state;
  }

  #placeOf(id: string, find: (state: RegionState) => object | undefined): Place {
    const state = [...this.#states.values()].find((candidate) => find(candidate) !== undefined);
    if (state !== undefined) return state;
    throw new AmiPublisherError('AWS_NOT_FOUND', { message: `the sandbox has no ${id}`, resource: id });
  }
}

const newAccount = ({ id, name }: { id: string; name: string }, regions: readonly string[]): Account => ({
  id,
  name,
  regions: new Set(regions),
  deniedActions: new Set(),
  credentials: 'valid',
});

const unauthorized = ({ arn }: Identity, action: string): ApiError =>
  new ApiError(
    'UnauthorizedOperation',
    `You are not authorized to perform this operation. User: ${arn} is not authorized to perform: ec2:${action}`,
  );
