import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { type AmiPublisherError, type Clock, type Logger, toAmiPublisherError } from '@ami-publisher/base';
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
  },
): Promise<KeptLease> => {
  const ref = await client.acquireLease(options.stream, options.publication, holder, {
    signal: options.signal,
  });
  const lost = new AbortController();
  const released = new AbortController();
  const renewing = renew(client, ref, options.clock, released.signal).catch((reason: unknown) => {
    if (!released.signal.aborted) lost.abort(toAmiPublisherError(reason));
  });
  return {
    ref,
    lost: lost.signal,
    release: async () => {
      released.abort();
      await renewing;
      if (!lost.signal.aborted) await client.releaseLease(ref);
    },
  };
};

/** @throws when the lease is gone, or could not be renewed while it lived. */
const renew = async (
  client: UnpackerClient,
  ref: LeaseRef,
  clock: Clock,
  signal: AbortSignal,
): Promise<never> => {
  let renewedAt = clock.now();
  for (;;) {
    await clock.sleep(renewEveryMs, signal);
    let failure: AmiPublisherError | undefined;
    do {
      if (failure !== undefined) await clock.sleep(renewAgainMs, signal);
      failure = await client.renewLease(ref, { signal }).then(() => undefined, toAmiPublisherError);
      if (failure?.code === 'LEASE_LOST') throw failure;
    } while (failure !== undefined && clock.now() - renewedAt < livesMs);
    if (failure !== undefined) throw failure;
    renewedAt = clock.now();
  }
};
