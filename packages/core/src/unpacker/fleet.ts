import { type AmiPublisherError, isAmiPublisherError, toAmiPublisherError } from '@ami-publisher/base';
import type { ClientTls } from '@ami-publisher/protocol';
import type { Instance, Volume } from '@aws-sdk/client-ec2';
import pMap from 'p-map';
import type { Cloud } from '../cloud/cloud.js';
import type { CallOptions } from '../cloud/ec2-api.js';
import { defaultConcurrency } from '../target/concurrency.js';
import { forEachTarget, type TargetAnswer } from '../target/for-each-target.js';
import { formatTarget, type Target, targetKey } from '../target/target.js';
import { connectDeadline } from './connect-deadline.js';
import { createConnectedClient } from './connected-client.js';
import { configuredConnectors } from './connectors/configured.js';
import type { UnpackerConnector } from './connectors/connector.js';
import {
  defaultInstanceName,
  findUnpackerInstances,
  idOf,
  noUnpacker,
  rankInstances,
  stateOf,
} from './instances.js';
import { keepLease } from './lease-keeper.js';
import { asOperatorClient, UnpackerOperator, type UnpackerOperatorOptions } from './operator.js';
import {
  listStreams,
  type StreamListing,
  type StreamVolume,
  type ToldVolume,
  volumeAt,
  volumeIn,
  volumesOfStream,
} from './stream-volume.js';
import type { UnpackerClient, UnpackerStatus } from './unpacker-client.js';
import { wakeInstance } from './wake.js';
import { type SrpcFleetOptions, UnpackerWires } from './wires.js';

export interface UnpackerFleetOptions {
  readonly cloud: Cloud;
  /** Left out, unpackers are spoken to in plain text, which only loopback addresses may be. */
  readonly tls?: ClientTls | undefined;
  /** For unpackers of Go, where the configuration has any. @default there are none */
  readonly srpc?: SrpcFleetOptions | undefined;
  /** `Name` tag of unpacker instances. @default 'ImageUnpacker' */
  readonly instanceName?: string | undefined;
  /** How many targets at once. @default 1,024 */
  readonly concurrency?: number | undefined;
  /**
   * How long a running instance's unpacker may take to answer, ms.
   *
   * @default 600,000 from the launch of the instance, but at least 60,000 from now
   */
  readonly connectTimeoutMs?: number | undefined;
  /** How the unpackers of a target are reached. @default as the configuration says */
  readonly connectorOf?: ((target: Target) => UnpackerConnector) | undefined;
  /** Makes the client of an unpacker. @default by the target's connector and protocol */
  readonly createClient?: ((target: Target, instance: Instance) => UnpackerClient) | undefined;
}

/** What a target has for a stream. */
export interface FoundUnpackers {
  /** The best first. */
  readonly instances: readonly Instance[];
  /** What the stream has at the best one. */
  readonly volume: StreamVolume | undefined;
}

interface Seen {
  readonly instances: readonly Instance[];
  /** All volumes of the stream in the target; undefined where there was no need to look. */
  readonly volumes: readonly Volume[] | undefined;
}

/** A connected unpacker. Close its client when done. */
export interface ConnectedUnpacker {
  readonly instance: Instance;
  readonly client: UnpackerClient;
  readonly status: UnpackerStatus;
}

export interface UnpackerListing {
  readonly instanceId: string;
  readonly state: string;
  readonly privateIp: string | undefined;
  /** Left out where the unpacker does not run or does not answer. */
  readonly status?: UnpackerStatus;
  readonly error?: AmiPublisherError;
}

const connectPauseMs = 2_000;
/** How long what was found is taken for true, and how long an unpacker that ran then may take to answer. */
const recentMs = 60_000;
const recentConnectTimeoutMs = 10_000;

const isRefusal = (reason: unknown): boolean =>
  isAmiPublisherError(reason) && ['CERTIFICATE_REFUSED', 'ROLE_REFUSED'].includes(reason.code);

/** All unpackers of the targets: finds, wakes, connects and prepares them. */
export class UnpackerFleet {
  readonly #cloud: Cloud;
  readonly #connectorOf: (target: Target) => UnpackerConnector;
  readonly #connectors = new Set<UnpackerConnector>();
  readonly #createClient: (target: Target, instance: Instance) => UnpackerClient;
  readonly #isCostly: (target: Target) => boolean;
  /** `Name` tag of unpacker instances. */
  readonly instanceName: string;
  readonly #concurrency: number;
  readonly #connectTimeoutMs: number | undefined;
  readonly #recent = new Map<string, { readonly instances: readonly Instance[]; readonly at: number }>();

  constructor(options: UnpackerFleetOptions) {
    this.#cloud = options.cloud;
    this.#connectorOf = options.connectorOf ?? configuredConnectors(options.cloud);
    const { cloud, srpc, tls } = options;
    const wires = new UnpackerWires({ cloud, srpc, tls });
    this.#createClient =
      options.createClient ??
      ((target, instance) =>
        createConnectedClient({ target, instance, connector: this.#connector(target), wires }));
    this.#isCostly = (target) =>
      options.createClient === undefined && this.#connectorOf(target).isCostly === true;
    this.instanceName = options.instanceName ?? defaultInstanceName;
    this.#concurrency = options.concurrency ?? defaultConcurrency;
    this.#connectTimeoutMs = options.connectTimeoutMs;
  }

  /**
   * The unpacker instances of a target, the best for the stream first, and its volume at that one: the unpacker itself is asked if it runs, and EC2
   * where it does not answer, does not know, or would cost a session. Reads only. What is found is good for a `connect` within the next minute, so that a publication need
   * not look for what its plan has just seen.
   */
  async find(target: Target, stream: string, options: CallOptions = {}): Promise<FoundUnpackers> {
    const { instances, volumes } = await this.#look(target, stream, options);
    this.#recent.set(`${targetKey(target)} ${stream}`, { instances, at: this.#cloud.clock.now() });
    const [best] = instances;
    if (best === undefined) return { instances, volume: undefined };
    const told = await this.#ask(target, best, stream, options);
    if (told !== 'unknown') return { instances, volume: told };
    const ec2 = await this.#cloud.ec2(target);
    const all = volumes ?? (await volumesOfStream(ec2, stream, options));
    return { instances, volume: await volumeAt(ec2, best, all, options) };
  }

  /**
   * Connects to the best unpacker of a target, starting it if it is stopped. The next one is tried when the best does not answer.
   *
   * @param options with `instanceId`, that one or none
   * @throws `UNPACKER_NOT_FOUND`, `UNPACKER_UNREACHABLE`, `CERTIFICATE_REFUSED`, `DRAINING`.
   */
  async connect(
    target: Target,
    stream: string,
    options: CallOptions & { readonly instanceId?: string | undefined } = {},
  ): Promise<ConnectedUnpacker> {
    const { instanceId } = options;
    const [best] = (instanceId === undefined && this.#takeRecent(target, stream)) || [];
    if (best !== undefined) {
      // Only one that ran has to answer at once, and none gives way to another yet: that would cost the stream its volume.
      const timeoutMs = stateOf(best) === 'running' ? recentConnectTimeoutMs : this.#connectTimeoutMs;
      try {
        return await this.#connectToBest(target, [best], options, timeoutMs);
      } catch (reason) {
        options.signal?.throwIfAborted();
        if (isRefusal(reason)) throw reason;
      }
    }
    const { instances } = await this.#look(target, stream, options);
    const wanted = instances.filter((one) => instanceId === undefined || idOf(one) === instanceId);
    return this.#connectToBest(target, wanted, options, this.#connectTimeoutMs);
  }

  /** Which of several unpackers is the best depends on where the stream has its volume. */
  async #look(target: Target, stream: string, options: CallOptions): Promise<Seen> {
    const ec2 = await this.#cloud.ec2(target);
    const instances = await findUnpackerInstances(ec2, this.instanceName, options);
    if (instances.length < 2) return { instances, volumes: undefined };
    const volumes = await volumesOfStream(ec2, stream, options);
    const ids = new Set(volumes.flatMap(({ VolumeId }) => VolumeId ?? []));
    return { instances: rankInstances(instances, ids), volumes };
  }

  /** What the unpacker of an instance says of the stream's volume. */
  async #ask(target: Target, instance: Instance, stream: string, options: CallOptions): Promise<ToldVolume> {
    if (stateOf(instance) !== 'running') return 'unknown';
    try {
      if (this.#isCostly(target)) return 'unknown';
      const client = this.#createClient(target, instance);
      return volumeIn(await client.status(options).finally(() => client.close()), stream);
    } catch (reason) {
      options.signal?.throwIfAborted();
      const error = toAmiPublisherError(reason).at(formatTarget(target));
      this.#cloud.logger.info('unpacker not asked', { target: formatTarget(target), error });
      return 'unknown';
    }
  }

  #takeRecent(target: Target, stream: string): readonly Instance[] | undefined {
    const key = `${targetKey(target)} ${stream}`;
    const recent = this.#recent.get(key);
    this.#recent.delete(key);
    return recent !== undefined && this.#cloud.clock.now() - recent.at < recentMs
      ? recent.instances
      : undefined;
  }

  async #connectToBest(
    target: Target,
    instances: readonly Instance[],
    options: CallOptions,
    timeoutMs: number | undefined,
  ): Promise<ConnectedUnpacker> {
    let failure: AmiPublisherError | undefined;
    for (const candidate of instances) {
      try {
        const instance = await wakeInstance(this.#cloud, target, candidate, options);
        return await this.#connectTo(target, instance, options, timeoutMs);
      } catch (reason) {
        options.signal?.throwIfAborted();
        const error = toAmiPublisherError(reason).at(formatTarget(target));
        // Another unpacker would refuse the same certificate.
        if (isRefusal(error)) throw error;
        failure = error;
        this.#cloud.logger.warn('unpacker not usable', {
          target: formatTarget(target),
          instance: idOf(candidate),
          error,
        });
      }
    }
    throw failure ?? noUnpacker(this.instanceName, formatTarget(target));
  }

  /** The unpackers of every target, with their status where they run. Starts nothing. */
  list(
    targets: readonly Target[],
    options: CallOptions = {},
  ): Promise<TargetAnswer<readonly UnpackerListing[]>[]> {
    return this.#each(targets, options, async (target) => {
      const instances = await findUnpackerInstances(
        await this.#cloud.ec2(target),
        this.instanceName,
        options,
      );
      return pMap(instances, (instance) => this.#listing(target, instance, options), { concurrency: 4 });
    });
  }

  /** The streams that have a volume in each target, from the tags of volumes and snapshots. Starts and connects to nothing. */
  streams(
    targets: readonly Target[],
    options: CallOptions = {},
  ): Promise<TargetAnswer<readonly StreamListing[]>[]> {
    return this.#each(targets, options, async (target) =>
      listStreams(await this.#cloud.ec2(target), options),
    );
  }

  /**
   * Starts the unpackers of the targets and, if a stream is named, has them scan its volume: to be called while the image is still being
   * built. A stream without a volume is no error.
   */
  prepare(
    targets: readonly Target[],
    options: CallOptions & { readonly stream?: string | undefined; readonly publicationId: string },
  ): Promise<TargetAnswer<{ readonly instanceId: string; readonly scanned: boolean }>[]> {
    return this.#each(targets, options, async (target) => {
      const { client, instance, status } = await this.connect(target, options.stream ?? '', options);
      try {
        const stream = status.streams.find(
          ({ name, deviceId }) => name === options.stream && deviceId !== '',
        );
        if (stream !== undefined) await this.#scan(client, stream.name, options.publicationId, options);
        return { instanceId: idOf(instance), scanned: stream !== undefined };
      } finally {
        client.close();
      }
    });
  }

  /** The client of an instance's unpacker, whether it answers or not. Close it when done. */
  client(target: Target, instance: Instance): UnpackerClient {
    return this.#createClient(target, instance);
  }

  /** Waits until the unpacker of a running instance answers. @throws as `connect` does. */
  reach(target: Target, instance: Instance, options: CallOptions = {}): Promise<ConnectedUnpacker> {
    return this.#connectTo(target, instance, options, this.#connectTimeoutMs);
  }

  /**
   * Operates the best unpacker of each target for a stream, or of any stream, starting it if it is stopped.
   *
   * @param work is given the operator, which is closed when it resolves.
   */
  operate<T>(
    targets: readonly Target[],
    options: Omit<UnpackerOperatorOptions, 'client'> & { readonly stream?: string | undefined },
    work: (operator: UnpackerOperator) => Promise<T>,
  ): Promise<TargetAnswer<T>[]> {
    return this.#each(targets, options, async (target) => {
      const { client } = await this.connect(target, options.stream ?? '', options);
      try {
        const { clock, logger } = this.#cloud;
        return await work(
          new UnpackerOperator({ clock, logger, ...options, client: asOperatorClient(client) }),
        );
      } finally {
        client.close();
      }
    });
  }

  /** Ends what connectors keep open beyond their clients, such as sessions of Session Manager. Call it before the cloud is closed. */
  async close(): Promise<void> {
    await Promise.all([...this.#connectors].map((connector) => connector.close?.()));
  }

  #connector(target: Target): UnpackerConnector {
    const connector = this.#connectorOf(target);
    this.#connectors.add(connector);
    return connector;
  }

  async #scan(
    client: UnpackerClient,
    stream: string,
    publication: string,
    options: CallOptions,
  ): Promise<void> {
    const { clock, logger } = this.#cloud;
    const signal = options.signal ?? new AbortController().signal;
    const lease = await keepLease(client, { stream, publication, clock, logger, signal });
    try {
      await client.prepareForUnpack(`${publication}/prepare`, lease.ref, {
        signal: AbortSignal.any([signal, lease.lost]),
      });
    } finally {
      await lease.release();
    }
  }

  #each<T>(
    targets: readonly Target[],
    { signal }: CallOptions,
    ask: (target: Target) => Promise<T>,
  ): Promise<TargetAnswer<T>[]> {
    return forEachTarget(targets, ask, { concurrency: this.#concurrency, signal });
  }

  async #listing(target: Target, instance: Instance, options: CallOptions): Promise<UnpackerListing> {
    const common = {
      instanceId: idOf(instance),
      state: stateOf(instance),
      privateIp: instance.PrivateIpAddress,
    };
    if (common.state !== 'running') return common;
    try {
      const client = this.#createClient(target, instance);
      const status = await client.status(options).finally(() => client.close());
      return { ...common, status };
    } catch (reason) {
      return { ...common, error: toAmiPublisherError(reason).at(formatTarget(target)) };
    }
  }

  async #connectTo(
    target: Target,
    instance: Instance,
    options: CallOptions,
    timeoutMs: number | undefined,
  ): Promise<ConnectedUnpacker> {
    const { clock } = this.#cloud;
    const deadline = connectDeadline(instance, clock.now(), timeoutMs);
    const client = this.#createClient(target, instance);
    try {
      for (;;) {
        try {
          return { instance, client, status: await client.status(options) };
        } catch (reason) {
          options.signal?.throwIfAborted();
          const mayStillStart =
            isAmiPublisherError(reason) && ['UNPACKER_UNREACHABLE', 'TIMED_OUT'].includes(reason.code);
          if (!mayStillStart || clock.now() + connectPauseMs > deadline) throw reason;
          await clock.sleep(connectPauseMs, options.signal);
        }
      }
    } catch (reason) {
      client.close();
      throw reason;
    }
  }
}
