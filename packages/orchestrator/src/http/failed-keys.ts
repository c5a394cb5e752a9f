import { AmiPublisherError, type Clock } from '@ami-publisher/base';

/** Wrong keys that an address may send in a window … */
const mostFailures = 20;
/** … of this length, ms. */
const windowMs = 60_000;
/** Addresses that are remembered; beyond that the oldest are forgotten. */
const mostAddresses = 10_000;

interface Failures {
  readonly since: number;
  count: number;
}

/** Counts wrong keys by address, so that nobody can try them by the thousand. */
export class FailedKeys {
  readonly #clock: Clock;
  readonly #failures = new Map<string, Failures>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws `TOO_MANY_REQUESTS` if the address has sent too many wrong keys of late. */
  require(address: string): void {
    const failures = this.#recent(address);
    if (failures === undefined || failures.count < mostFailures) return;
    const seconds = Math.ceil((failures.since + windowMs - this.#clock.now()) / 1000);
    throw new AmiPublisherError('TOO_MANY_REQUESTS', {
      message: `too many wrong keys came from this address; try again in ${seconds} s`,
    });
  }

  /** Counts a wrong key. */
  add(address: string): void {
    const failures = this.#recent(address);
    if (failures !== undefined) {
      failures.count += 1;
      return;
    }
    this.#failures.delete(address);
    this.#failures.set(address, { since: this.#clock.now(), count: 1 });
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > mostAddresses && oldest !== undefined) this.#failures.delete(oldest);
  }

  #recent(address: string): Failures | undefined {
    const failures = this.#failures.get(address);
    return failures !== undefined && failures.since + windowMs > this.#clock.now() ? failures : undefined;
  }
}
