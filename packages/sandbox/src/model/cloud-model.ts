import { AmiPublisherError, type Clock, type Logger, silentLogger, systemClock } from '@ami-publisher/base';
import type { Ec2Action, Ec2Actions } from '@ami-publisher/core';
import { type AuditOptions, type AuditReport, audit } from '../audit/audit.js';
import type { Identity } from '../credentials/identity.js';
import { Keyring } from '../credentials/keyring.js';
import { credentialRefusals } from '../credentials/refusals.js';
import { markAsBackup } from '../ec2/backups.js';
import type { Ec2Context } from '../ec2/handler.js';
import { CallGate } from '../faults/call-gate.js';
import { CallLog } from '../faults/call-log.js';
import { Faults } from '../faults/faults.js';
import { ssmAuthorizations } from '../iam/authorizations.js';
import { Iam } from '../iam/iam.js';
import type { Membership } from '../kms/key-access.js';
import { type KeyPolicyDocument, parseKeyPolicy } from '../kms/key-policy.js';
import { resolveQuotas } from '../quotas/figures.js';
import { Quotas } from '../quotas/quotas.js';
import type { S3Answer } from '../s3/operation.js';
import type { S3Request } from '../s3/request.js';
import { S3Service, s3Refusal } from '../s3/s3-service.js';
import { jsonRefusal } from '../services/refusal.js';
import type { ServiceResources } from '../services/resources.js';
import type { ServiceContext } from '../services/service.js';
import { type ServiceName, serviceNamed } from '../services/services.js';
import { type SsmAction, type SsmContext, ssmHandlers } from '../ssm/handlers.js';
import { Sessions } from '../ssm/sessions.js';
import type { StsContext } from '../sts/handler.js';
import { type StsAction, stsHandlers } from '../sts/handlers.js';
import { stsRefusal } from '../sts/refusal.js';
import { type Lag, noLag, resolveVisibility } from '../visibility/lag.js';
import { concealCreated } from '../visibility/named-resources.js';
import { type Account, type CredentialState, newAccount } from './account.js';
import { addImage, type ImageOptions } from './add-image.js';
import { addInstance } from './add-instance.js';
import type { CallerOptions, CloudModelOptions, InstanceOptions } from './cloud-options.js';
import { Ec2Service, ec2Refusal } from './ec2-service.js';
import { type Inventory, inventoryOf } from './inventory.js';
import { findKey, type KmsKey } from './kms-keys.js';
import { resolveLatency } from './latency.js';
import type { Network } from './network.js';
import type { InstanceHosts, VolumeStorage } from './ports.js';
import type { References } from './references.js';
import type { Place } from './region-state.js';
import { Regions } from './regions.js';
import { checkSnapshotProgress, type SnapshotProgress } from './snapshot-progress.js';
import { accountRecord, hashOf, regionRecords, type StateRecords } from './state-records.js';
import { Transitions } from './transitions.js';
import { type RegionName, worldOf } from './world.js';

/**
 * The cloud: accounts, what they have in every region, and what AWS's calls do to it. It knows no sockets and no files; every call of
 * every front comes through {@link ec2}, {@link sts}, {@link ssm}, {@link service} or {@link s3}.
 */
export class CloudModel {
  readonly clock: Clock;
  readonly keyring = new Keyring();
  /** What is to go wrong. */
  readonly faults = new Faults();
  /** What was called. */
  readonly calls = new CallLog();
  /** What policies allowed. */
  readonly iam: Iam;
  /** What is open of Session Manager. */
  readonly sessions = new Sessions();
  /** The way in for every call, of other services as well. */
  readonly gate: CallGate;
  readonly #accounts: ReadonlyMap<string, Account>;
  readonly #ec2: Ec2Service;
  readonly #hosts: InstanceHosts;
  readonly #lagOf: (action: Ec2Action) => Lag;
  readonly #logger: Logger;
  readonly #regions: Regions;
  readonly #s3: S3Service;
  readonly #snapshotProgress: SnapshotProgress;
  readonly #storage: VolumeStorage;
  readonly #transitions: Transitions;
  readonly #world: readonly RegionName[];

  /** @throws `INVALID_OPTION` */
  constructor(options: CloudModelOptions) {
    const { accounts, regions, clock = systemClock, logger = silentLogger } = options;
    const { calls, faults } = this;
    const quotas = resolveQuotas(options.quotas);
    this.clock = clock;
    this.iam = new Iam(options.policies);
    this.#ec2 = new Ec2Service(this.iam, quotas && new Quotas(quotas, clock));
    this.#hosts = options.hosts;
    this.#lagOf = resolveVisibility(options.visibility);
    this.#logger = logger;
    this.#regions = new Regions({
      clock,
      latency: resolveLatency(options.latency),
      seed: options.seed ?? 'sandbox',
      onTime: options.onTime,
    });
    this.#s3 = new S3Service(this.iam, clock);
    this.#snapshotProgress = checkSnapshotProgress(options.snapshotProgress);
    this.#storage = options.storage;
    this.#transitions = new Transitions(clock, logger);
    this.#world = worldOf(regions);
    this.#accounts = new Map(accounts.map((account) => [account.id, newAccount(account, regions)]));
    this.gate = new CallGate({ calls, faults, clock, logger, transitions: this.#transitions });
  }

  /** Calls an EC2 action. @throws ApiError, ConnectionClosed */
  async ec2<A extends Ec2Action>(
    caller: Identity,
    region: string,
    action: A,
    input: Ec2Actions[A][0],
    { signal }: CallerOptions = {},
  ): Promise<Ec2Actions[A][1]> {
    const account = this.account(caller.accountId);
    const context = this.#context(account, region, this.#lagOf(action));
    return this.gate.run({
      site: { account: account.id, region, action },
      apply: () => this.#ec2.apply({ caller, account, action, input, context }),
      refuse: (fault) => ec2Refusal(fault, caller, action),
      conceal: (output, ms) => concealCreated(context.state, action, output, ms),
      signal,
    });
  }

  /**
   * Calls an STS action; `caller` is undefined for one that needs no signature.
   *
   * @throws ApiError, ConnectionClosed
   */
  async sts(
    caller: Identity | undefined,
    region: string,
    action: StsAction,
    input: object,
    { signal }: CallerOptions = {},
  ): Promise<object> {
    const { clock, keyring } = this;
    const context: StsContext = { caller, clock, keyring, account: (id) => this.#accounts.get(id) };
    const handler: (context: StsContext, input: never) => object = stsHandlers[action];
    return this.gate.run({
      site: { account: caller?.accountId ?? '', region, action },
      apply: async () => {
        if (caller !== undefined) this.iam.checkSts(caller, action, input, region);
        return handler(context, input as never);
      },
      refuse: (fault) => stsRefusal(fault, caller, action),
      signal,
    });
  }

  /** Calls an action of Systems Manager. @throws ApiError, ConnectionClosed */
  async ssm(
    caller: Identity,
    region: string,
    action: SsmAction,
    input: object,
    { signal, streamUrl }: CallerOptions & Pick<SsmContext, 'streamUrl'>,
  ): Promise<object> {
    const { sessions } = this;
    const { state } = this.#regions.at({ accountId: caller.accountId, region });
    const handler: (context: SsmContext, input: never) => object = ssmHandlers[action];
    return this.gate.run({
      site: { account: caller.accountId, region, action },
      apply: async () => {
        if (!this.account(caller.accountId).regions.has(region)) throw credentialRefusals.ssm.unknown();
        this.iam.check(caller, ssmAuthorizations(state, action, input), 'AccessDeniedException');
        return handler(
          { caller, state, sessions, streamUrl, hosts: this.#hosts, storage: this.#storage },
          input as never,
        );
      },
      refuse: (fault) => refuseSsm(fault, caller, action),
      signal,
    });
  }

  /** Calls an action of one of the other services. @throws ApiError, ConnectionClosed */
  async service(
    name: ServiceName,
    caller: Identity,
    region: string,
    action: string,
    input: object,
    { signal }: CallerOptions = {},
  ): Promise<object> {
    const { accountId } = caller;
    const { membership, regions } = this.account(accountId);
    const { state, latency } = this.#regions.at({ accountId, region });
    const { handlers, authorizations, deniedCode, refuse, logged = '' } = serviceNamed(name);
    const context: ServiceContext = {
      ...{ caller, state, latency, clock: this.clock },
      ...{ transitions: this.#transitions, storage: this.#storage },
      elsewhere: (other) => this.#regions.at({ accountId, region: other }).state,
      user: { accountId, region, membership },
      keyOf: (key) => findKey(state, this.#regions.in(region), key),
    };
    return this.gate.run({
      site: { account: accountId, region, action: `${logged}${action}` },
      apply: async () => {
        if (!regions.has(region)) throw credentialRefusals[name].unknown();
        this.iam.check(caller, authorizations(context, action, input), deniedCode);
        return handlers[action]!(context, input as never);
      },
      refuse: (fault) => refuse(fault, caller, action),
      signal,
    });
  }

  /** Calls S3. @throws ApiError, ConnectionClosed */
  async s3(
    caller: Identity,
    region: string,
    request: S3Request,
    { signal }: CallerOptions = {},
  ): Promise<S3Answer> {
    return this.gate.run({
      site: { account: caller.accountId, region, action: `s3:${request.action}` },
      apply: async () => this.#s3.apply(caller, region, request),
      refuse: (fault) => s3Refusal(fault, caller, request.action),
      signal,
    });
  }

  /** Makes a bucket, as its owner would have; it encrypts by the KMS key, if one is given. */
  addBucket(name: string, accountId: string, region: string, kmsKey?: string): void {
    this.#s3.addBucket(name, this.account(accountId).id, region, kmsKey);
  }

  /** All accounts. */
  get accounts(): readonly Account[] {
    return [...this.#accounts.values()];
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

  /** Makes a customer key. @param policy by default the account may do everything @returns its ARN @throws `INVALID_OPTION` */
  addKmsKey(place: Place, alias?: string, policy?: KeyPolicyDocument): string {
    const { kmsKeys } = this.#regions.at(place).state;
    return kmsKeys.add(alias, policy && parseKeyPolicy(policy));
  }

  /** A key of an account, to be looked at or disabled. */
  kmsKey(place: Place, name: string): KmsKey | undefined {
    const { kmsKeys } = this.#regions.at(place).state;
    return kmsKeys.get(kmsKeys.resolve(name) ?? '');
  }

  /** Makes an account a member of an organization, or of none. */
  setMembership(accountId: string, membership: Membership | undefined): void {
    this.account(accountId).membership = membership;
  }

  /** What may name images in an account and region beside instances; launch templates and the like are made here. */
  references(place: Place): References {
    return this.#regions.at(place).state.references;
  }

  /** What the services beside EC2 have in an account and region; stacks and the like are made here. */
  services(place: Place): ServiceResources {
    return this.#regions.at(place).state.services;
  }

  /** Keeps what is deleted in a region from now on, as retention rules of Recycle Bin would. */
  setRetention(place: Place, retained: { readonly images?: boolean; readonly snapshots?: boolean }): void {
    Object.assign(this.#regions.at(place).state.retained, retained);
  }

  /** Makes an image or snapshot one that AWS Backup looks after. @throws `AWS_NOT_FOUND` */
  setBackup(id: string): void {
    const state = this.#regions.withResource(
      id,
      ({ images, snapshots }) => images.get(id) ?? snapshots.get(id),
    );
    markAsBackup(state, id);
  }

  /** Makes an image with its snapshot, as if it had been there all along. @returns its id */
  addImage(options: ImageOptions): string {
    const { state } = this.#regions.at({
      accountId: this.account(options.account).id,
      region: options.region,
    });
    return addImage(state, this.clock.now(), options);
  }

  /** VPCs, subnets and groups of an account in a region. */
  network(place: Place): Network {
    return this.#regions.at(place).state.network;
  }

  /** Lets a zone have room for more instances, or not. */
  setCapacity(place: Place, zone: string, hasRoom: boolean): void {
    const { fullZones } = this.#regions.at(place).state;
    if (hasRoom) fullZones.delete(zone);
    else fullZones.add(zone);
  }

  /** Makes an instance with its root volume; resolves when its program is up. @returns its id */
  addInstance(options: InstanceOptions): Promise<string> {
    const account = this.account(options.account);
    return addInstance(this.#context(account, options.region, noLag), options);
  }

  /** Everything that an account has in a region, as the Describe calls show it. */
  inventory(accountId: string, region: string): Promise<Inventory> {
    return inventoryOf(this.#context(this.account(accountId), region, noLag));
  }

  /** Everything that every account has in every region that it has enabled, but what S3 keeps. */
  records(): StateRecords {
    for (const { id: accountId, regions } of this.accounts)
      for (const region of regions) this.#regions.at({ accountId, region });
    return new Map([...this.accounts.map(accountRecord), ...this.#regions.states().flatMap(regionRecords)]);
  }

  /** The same as long as nobody changes anything, and time changes nothing by itself. */
  stateHash(): string {
    return hashOf(this.records());
  }

  /**
   * Looks for what publications should not have left behind or mixed up.
   *
   * @example
   * ```ts
   * expect(model.audit({ rolledBack: [id] })).toEqual({ orphans: [], duplicates: [], mislabels: [] });
   * ```
   */
  audit(options: AuditOptions = {}): AuditReport {
    return audit(this.#regions.states(), options);
  }

  /** Folder, or file of a disk, with the content of a volume. @throws `AWS_NOT_FOUND` */
  volumePath(volumeId: string): string {
    const place = this.#regions.withResource(volumeId, ({ volumes }) => volumes.get(volumeId));
    return this.#storage.volumePath(place, volumeId);
  }

  /** Folder, or file of a disk, with the content of a snapshot. @throws `AWS_NOT_FOUND` */
  snapshotPath(snapshotId: string): string {
    const place = this.#regions.withResource(snapshotId, ({ snapshots }) => snapshots.get(snapshotId));
    return this.#storage.snapshotPath(place, snapshotId);
  }

  /** Ends what goes on by itself, what hangs and what is held; no call may come afterwards. */
  async close(): Promise<void> {
    this.gate.close();
    await this.#transitions.close();
  }

  #context(account: Account, region: string, lag: Lag): Ec2Context {
    return {
      ...this.#regions.at({ accountId: account.id, region }),
      others: () => this.#regions.beside({ accountId: account.id, region }),
      everywhere: (name) => this.#regions.in(name),
      membership: account.membership,
      clock: this.clock,
      transitions: this.#transitions,
      storage: this.#storage,
      hosts: this.#hosts,
      objects: this.#s3,
      logger: this.#logger,
      snapshotProgress: this.#snapshotProgress,
      lag,
      world: this.#world,
      isEnabled: (name) => account.regions.has(name),
    };
  }
}

const refuseSsm = jsonRefusal('ssm');
