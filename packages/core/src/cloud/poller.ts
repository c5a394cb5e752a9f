import { AmiPublisherError, type Clock } from '@ami-publisher/base';
import type { Image, Instance, Snapshot, Volume } from '@aws-sdk/client-ec2';
import { describeImages, describeInstances, describeSnapshots, describeVolumes } from './describe.js';
import type { Ec2Api } from './ec2-api.js';

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
const firstPollMs = 200;
const slowestPollMs = 3_000;
const slowestSnapshotPollMs = 15_000;
/** EC2 takes at most 200 values in a filter. */
const idsPerCall = 200;

interface Waiter<K extends PollKind = PollKind> {
  readonly id: string;
  readonly options: WaitOptions<K>;
  readonly startedAt: number;
  readonly resolve: (resource: Pollable[K]) => void;
  readonly reject: (reason: unknown) => void;
  polls: number;
  nextAt: number;
  last: Pollable[K] | undefined;
}

/** Waits for the resources of one target: one Describe call per kind at a time, for all that are due, however many wait. */
export class Poller {
  readonly #loops: { readonly [K in PollKind]: PollLoop<K> };

  /** @param target `account,region`, for messages. */
  constructor(ec2: Ec2Api, clock: Clock, target: string) {
    this.#loops = {
      image: new PollLoop('image', describers(ec2).image, clock, target),
      instance: new PollLoop('instance', describers(ec2).instance, clock, target),
      snapshot: new PollLoop('snapshot', describers(ec2).snapshot, clock, target),
      volume: new PollLoop('volume', describers(ec2).volume, clock, target),
    };
  }

  /**
   * Resolves with the resource as soon as it is as wanted.
   *
   * @throws what `until` throws; `AWS_NOT_FOUND` if it stays invisible for a minute; `TIMED_OUT` with its last state; the signal's reason.
   */
  wait<K extends PollKind>(kind: K, id: string, options: WaitOptions<K>): Promise<Pollable[K]> {
    return (this.#loops[kind] as unknown as PollLoop<K>).wait(id, options);
  }
}

class PollLoop<K extends PollKind> {
  readonly #waiters = new Set<Waiter<K>>();
  #running = false;
  /** Ends the present pause, for a newcomer that is due before. */
  #wake = new AbortController();

  constructor(
    private readonly kind: K,
    private readonly describe: Describer<K>,
    private readonly clock: Clock,
    private readonly target: string,
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
        polls: 0,
        nextAt: this.clock.now(),
        last: undefined,
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
      const due = [...this.#waiters].filter((waiter) => waiter.nextAt <= this.clock.now());
      if (due.length > 0) await this.#poll(due);
    }
    this.#running = false;
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
      for (const waiter of due) waiter.reject(reason);
      return;
    }
    for (const waiter of due) this.#judge(waiter, found.get(waiter.id));
  }

  #judge(waiter: Waiter<K>, resource: Pollable[K] | undefined): void {
    if (!this.#waiters.has(waiter)) return;
    const waitedMs = this.clock.now() - waiter.startedAt;
    waiter.polls += 1;
    try {
      if (resource !== undefined) {
        waiter.last = resource;
        waiter.options.onChange?.(resource);
        if (waiter.options.until(resource)) {
          waiter.resolve(resource);
          return;
        }
      } else if (waiter.last !== undefined || waitedMs > invisibleForMs) {
        throw this.#vanished(waiter);
      }
      if (waitedMs >= waiter.options.timeoutMs) throw this.#timedOut(waiter);
      waiter.nextAt = this.clock.now() + pollDelayMs(this.kind, waiter.polls, waitedMs, resource);
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
    const state = waiter.last === undefined ? 'invisible' : stateOf(waiter.last);
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

/** Short at first, longer with the waiting; a snapshot's own progress says when a look is worth while. */
const pollDelayMs = (
  kind: PollKind,
  polls: number,
  waitedMs: number,
  resource: Pollable[PollKind] | undefined,
): number => {
  const backedOff = Math.min(slowestPollMs, firstPollMs * 1.5 ** (polls - 1));
  if (kind !== 'snapshot' || resource === undefined) return backedOff;
  const done = Number.parseInt((resource as Snapshot).Progress ?? '', 10);
  if (!(done > 0 && done < 100)) return backedOff;
  const remainingMs = (waitedMs / done) * (100 - done);
  return Math.max(backedOff, Math.min(slowestSnapshotPollMs, remainingMs / 2));
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
