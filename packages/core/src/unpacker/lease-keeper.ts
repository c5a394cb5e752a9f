import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import {
  AmiPublisherError,
  type Clock,
  Deadlines,
  type Logger,
  toAmiPublisherError,
} from '@ami-publisher/base';
import type { LeaseRef, UnpackerClient } from './unpacker-client.js';

/** A lease lives 60 s on the unpacker. */
const renewEveryMs = 20_000;
const livesMs = 60_000;
const renewAgainMs = 2_000;

/** Who this process is to an unpacker. */
const holder = `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`;

/** A lease that is renewed until it is released or lost. */
export interface KeptLease {
  readonly ref: LeaseRef;
  /**
   * Nothing may be done under a lease that was not renewed in time, as when this process was stopped for a while.
   *
   * @throws `LEASE_LOST`
   */
  check(): void;
  /** Aborts, with the error, when the lease is lost. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

export interface KeepLeaseOptions {
  readonly stream: string;
  readonly publication: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of the request for the lease. */
  readonly signal: AbortSignal;
  /** What is aborted when the lease is lost; `lost` is its signal. @default one of its own */
  readonly lost?: AbortController;
  /** What tells when to renew, for many leases at once. @default one of its own */
  readonly renewals?: Deadlines;
}

/** Acquires the lease on a stream and keeps it. */
export const keepLease = async (client: UnpackerClient, options: KeepLeaseOptions): Promise<KeptLease> => {
  const since = options.clock.now();
  const { stream, publication, signal } = options;
  const ref = await client.acquireLease(stream, publication, holder, { signal });
  return new RenewedLease(client, ref, since, options);
};

class RenewedLease implements KeptLease {
  readonly #client: UnpackerClient;
  readonly #clock: Clock;
  readonly #lost: AbortController;
  readonly #renewals: Deadlines;
  #since: number;
  #isLost = false;
  #isReleased = false;
  #callOff: () => void;
  /** A renewal that is under way. */
  #renewing: { readonly ended: Promise<void>; readonly released: AbortController } | undefined;

  constructor(
    client: UnpackerClient,
    readonly ref: LeaseRef,
    since: number,
    { clock, lost, renewals }: KeepLeaseOptions,
  ) {
    this.#client = client;
    this.#clock = clock;
    this.#since = since;
    this.#lost = lost ?? new AbortController();
    this.#renewals = renewals ?? new Deadlines(clock);
    this.#callOff = this.#renewLater();
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  check(): void {
    if (this.#clock.now() - this.#since >= livesMs) throw notRenewed(this.ref);
  }

  async release(): Promise<void> {
    this.#isReleased = true;
    this.#callOff();
    this.#renewing?.released.abort();
    await this.#renewing?.ended;
    if (!this.#isLost) await this.#client.releaseLease(this.ref);
  }

  #renewLater(): () => void {
    return this.#renewals.set(renewEveryMs, () => {
      const released = new AbortController();
      this.#renewing = { released, ended: this.#renew(released.signal) };
    });
  }

  async #renew(signal: AbortSignal): Promise<void> {
    try {
      this.#since = await this.#renewed(signal);
      this.#renewing = undefined;
      if (!this.#isReleased) this.#callOff = this.#renewLater();
    } catch (reason) {
      if (this.#isReleased) return;
      this.#isLost = true;
      this.#lost.abort(toAmiPublisherError(reason));
    }
  }

  /** @returns when the request was sent that renewed it. @throws when the lease is gone, or could not be renewed while it lived. */
  async #renewed(signal: AbortSignal): Promise<number> {
    for (;;) {
      const sentAt = this.#clock.now();
      const failure = await this.#client
        .renewLease(this.ref, { signal })
        .then(() => undefined, toAmiPublisherError);
      if (failure === undefined) return sentAt;
      if (failure.code === 'LEASE_LOST' || this.#clock.now() - this.#since >= livesMs) throw failure;
      await this.#clock.sleep(renewAgainMs, signal);
    }
  }
}

const notRenewed = ({ publication, stream }: LeaseRef): AmiPublisherError =>
  new AmiPublisherError('LEASE_LOST', {
    message: `the lease of publication ${publication} on stream ${stream} was not renewed for ${livesMs / 1000} s, as this process stood still`,
    resource: stream,
    remedy: 'resume the publication',
  });
