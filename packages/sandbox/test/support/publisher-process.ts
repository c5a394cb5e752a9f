import { AmiPublisherError, type Clock } from '@ami-publisher/base';
import {
  type Cloud,
  type Ec2Api,
  formatTarget,
  type Journal,
  type JournalRecord,
  type JournalStore,
  Poller,
  Publisher,
  type Target,
  UnpackerFleet,
} from '@ami-publisher/core';
import type { ModelCloud } from '@ami-publisher/sandbox';

/** The disk of the publishers' machine: what is on it outlives them. */
export type JournalFiles = Map<
  string,
  { readonly records: JournalRecord[]; holder: PublisherProcess | undefined }
>;

export interface PublisherProcessOptions {
  readonly cloud: ModelCloud;
  readonly journals: JournalFiles;
  /** Stands between the publisher and EC2. @default nothing */
  readonly ec2?: ((api: Ec2Api, target: Target) => Ec2Api) | undefined;
}

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

const never = <T>(): Promise<T> => new Promise(() => undefined);

/**
 * A publisher with all that dies with it: from that moment on it neither calls, writes, sleeps nor hears anything. A request that was on its way
 * arrives all the same.
 */
export class PublisherProcess {
  readonly publisher: Publisher;
  readonly #death = new AbortController();
  readonly #options: PublisherProcessOptions;
  #dieAfterRecords = Number.POSITIVE_INFINITY;

  constructor(options: PublisherProcessOptions) {
    this.#options = options;
    const cloud = this.#cloud();
    this.publisher = new Publisher({
      cloud,
      images: options.cloud.images,
      fleet: new UnpackerFleet({
        cloud,
        createClient: (target, instance) =>
          this.#mortal(options.cloud.createUnpackerClient(target, instance)),
      }),
      journals: this.#journals(),
    });
  }

  get isDead(): boolean {
    return this.#death.signal.aborted;
  }

  /** Has it die when it has written so many records more. */
  dieAfter(records: number): void {
    this.#dieAfterRecords = records;
  }

  kill(): void {
    this.#death.abort(new AmiPublisherError('CANCELLED', { message: 'the process died' }));
    for (const file of this.#options.journals.values()) if (file.holder === this) file.holder = undefined;
  }

  /** What the work comes to; undefined if the process dies first. */
  async outcome<T>(work: Promise<T>): Promise<T | undefined> {
    const died = new Promise<undefined>((resolve) => {
      if (this.isDead) resolve(undefined);
      this.#death.signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    return Promise.race([work, died]);
  }

  #cloud(): Cloud {
    const { cloud, ec2 = (api: Ec2Api) => api } = this.#options;
    const clock: Clock = {
      now: () => cloud.clock.now(),
      sleep: (ms, signal) => this.#alive(() => cloud.clock.sleep(ms, signal)),
    };
    const apis = new Map<string, { readonly api: Ec2Api; readonly poller: Poller }>();
    const connect = async (target: Target) => {
      const name = formatTarget(target);
      const api = ec2(this.#mortal(await cloud.ec2(target)), target);
      const connection = apis.get(name) ?? { api, poller: new Poller(api, clock, name) };
      apis.set(name, connection);
      return connection;
    };
    return {
      clock,
      logger: cloud.logger,
      resolveTargets: (selection, options) => cloud.resolveTargets(selection, options),
      ec2: async (target) => (await connect(target)).api,
      poller: async (target) => (await connect(target)).poller,
      autoScaling: (target) => cloud.autoScaling(target),
      kms: (target) => cloud.kms(target),
      ssm: (target) => cloud.ssm(target),
      settings: (target) => cloud.settings(target),
      close: () => undefined,
    };
  }

  #journals(): JournalStore {
    const { journals } = this.#options;
    const fileOf = (id: string) => {
      const file = journals.get(id);
      if (file !== undefined) return file;
      throw new AmiPublisherError('PUBLICATION_NOT_FOUND', {
        message: `there is no journal of ${id}`,
        resource: id,
      });
    };
    const open = async (id: string): Promise<Journal> => {
      const file = fileOf(id);
      if (file.holder !== undefined)
        throw new AmiPublisherError('PUBLICATION_LOCKED', { message: `${id} is in use`, resource: id });
      file.holder = this;
      return {
        publicationId: id,
        records: file.records,
        append: (record) => this.#append(file.records, record),
        close: async () => {
          if (!this.isDead) file.holder = undefined;
        },
      };
    };
    return {
      create: async (id) => {
        journals.set(id, { records: [], holder: undefined });
        return open(id);
      },
      open,
      read: async (id) => [...fileOf(id).records],
      list: async () => [...journals.keys()].reverse(),
    };
  }

  async #append(records: JournalRecord[], record: JournalRecord): Promise<void> {
    if (this.isDead) return never();
    records.push(record);
    this.#dieAfterRecords -= 1;
    if (this.#dieAfterRecords <= 0) this.kill();
    return this.isDead ? never() : undefined;
  }

  /** Every method of it, as long as the process lives. */
  #mortal<T extends object>(api: T): T {
    return new Proxy(api, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as unknown;
        if (typeof method !== 'function') return method;
        return (...args: unknown[]) => {
          if (name === 'close') return method.apply(target, args);
          return this.#alive(() => method.apply(target, this.#cutAtDeath(args)) as Promise<unknown>);
        };
      },
    });
  }

  /** The options of a call come last; nobody repeats a request for the dead. */
  #cutAtDeath(args: readonly unknown[]): unknown[] {
    const last = args.at(-1) as CallOptions | undefined;
    if (typeof last !== 'object' || last === null || !('signal' in last) || last.signal === undefined)
      return [...args];
    return [...args.slice(0, -1), { ...last, signal: AbortSignal.any([last.signal, this.#death.signal]) }];
  }

  async #alive<T>(work: () => Promise<T>): Promise<T> {
    if (this.isDead) return never();
    try {
      const value = await work();
      return this.isDead ? await never<T>() : value;
    } catch (reason) {
      if (this.isDead) return never();
      throw reason;
    }
  }
}
