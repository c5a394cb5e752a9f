import { type Clock, type Logger, silentLogger, VirtualClock } from '@ami-publisher/base';
import type { Instance, Snapshot, Volume } from '@aws-sdk/client-ec2';
import type { Cloud, TargetSettings } from '../../src/cloud/cloud.js';
import type { Ec2Api } from '../../src/cloud/ec2-api.js';
import { Poller } from '../../src/cloud/poller.js';
import { formatTarget, type Target } from '../../src/target/target.js';

export interface FakeInstance {
  readonly id: string;
  readonly state: 'pending' | 'running' | 'stopping' | 'stopped';
  /** Volumes attached to it. */
  readonly volumes?: readonly string[];
  /** Ms since the Unix epoch. @default 0 */
  readonly launchedAt?: number;
  /** What it becomes when it is started. @default running */
  readonly startsAs?: 'running' | 'terminated';
}

export interface FakeTarget {
  readonly instances?: readonly FakeInstance[];
  readonly volumes?: readonly Volume[];
  readonly snapshots?: readonly Snapshot[];
  /** What every call fails with. */
  readonly error?: Error;
}

const startMs = 5_000;
const stopMs = 30_000;

/** EC2 with a few instances by region, in virtual time. */
export class FakeCloud implements Cloud {
  readonly clock = new VirtualClock();
  readonly logger: Logger = silentLogger;
  /** Calls that change something, with the second of their time. */
  readonly calls: string[] = [];
  /** Calls that look for volumes or snapshots. */
  readonly looks: string[] = [];
  readonly #regions: Readonly<Record<string, FakeTarget>>;
  readonly #states = new Map<string, { state: string; until: number; next: string }>();
  readonly #startedAt = this.clock.now();

  constructor(regions: Readonly<Record<string, FakeTarget>>) {
    this.#regions = regions;
    for (const { id, state } of Object.values(regions).flatMap(({ instances = [] }) => instances)) {
      if (state === 'stopping') this.#set(id, state, stopMs, 'stopped');
      else if (state === 'pending') this.#set(id, state, startMs, 'running');
      else this.#set(id, state, Number.POSITIVE_INFINITY, state);
    }
  }

  resolveTargets(): Promise<never> {
    throw new TypeError('the targets of tests are given');
  }

  async ec2(target: Target): Promise<Ec2Api> {
    const { instances = [], volumes = [], snapshots = [], error } = this.#regions[target.region] ?? {};
    const fail = () => {
      if (error !== undefined) throw error;
    };
    const api: Partial<Ec2Api> = {
      describeInstances: async ({ Filters = [] }) => {
        fail();
        const ids = Filters.find(({ Name }) => Name === 'instance-id')?.Values;
        const found = instances.filter(({ id }) => ids === undefined || ids.includes(id));
        return { Reservations: [{ Instances: found.map((instance) => this.#describe(instance)) }] };
      },
      describeVolumes: async () => {
        fail();
        this.looks.push('DescribeVolumes');
        return { Volumes: [...volumes] };
      },
      describeSnapshots: async () => {
        this.looks.push('DescribeSnapshots');
        return { Snapshots: [...snapshots] };
      },
      startInstances: async ({ InstanceIds = [] }) => {
        for (const id of InstanceIds) {
          this.calls.push(`start ${id} at ${(this.clock.now() - this.#startedAt) / 1_000}`);
          const instance = instances.find((candidate) => candidate.id === id);
          if (this.#stateOf(id) !== 'stopped') throw new Error(`IncorrectInstanceState: ${id}`);
          this.#set(id, 'pending', startMs, instance?.startsAs ?? 'running');
        }
        return {};
      },
    };
    return api as Ec2Api;
  }

  async poller(target: Target): Promise<Poller> {
    return new Poller(await this.ec2(target), this.clock as Clock, formatTarget(target));
  }

  autoScaling(): Promise<never> {
    throw new TypeError('these tests need no Auto Scaling');
  }

  kms(): Promise<never> {
    throw new TypeError('no test asks for keys here');
  }

  ssm(): Promise<never> {
    throw new TypeError('no test asks for sessions here');
  }

  settings(): TargetSettings {
    return { kmsKey: undefined, connector: 'private', protocol: 'grpc', readBack: false, bestEffort: false };
  }

  close(): void {}

  #set(id: string, state: string, ms: number, next: string): void {
    this.#states.set(id, { state, until: this.clock.now() + ms, next });
  }

  #stateOf(id: string): string {
    const { state, until, next } = this.#states.get(id) ?? { state: 'unknown', until: 0, next: 'unknown' };
    return this.clock.now() >= until ? next : state;
  }

  #describe({ id, volumes = [], launchedAt = 0 }: FakeInstance): Instance {
    return {
      InstanceId: id,
      State: { Name: this.#stateOf(id) as 'running' },
      LaunchTime: new Date(launchedAt),
      PrivateIpAddress: '127.0.0.1',
      Tags: [{ Key: 'Name', Value: 'ImageUnpacker' }],
      BlockDeviceMappings: volumes.map((VolumeId) => ({ Ebs: { VolumeId } })),
    };
  }
}
