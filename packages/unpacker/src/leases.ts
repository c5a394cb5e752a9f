import { AmiPublisherError } from '@ami-publisher/base';
import type { LeaseRecord, StreamRecord } from './state/model.js';

/** How long a lease lives after each renewal, ms. */
export const defaultLeaseTtlMs = 60_000;

export interface LeaseRequest {
  readonly publication: string;
  readonly holder: string;
  readonly ttlMs: number;
}

/** The lease that a call is made under. */
export interface LeaseClaim {
  readonly publication: string;
  readonly epoch: number;
}

/** The lease on a stream, unless it has run out. */
export const liveLease = (stream: StreamRecord, now: number): LeaseRecord | undefined =>
  stream.lease !== undefined && Date.parse(stream.lease.expiresAt) > now ? stream.lease : undefined;

/**
 * Gives a publication the lease on a stream. Asking again as the same holder extends it; a new holder of the same publication takes it
 * over, which raises the epoch; so does a lease after one that ran out or was released.
 *
 * @throws `LEASE_HELD` while another publication's lease is live.
 */
export const acquireLease = (stream: StreamRecord, request: LeaseRequest, now: number): StreamRecord => {
  const live = liveLease(stream, now);
  if (live !== undefined && live.publication !== request.publication) throw heldBy(stream.name, live);
  const epoch = live?.holder === request.holder ? live.epoch : stream.epoch + 1;
  const { publication, holder, ttlMs } = request;
  return { ...stream, epoch, lease: { publication, holder, epoch, ttlMs, expiresAt: instant(now + ttlMs) } };
};

/**
 * Extends a live lease by its time to live.
 *
 * @throws `LEASE_LOST`.
 */
export const renewLease = (stream: StreamRecord, claim: LeaseClaim, now: number): StreamRecord => {
  const lease = checkLease(stream, claim, now);
  return { ...stream, lease: { ...lease, expiresAt: instant(now + lease.ttlMs) } };
};

/**
 * Ends a lease. Ending one that has ended already is fine as long as nobody has had the stream since.
 *
 * @throws `LEASE_LOST` if somebody has.
 */
export const releaseLease = (stream: StreamRecord, claim: LeaseClaim): StreamRecord => {
  if (claim.epoch !== stream.epoch) throw lost(stream, claim, 'was taken over');
  if (stream.lease !== undefined && stream.lease.publication !== claim.publication) {
    throw lost(stream, claim, 'belongs to another publication');
  }
  const { lease: _ended, ...rest } = stream;
  return rest;
};

/**
 * Checks that a call may change a stream.
 *
 * @throws `LEASE_LOST` if the lease ran out, was released or was taken over.
 */
export const checkLease = (stream: StreamRecord, claim: LeaseClaim, now: number): LeaseRecord => {
  const live = liveLease(stream, now);
  if (live === undefined) throw lost(stream, claim, 'has run out or was released');
  if (live.publication !== claim.publication) throw lost(stream, claim, `is now held by ${live.publication}`);
  if (live.epoch !== claim.epoch) throw lost(stream, claim, `was taken over by ${live.holder}`);
  return live;
};

/**
 * Checks that nobody has had the lease since: work that was begun under it and waited for its turn may go on after it was released.
 *
 * @throws `LEASE_LOST`.
 */
export const checkNotTakenOver = (stream: StreamRecord, claim: LeaseClaim): void => {
  if (stream.epoch !== claim.epoch) throw lost(stream, claim, 'was taken over');
};

const heldBy = (stream: string, lease: LeaseRecord): AmiPublisherError =>
  new AmiPublisherError('LEASE_HELD', {
    message: `stream ${stream} is leased to publication ${lease.publication} (holder ${lease.holder}) until ${lease.expiresAt}`,
    resource: stream,
    remedy: 'wait until that publication ends or its lease runs out',
  });

const lost = (stream: StreamRecord, claim: LeaseClaim, what: string): AmiPublisherError =>
  new AmiPublisherError('LEASE_LOST', {
    message: `the lease of publication ${claim.publication} on stream ${stream.name}, epoch ${claim.epoch}, ${what}`,
    resource: stream.name,
    remedy: 'acquire the lease again if the publication is still to go on',
  });

const instant = (ms: number): string => new Date(ms).toISOString();
