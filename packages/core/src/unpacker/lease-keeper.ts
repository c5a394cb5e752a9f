import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { AmiPublisherError, type Clock, type Logger, toAmiPublisherError } from '@ami-publisher/base';
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

/** Acquires the lease on a stream and keeps it. */
export const keepLease = async (
  client: UnpackerClient,
  options: {
    readonly stream: string;
    readonly publication: string;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly signal: AbortSignal;
    /** What is aborted when the lease is lost; `lost` is its signal. @default one of its own */
    readonly lost?: AbortController;
  },
): Promise<KeptLease> => {
  const kept = { since: options.clock.now() };
  const ref = await client.acquireLease(options.stream, options.publication, holder, {
    signal: options.signal,
  });
  const { lost = new AbortController() } = options;
  let isLost = false;
  const released = new AbortController();
  const renewing = renew(client, ref, kept, options.clock, released.signal).catch((reason: unknown) => {
    if (released.signal.aborted) return;
    isLost = true;
    lost.abort(toAmiPublisherError(reason));
  });
  return {
    ref,
    check: () => {
      if (options.clock.now() - kept.since >= livesMs) throw notRenewed(ref);
    },
    lost: lost.signal,
    release: async () => {
      released.abort();
      await renewing;
      if (!isLost) await client.releaseLease(ref);
    },
  };
};

/** @throws when the lease is gone, or could not be renewed while it lived. */
const renew = async (
  client: UnpackerClient,
  ref: LeaseRef,
  kept: { since: number },
  clock: Clock,
  signal: AbortSignal,
): Promise<never> => {
  for (;;) {
    await clock.sleep(renewEveryMs, signal);
    let failure: AmiPublisherError | undefined;
    let sentAt = clock.now();
    do {
      if (failure !== undefined) await clock.sleep(renewAgainMs, signal);
      sentAt = clock.now();
      failure = await client.renewLease(ref, { signal }).then(() => undefined, toAmiPublisherError);
      if (failure?.code === 'LEASE_LOST') throw failure;
    } while (failure !== undefined && clock.now() - kept.since < livesMs);
    if (failure !== undefined) throw failure;
    kept.since = sentAt;
  }
};

const notRenewed = ({ publication, stream }: LeaseRef): AmiPublisherError =>
  new AmiPublisherError('LEASE_LOST', {
    message: `the lease of publication ${publication} on stream ${stream} was not renewed for ${livesMs / 1000} s, as this process stood still`,
    resource: stream,
    remedy: 'resume the publication',
  });
