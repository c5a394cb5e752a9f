import { type Clock, Deadlines, type Logger, silentLogger, VirtualClock } from '@ami-publisher/base';
import {
  type AutoScalingApi,
  type CallOptions,
  type Cloud,
  type Ec2Api,
  formatTarget,
  fromAwsError,
  type KmsApi,
  Pacer,
  Poller,
  type PollPacing,
  type ResolvedTargets,
  type ResolveOptions,
  type SsmApi,
  type Target,
  type TargetSettings,
  targetKey,
  type UnpackerClient,
} from '@ami-publisher/core';
import type { Instance } from '@aws-sdk/client-ec2';
import type { Identity } from '../credentials/identity.js';
import { credentialRefusals } from '../credentials/refusals.js';
import type { Account } from '../model/account.js';
import { CloudModel } from '../model/cloud-model.js';
import type { CloudBehaviour, InstanceOptions } from '../model/cloud-options.js';
import type { DrawnTime } from '../model/latency.js';
import { seededRandom } from '../model/random.js';
import { hashOf, type StateRecords } from '../model/state-records.js';
import { createModelUnpackerClient } from '../model-unpacker/client.js';
import { defaultUnpackerFigures, type UnpackerFigures } from '../model-unpacker/figures.js';
import type { ModelUnpacker } from '../model-unpacker/model-unpacker.js';
import { type AccountOptions, resolveAccounts, resolveRegions } from '../sandbox-options.js';
import { createModelEc2Api } from './model-ec2-api.js';
import { ModelImages } from './model-images.js';
import { ModelMachines } from './model-machines.js';
import { createModelAutoScalingApi, createModelKmsApi, createModelSsmApi } from './model-services.js';
import { ModelStorage } from './model-storage.js';
import { sendOnce, sendRepeatedly } from './sdk-behaviour.js';
import { type AccountFacts, selectTargets } from './target-selection.js';

export interface ModelCloudOptions extends CloudBehaviour {
  /** How many accounts, or which. @default 1 */
  readonly accounts?: number | readonly AccountOptions[] | undefined;
  /** How many regions, or which. @default 1 */
  readonly regions?: number | readonly string[] | undefined;
  /** @default a virtual clock of its own */
  readonly clock?: VirtualClock | undefined;
  /** Hears of every time that is taken from `latency`, as it is drawn. */
  readonly onTime?: ((time: DrawnTime) => void) | undefined;
  /** How long to wait between polls. @default that of core's poller */
  readonly pacing?: PollPacing | undefined;
  /** How long unpackers take. @default {@link defaultUnpackerFigures} */
  readonly unpackers?: Partial<UnpackerFigures> | undefined;
  /** What the configuration would say about a target. */
  readonly settings?: ((target: Parameters<Cloud['settings']>[0]) => Partial<TargetSettings>) | undefined;
  /** @default silent */
  readonly logger?: Logger | undefined;
}

/** Name of the role with which every account is called. */
const roleName = 'ami-publisher';
/** The SDK's default. */
const stsAttempts = 3;

interface Connection {
  readonly api: Ec2Api;
  readonly poller: Poller;
}

/**
 * The cloud in virtual time, in this process, without sockets and files: for thousands of targets and hours of waiting within seconds.
 *
 * @example
 * ```ts
 * const clock = new VirtualClock();
 * const cloud = new ModelCloud({ clock, accounts: 50, regions: 20, quotas: 'documented' });
 * cloud.images.add({ stream: 'base/debian-12', leaf: '1' });
 * await clock.runUntil(cloud.addUnpackers());
 * const fleet = new UnpackerFleet({ cloud, createClient: cloud.createUnpackerClient });
 * const publisher = new Publisher({ cloud, fleet, images: cloud.images, journals: new MemoryJournalStore() });
 * ```
 */
export class ModelCloud implements Cloud {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly model: CloudModel;
  /** The images that the image servers of all regions have. */
  readonly images = new ModelImages();
  readonly regions: readonly string[];
  readonly #connections = new Map<string, Connection>();
  readonly #deadlines: Deadlines;
  readonly #machines: ModelMachines;
  readonly #pacing: PollPacing | undefined;
  readonly #settings: NonNullable<ModelCloudOptions['settings']>;

  /** @throws `INVALID_OPTION` */
  constructor(options: ModelCloudOptions = {}) {
    const clock = options.clock ?? new VirtualClock();
    const logger = options.logger ?? silentLogger;
    const storage = new ModelStorage();
    const figures = { ...defaultUnpackerFigures, ...options.unpackers };
    this.clock = clock;
    this.#deadlines = new Deadlines(clock);
    this.logger = logger;
    this.regions = resolveRegions(options.regions ?? 1);
    this.#pacing = options.pacing;
    this.#settings = options.settings ?? (() => ({}));
    this.#machines = new ModelMachines({ clock, storage, figures, images: this.images });
    const accounts = resolveAccounts(options.accounts ?? 1);
    this.model = new CloudModel({
      ...options,
      accounts,
      regions: this.regions,
      storage,
      hosts: this.#machines,
      clock,
      logger,
    });
  }

  /** Makes an unpacker instance in every account and region, or where said. @returns their ids */
  addUnpackers(options: Partial<InstanceOptions> = {}): Promise<string[]> {
    const accounts =
      options.account === undefined ? this.model.accounts.map(({ id }) => id) : [options.account];
    const regions = options.region === undefined ? this.regions : [options.region];
    return Promise.all(
      accounts.flatMap((account) =>
        regions.map((region) =>
          this.model.addInstance({ ...options, account, region, name: options.name ?? 'ImageUnpacker' }),
        ),
      ),
    );
  }

  /** The unpacker of an instance, to be crashed or disconnected. */
  unpacker(instanceId: string): ModelUnpacker | undefined {
    return this.#machines.unpacker(instanceId);
  }

  /** What `CloudModel.records` tells, and what every unpacker remembers. */
  records(): StateRecords {
    return new Map([...this.model.records(), ...this.#machines.records()]);
  }

  /** The same as long as nobody changes anything, and time changes nothing by itself. */
  stateHash(): string {
    return hashOf(this.records());
  }

  /** Makes the client of an unpacker; for the option of the same purpose of `UnpackerFleet`. */
  readonly createUnpackerClient = (target: Target, instance: Instance): UnpackerClient =>
    createModelUnpackerClient({
      place: target,
      address: instance.PrivateIpAddress ?? '',
      gate: this.model.gate,
      clock: this.clock,
      deadlines: this.#deadlines,
      unpacker: this.unpacker(instance.InstanceId ?? ''),
    });

  resolveTargets(selection: string, options: ResolveOptions = {}): Promise<ResolvedTargets> {
    const names = this.model.accounts.map(({ name }) => name);
    return selectTargets(
      names,
      selection,
      options.skip ?? '',
      (name, call) => this.#describeAccount(name, call),
      options,
    );
  }

  async ec2(target: Target): Promise<Ec2Api> {
    return this.#connection(target).api;
  }

  async poller(target: Target): Promise<Poller> {
    return this.#connection(target).poller;
  }

  async autoScaling(target: Target): Promise<AutoScalingApi> {
    const account = this.model.account(target.accountId);
    return createModelAutoScalingApi({
      ...this.#serviceOptions(target),
      send: async (action, input, gone) => {
        checkCredentials(account, 'autoscaling');
        return this.model.service('autoscaling', identityOf(account), target.region, action, input, {
          signal: gone,
        });
      },
    });
  }

  async kms(target: Target): Promise<KmsApi> {
    const account = this.model.account(target.accountId);
    return createModelKmsApi({
      ...this.#serviceOptions(target),
      send: async (action, input, gone) => {
        checkCredentials(account, 'kms');
        return this.model.service('kms', identityOf(account), target.region, action, input, { signal: gone });
      },
    });
  }

  async ssm(target: Target): Promise<SsmApi> {
    const account = this.model.account(target.accountId);
    const streamUrl = (): string => '';
    return createModelSsmApi({
      ...this.#serviceOptions(target),
      send: async (action, input, gone) => {
        checkCredentials(account, 'ssm');
        const options = { signal: gone, streamUrl };
        return this.model.ssm(identityOf(account), target.region, action, input, options);
      },
    });
  }

  settings(target: Parameters<Cloud['settings']>[0]): TargetSettings {
    return {
      kmsKey: undefined,
      connector: 'private',
      protocol: 'grpc',
      readBack: false,
      bestEffort: false,
      ...this.#settings(target),
    };
  }

  /** There are no connections to be closed; the model goes on. */
  close(): void {
    this.#connections.clear();
  }

  #connection(target: Target): Connection {
    const key = targetKey(target);
    const existing = this.#connections.get(key);
    if (existing !== undefined) return existing;
    const account = this.model.account(target.accountId);
    const api = this.#api(account, target.region);
    const poller = new Poller(api, this.clock, formatTarget(target), { pacing: this.#pacing });
    const made = { api, poller };
    this.#connections.set(key, made);
    return made;
  }

  #serviceOptions(target: Target) {
    return {
      target: formatTarget(target),
      clock: this.clock,
      deadlines: this.#deadlines,
      random: seededRandom(`${targetKey(target)}/services`),
    };
  }

  #api(account: Account, region: string): Ec2Api {
    const caller = identityOf(account);
    return createModelEc2Api({
      target: `${account.name},${region}`,
      clock: this.clock,
      deadlines: this.#deadlines,
      pacer: new Pacer(this.clock),
      random: seededRandom(`${account.id},${region}/backoff`),
      send: async (action, input, gone) => {
        checkCredentials(account, 'ec2');
        return this.model.ec2(caller, region, action, input, { signal: gone });
      },
    });
  }

  async #describeAccount(name: string, { signal }: CallOptions): Promise<AccountFacts> {
    const account = this.model.accounts.find((candidate) => candidate.name === name)!;
    const home = this.regions[0]!;
    const retry = {
      clock: this.clock,
      random: seededRandom(`${account.id}/sts`),
      attempts: stsAttempts,
      signal,
    };
    const ask = () => sendOnce(this.#deadlines, signal, (gone) => this.#callIdentity(account, home, gone));
    await sendRepeatedly(retry, ask).catch((reason: unknown) => {
      signal?.throwIfAborted();
      throw fromAwsError(reason, { call: 'sts:GetCallerIdentity', resource: `account ${name}` });
    });
    const { Regions = [] } = await this.#api(account, home).describeRegions({}, { signal });
    return { accountId: account.id, regions: Regions.flatMap(({ RegionName }) => RegionName ?? []).sort() };
  }

  async #callIdentity(account: Account, region: string, gone: () => AbortSignal): Promise<void> {
    checkCredentials(account, 'sts');
    await this.model.sts(identityOf(account), region, 'GetCallerIdentity', {}, { signal: gone });
  }
}

/** Who calls: a session of the role that every account of the sandbox has. */
const identityOf = ({ id }: Account): Identity => ({
  accountId: id,
  arn: `arn:aws:sts::${id}:assumed-role/${roleName}/model`,
  userId: `AROAMODEL${id}:model`,
  isSession: true,
});

/** @throws what the service says to credentials that are not good any more */
const checkCredentials = ({ credentials }: Account, service: keyof typeof credentialRefusals): void => {
  const refuse = credentialRefusals[service];
  if (credentials === 'disabled') throw refuse.unknown();
  if (credentials === 'expired') throw refuse.expired();
};
