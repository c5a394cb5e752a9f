import { AmiPublisherError } from '@ami-publisher/base';
import type { Capture, LeaseRef, UnpackCounts } from '@ami-publisher/core';

export interface LeaseRecord {
  readonly publication: string;
  readonly holder: string;
  readonly epoch: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** What a long call came to. */
export interface OperationResult {
  readonly unpacked?: UnpackCounts;
  readonly captured?: Capture;
}

/** A long call that ended well. Those that did not are begun again when asked for. */
export interface FinishedOperation {
  readonly id: string;
  readonly call: string;
  readonly request: string;
  readonly result: OperationResult;
}

/** A stream as an unpacker remembers it over a crash. */
export interface StreamRecord {
  readonly name: string;
  deviceId: string | undefined;
  /** The highest that any volume of the stream has had. */
  generation: number;
  /** The highest that any lease on the stream has had. */
  epoch: number;
  lease: LeaseRecord | undefined;
  /** The oldest first. */
  operations: readonly FinishedOperation[];
}

/** How long a lease lives after each renewal, ms. */
const leaseTtlMs = 60_000;
const rememberedOperations = 20;

export const newStream = (name: string): StreamRecord => ({
  name,
  deviceId: undefined,
  generation: 0,
  epoch: 0,
  lease: undefined,
  operations: [],
});

/** The lease on a stream, unless it has run out. */
export const liveLease = ({ lease }: StreamRecord, now: number): LeaseRecord | undefined =>
  lease !== undefined && lease.expiresAt > now ? lease : undefined;

/**
 * Gives a publication the lease. The same holder extends it; a new holder of the same publication takes it over at a higher epoch.
 *
 * @throws `LEASE_HELD` while another publication has it.
 */
export const acquireLease = (
  stream: StreamRecord,
  publication: string,
  holder: string,
  now: number,
): LeaseRef => {
  const live = liveLease(stream, now);
  if (live !== undefined && live.publication !== publication) throw heldBy(stream.name, live);
  if (live?.holder !== holder) stream.epoch += 1;
  const { epoch } = stream;
  stream.lease = { publication, holder, epoch, expiresAt: now + leaseTtlMs };
  return { stream: stream.name, publication, epoch };
};

/** @throws `LEASE_LOST` if it ran out, was released or was taken over. */
export const checkLease = (stream: StreamRecord, ref: LeaseRef, now: number): LeaseRecord => {
  const live = liveLease(stream, now);
  if (live === undefined) throw lost(ref, 'has run out or was released');
  if (live.publication !== ref.publication) throw lost(ref, `is now held by ${live.publication}`);
  if (live.epoch !== ref.epoch) throw lost(ref, `was taken over by ${live.holder}`);
  return live;
};

/** @throws `LEASE_LOST` if somebody has had the stream since; a lease that has only ended is fine. */
export const checkNotTakenOver = (stream: StreamRecord, ref: LeaseRef): void => {
  if (stream.epoch !== ref.epoch) throw lost(ref, 'was taken over');
};

/** @throws `LEASE_LOST` */
export const renewLease = (stream: StreamRecord, ref: LeaseRef, now: number): void => {
  stream.lease = { ...checkLease(stream, ref, now), expiresAt: now + leaseTtlMs };
};

/** @throws `LEASE_LOST` if somebody else has had the stream since. */
export const releaseLease = (stream: StreamRecord, ref: LeaseRef): void => {
  checkNotTakenOver(stream, ref);
  if (stream.lease !== undefined && stream.lease.publication !== ref.publication) {
    throw lost(ref, 'belongs to another publication');
  }
  stream.lease = undefined;
};

/** Keeps how an operation ended; the oldest ones are forgotten. */
export const remember = (stream: StreamRecord, operation: FinishedOperation): void => {
  const others = stream.operations.filter(({ id }) => id !== operation.id);
  stream.operations = [...others, operation].slice(-rememberedOperations);
};

const heldBy = (stream: string, lease: LeaseRecord): AmiPublisherError =>
  new AmiPublisherError('LEASE_HELD', {
    message: `stream ${stream} is leased to publication ${lease.publication} (holder ${lease.holder}) until ${new Date(lease.expiresAt).toISOString()}`,
    resource: stream,
    remedy: 'wait until that publication ends or its lease runs out',
  });

const lost = ({ publication, stream, epoch }: LeaseRef, what: string): AmiPublisherError =>
  new AmiPublisherError('LEASE_LOST', {
    message: `the lease of publication ${publication} on stream ${stream}, epoch ${epoch}, ${what}`,
    resource: stream,
    remedy: 'acquire the lease again if the publication is still to go on',
  });
