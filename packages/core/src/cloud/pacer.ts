import type { Clock } from '@ami-publisher/base';
import type { Ec2Action } from './ec2-api.js';

/** A token bucket: `size` calls at once, `perSecond` from then on. */
interface Bucket {
  readonly size: number;
  readonly perSecond: number;
}

const nonMutating: Bucket = { size: 100, perSecond: 20 };
const mutating: Bucket = { size: 100, perSecond: 5 };

/** Per account and region (EC2 API developer guide, "Request throttling", token bucket sizes and refill rates). */
const buckets: Partial<Record<Ec2Action, Bucket>> = {
  CreateTags: { size: 100, perSecond: 10 },
  DeleteTags: { size: 100, perSecond: 10 },
  RegisterImage: { size: 50, perSecond: 5 },
  RunInstances: { size: 5, perSecond: 2 },
  StartInstances: { size: 5, perSecond: 2 },
  StopInstances: { size: 5, perSecond: 2 },
};

const bucketOf = (action: Ec2Action): Bucket =>
  buckets[action] ?? (action.startsWith('Describe') ? nonMutating : mutating);

/** After AWS throttled although the documented rate was kept, others are using the account too: the share is halved, never below this. */
const smallestShare = 1 / 16;
/** A share grows back to the whole in this time. */
const recoveryMs = 60_000;

/** Keeps the calls of one account in one region within what AWS allows. */
export class Pacer {
  readonly #lines = new Map<Ec2Action, Line>();

  constructor(readonly clock: Clock) {}

  /** Resolves when the action may be called; callers go in order of arrival. */
  async acquire(action: Ec2Action, signal?: AbortSignal): Promise<void> {
    const waitMs = this.#line(action).take(this.clock.now());
    if (waitMs > 0) await this.clock.sleep(waitMs, signal);
  }

  /** To be called when AWS throttled the action all the same. */
  throttled(action: Ec2Action): void {
    this.#line(action).shrink(this.clock.now());
  }

  #line(action: Ec2Action): Line {
    let line = this.#lines.get(action);
    if (line === undefined) {
      line = new Line(bucketOf(action), this.clock.now());
      this.#lines.set(action, line);
    }
    return line;
  }
}

class Line {
  readonly #bucket: Bucket;
  /** May be negative: those are calls that wait already. */
  #tokens: number;
  #share = 1;
  #at: number;

  constructor(bucket: Bucket, now: number) {
    this.#bucket = bucket;
    this.#tokens = bucket.size;
    this.#at = now;
  }

  /** Takes a token; returns how long to wait for it, ms. */
  take(now: number): number {
    this.#refill(now);
    this.#tokens -= 1;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#rate()) * 1000;
  }

  shrink(now: number): void {
    this.#refill(now);
    this.#share = Math.max(smallestShare, this.#share / 2);
    this.#tokens = Math.min(this.#tokens, 0);
  }

  #rate(): number {
    return this.#bucket.perSecond * this.#share;
  }

  #refill(now: number): void {
    const elapsedMs = now - this.#at;
    this.#at = now;
    this.#tokens = Math.min(this.#bucket.size, this.#tokens + (elapsedMs / 1000) * this.#rate());
    this.#share = Math.min(1, this.#share + elapsedMs / recoveryMs);
  }
}
