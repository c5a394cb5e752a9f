import { AmiPublisherError, type Clock, type Logger, silentLogger, systemClock } from '@ami-publisher/base';
import type { Ec2Action, Ec2Actions } from '@ami-publisher/core';
import { type AuditOptions, type AuditReport, audit } from '../audit/audit.js';
import { type AutoScalingAction, autoScalingHandlers } from '../autoscaling/handlers.js';
import { autoScalingRefusal } from '../autoscaling/refusal.js';
import type { Identity } from '../credentials/identity.js';
import { Keyring } from '../credentials/keyring.js';
import { credentialRefusals } from '../credentials/refusals.js';
import { markAsBackup } from '../ec2/backups.js';
import type { Ec2Context } from '../ec2/handler.js';
import { CallGate } from '../faults/call-gate.js';
import { CallLog } from '../faults/call-log.js';
import { Faults } from '../faults/faults.js';
import { Iam } from '../iam/iam.js';
import { resolveQuotas } from '../quotas/figures.js';
import { Quotas } from '../quotas/quotas.js';
import type { S3Answer, S3Request } from '../s3/operations.js';
import { S3Service, s3Refusal } from '../s3/s3-service.js';
import { type SsmAction, type SsmContext, ssmHandlers } from '../ssm/handlers.js';
import { ssmRefusal } from '../ssm/refusal.js';
import { Sessions } from '../ssm/sessions.js';
import type { StsContext } from '../sts/handler.js';
import { type StsAction, stsHandlers } from '../sts/handlers.js';
import { stsRefusal } from '../sts/refusal.js';
import { type Lag, noLag, resolveVisibility } from '../visibility/lag.js';
import { concealCreated } from '../visibility/named-resources.js';
import type { Account, CredentialState } from './account.js';
import { addImage, type ImageOptions } from './add-image.js';
import { addInstance } from './add-instance.js';
import type { CallerOptions, CloudModelOptions, InstanceOptions } from './cloud-options.js';
import { Ec2Service, ec2Refusal } from './ec2-service.js';
import { type Inventory, inventoryOf } from './inventory.js';
import { resolveLatency } from './latency.js';
import type { Network } from './network.js';
import type { InstanceHosts, VolumeStorage } from './ports.js';
import type { References } from './references.js';
import type { Place } from './region-state.js';
import { Regions } from './regions.js';
import { checkSnapshotProgress, type SnapshotProgress } from './snapshot-progress.js';
import { Transitions } from './transitions.js';
import { type RegionName, worldOf } from './world.js';

/**
 * The cloud: accounts, what they have in every region, and what AWS's calls do to it. It knows no sockets and no files; every call of
 * every front comes through {@link ec2}, {@link sts}, {@link ssm}, {@link autoScaling} or {@link s3}.
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
        this.iam.checkSsm(caller, state, action, input);
        return handler({ caller, state, sessions, streamUrl }, input as never);
      },
      refuse: (fault) => ssmRefusal(fault, caller, action),
      signal,
    });
  }

  /** Calls an action of Auto Scaling. @throws ApiError, ConnectionClosed */
  async autoScaling(
    caller: Identity,
    region: string,
    action: AutoScalingAction,
    input: object,
    { signal }: CallerOptions = {},
  ): Promise<object> {
    const { state } = this.#regions.at({ accountId: caller.accountId, region });
    return this.gate.run({
      site: { account: caller.accountId, region, action },
      apply: async () => {
        if (!this.account(caller.accountId).regions.has(region))
          throw credentialRefusals.autoscaling.unknown();
        this.iam.checkAutoScaling(caller, action, region);
        return autoScalingHandlers[action]({ state }, input);
      },
      refuse: (fault) => autoScalingRefusal(fault, caller, action),
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

  /** Makes a bucket, as its owner would have. */
  addBucket(name: string, accountId: string, region: string): void {
    this.#s3.addBucket(name, this.account(accountId).id, region);
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

  /** Makes a KMS key. @returns its ARN */
  addKmsKey(place: Place, alias?: string): string {
    return this.#regions.at(place).state.kmsKeys.add(alias);
  }

  /** What may name images in an account and region beside instances; launch templates and the like are made here. */
  references(place: Place): References {
    return this.#regions.at(place).state.references;
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
      clock: this.clock,
      transitions: this.#transitions,
      storage: this.#storage,
      hosts: this.#hosts,
      logger: this.#logger,
      snapshotProgress: this.#snapshotProgress,
      lag,
      world: this.#world,
      isEnabled: (name) => account.regions.has(name),
    };
  }
}

const newAccount = ({ id, name }: { id: string; name: string }, regions: readonly string[]): Account => ({
  id,
  name,
  regions: new Set(regions),
  deniedActions: new Set(),
  credentials: 'valid',
});
