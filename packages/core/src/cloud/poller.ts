import { AmiPublisherError, type Clock, toAmiPublisherError } from '@ami-publisher/base';
import type { Image, Instance, Snapshot, Volume } from '@aws-sdk/client-ec2';
import { describeImages, describeInstances, describeSnapshots, describeVolumes } from './describe.js';
import type { Ec2Api } from './ec2-api.js';
import { adaptivePacing, addLook, type Look, type PollPacing } from './poll-pacing.js';

/** What can be waited for, by kind of resource. */
export interface Pollable {
  image: Image;
  instance: Instance;
  snapshot: Snapshot;
  volume: Volume;
}
export type PollKind = keyof Pollable;

export interface WaitOptions<K extends PollKind> {
  /** `true`: there; `false`: not yet. Throws when it will never be. */
  readonly until: (resource: Pollable[K]) => boolean;
  /** For messages: `available`. */
  readonly wanted: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onChange?: ((resource: Pollable[K]) => void) | undefined;
}

/** EC2 may not show a new resource at once (EC2 API reference, "Eventual consistency"). */
const invisibleForMs = 60_000;
/** Who is due this soon joins a poll, so that several waits of one kind fall into step. */
const togetherMs = 1_000;
/** A Describe call that fails for want of AWS tells nothing of what is waited for; so long it is tried again. */
const patienceMs = 5 * 60_000;
const firstRetryMs = 1_000;
const longestRetryMs = 20_000;
/** EC2 takes at most 200 values in a filter. */
const idsPerCall = 200;

interface Waiter<K extends PollKind = PollKind> {
  readonly id: string;
  readonly options: WaitOptions<K>;
  readonly startedAt: number;
  readonly resolve: (resource: Pollable[K]) => void;
  readonly reject: (reason: unknown) => void;
  readonly looks: Look[];
  nextAt: number;
  /** As it was seen last, for messages; the resource itself would be kilobytes. */
  lastState: string | undefined;
}

export interface PollerOptions {
  /** How long to wait between polls. @default {@link adaptivePacing} */
  readonly pacing?: PollPacing | undefined;
}

/** Waits for the resources of one target: one Describe call per kind at a time, for all that are due, however many wait. */
export class Poller {
  readonly #loops: { readonly [K in PollKind]: PollLoop<K> };

  /** @param target `account,region`, for messages. */
  constructor(ec2: Ec2Api, clock: Clock, target: string, { pacing = adaptivePacing }: PollerOptions = {}) {
    const describe = describers(ec2);
    this.#loops = {
      image: new PollLoop('image', describe.image, clock, target, pacing),
      instance: new PollLoop('instance', describe.instance, clock, target, pacing),
      snapshot: new PollLoop('snapshot', describe.snapshot, clock, target, pacing),
      volume: new PollLoop('volume', describe.volume, clock, target, pacing),
    };
  }

  /**
   * Resolves with the resource as soon as it is as wanted.
   *
   * @throws what `until` throws; `AWS_NOT_FOUND` if it stays invisible for a minute; `TIMED_OUT` with its last state; the signal's reason; the
   * error of the Describe call if it is final, or has come again and again for five minutes.
   */
  wait<K extends PollKind>(kind: K, id: string, options: WaitOptions<K>): Promise<Pollable[K]> {
    return (this.#loops[kind] as unknown as PollLoop<K>).wait(id, options);
  }
}

class PollLoop<K extends PollKind> {
  readonly #waiters = new Set<Waiter<K>>();
  #running = false;
  /** When Describe calls began to fail, and how many have since. */
  #failing: { readonly since: number; count: number } | undefined;
  /** Ends the present pause, for a newcomer that is due before. */
  #wake = new AbortController();

  constructor(
    private readonly kind: K,
    private readonly describe: Describer<K>,
    private readonly clock: Clock,
    private readonly target: string,
    private readonly pacing: PollPacing,
  ) {}

  wait(id: string, options: WaitOptions<K>): Promise<Pollable[K]> {
    return new Promise((resolve, reject) => {
      if (options.signal?.aborted) {
        reject(options.signal.reason);
        return;
      }
      const leave = () => {
        this.#waiters.delete(waiter);
        options.signal?.removeEventListener('abort', onAbort);
      };
      const waiter: Waiter<K> = {
        id,
        options,
        startedAt: this.clock.now(),
        resolve: (resource) => {
          leave();
          resolve(resource);
        },
        reject: (reason) => {
          leave();
          reject(reason);
        },
        looks: [],
        nextAt: this.clock.now(),
        lastState: undefined,
      };
      const onAbort = () => waiter.reject(options.signal?.reason);
      options.signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiters.add(waiter);
      this.#wake.abort();
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiters.size > 0) {
      await this.#pause();
      const now = this.clock.now();
      const waiters = [...this.#waiters];
      if (!waiters.some((waiter) => waiter.nextAt <= now)) continue;
      await this.#poll(waiters.filter((waiter) => waiter.nextAt <= now + togetherMs));
    }
    this.#running = false;
    this.#failing = undefined;
  }

  async #pause(): Promise<void> {
    const nextAt = Math.min(...[...this.#waiters].map((waiter) => waiter.nextAt));
    const waitMs = nextAt - this.clock.now();
    if (waitMs <= 0) return;
    this.#wake = new AbortController();
    await this.clock.sleep(waitMs, this.#wake.signal).catch(() => {
      // Woken early: somebody new is due.
    });
  }

  async #poll(due: readonly Waiter<K>[]): Promise<void> {
    let found: ReadonlyMap<string, Pollable[K]>;
    try {
      found = await this.describe([...new Set(due.map((waiter) => waiter.id))]);
    } catch (reason) {
      this.#failed(due, reason);
      return;
    }
    this.#failing = undefined;
    for (const waiter of due) this.#judge(waiter, found.get(waiter.id));
  }

  /** What is waited for goes on, whatever has become of the call; only an error that would come again ends the waits. */
  #failed(due: readonly Waiter<K>[], reason: unknown): void {
    const now = this.clock.now();
    this.#failing ??= { since: now, count: 0 };
    const { since, count } = this.#failing;
    const isFinal = !toAmiPublisherError(reason).retryable || now - since >= patienceMs;
    const delayMs = Math.min(longestRetryMs, firstRetryMs * 2 ** count);
    this.#failing.count += 1;
    for (const waiter of due) {
      if (isFinal || now - waiter.startedAt >= waiter.options.timeoutMs) waiter.reject(reason);
      else waiter.nextAt = now + delayMs;
    }
  }

  #judge(waiter: Waiter<K>, resource: Pollable[K] | undefined): void {
    if (!this.#waiters.has(waiter)) return;
    const waitedMs = this.clock.now() - waiter.startedAt;
    addLook(waiter.looks, { waitedMs, percent: percentOf(this.kind, resource) });
    try {
      if (resource !== undefined) {
        waiter.lastState = stateOf(resource);
        waiter.options.onChange?.(resource);
        if (waiter.options.until(resource)) {
          waiter.resolve(resource);
          return;
        }
      } else if (waiter.lastState !== undefined || waitedMs > invisibleForMs) {
        throw this.#vanished(waiter);
      }
      if (waitedMs >= waiter.options.timeoutMs) throw this.#timedOut(waiter);
      waiter.nextAt = this.clock.now() + this.pacing(waiter.looks);
    } catch (reason) {
      waiter.reject(reason);
    }
  }

  #vanished(waiter: Waiter<K>): AmiPublisherError {
    return new AmiPublisherError('AWS_NOT_FOUND', {
      message: `${this.kind} ${waiter.id} does not exist while waiting for it to be ${waiter.options.wanted}`,
      target: this.target,
      resource: waiter.id,
      remedy: 'find out who deleted it, then resume the publication',
    });
  }

  #timedOut(waiter: Waiter<K>): AmiPublisherError {
    const state = waiter.lastState ?? 'invisible';
    return new AmiPublisherError('TIMED_OUT', {
      message: `${this.kind} ${waiter.id} is still ${state} after ${Math.round(waiter.options.timeoutMs / 1000)} s, wanted ${waiter.options.wanted}`,
      target: this.target,
      resource: waiter.id,
      remedy: 'look at it in the AWS console, then resume the publication',
    });
  }
}

const stateOf = (resource: Pollable[PollKind]): string => {
  const { State } = resource as { readonly State?: string | { readonly Name?: string } };
  return (typeof State === 'string' ? State : State?.Name) ?? 'in an unknown state';
};

const percentOf = (kind: PollKind, resource: Pollable[PollKind] | undefined): number | undefined => {
  if (kind !== 'snapshot' || resource === undefined) return undefined;
  return Number.parseInt((resource as Snapshot).Progress ?? '', 10) || 0;
};

type Describer<K extends PollKind> = (ids: readonly string[]) => Promise<ReadonlyMap<string, Pollable[K]>>;

/** By filter, not by id: an id that is not visible yet would fail the call for all others. */
const describers = (ec2: Ec2Api): { readonly [K in PollKind]: Describer<K> } => ({
  image: inChunks(
    (ids) => describeImages(ec2, idFilter('image-id', ids)),
    (image) => image.ImageId,
  ),
  instance: inChunks(
    (ids) => describeInstances(ec2, idFilter('instance-id', ids)),
    (instance) => instance.InstanceId,
  ),
  snapshot: inChunks(
    (ids) => describeSnapshots(ec2, idFilter('snapshot-id', ids)),
    (snapshot) => snapshot.SnapshotId,
  ),
  volume: inChunks(
    (ids) => describeVolumes(ec2, idFilter('volume-id', ids)),
    (volume) => volume.VolumeId,
  ),
});

const idFilter = (name: string, ids: readonly string[]) => [{ Name: name, Values: [...ids] }];

const inChunks =
  <T>(describe: (ids: readonly string[]) => Promise<T[]>, idOf: (resource: T) => string | undefined) =>
  async (ids: readonly string[]): Promise<ReadonlyMap<string, T>> => {
    const found = new Map<string, T>();
    for (let start = 0; start < ids.length; start += idsPerCall) {
      for (const resource of await describe(ids.slice(start, start + idsPerCall))) {
        const id = idOf(resource);
        if (id !== undefined) found.set(id, resource);
      }
    }
    return found;
  };
