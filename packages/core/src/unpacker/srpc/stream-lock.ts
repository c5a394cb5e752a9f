import { createHash } from 'node:crypto';
import { AmiPublisherError, type Clock } from '@ami-publisher/base';
import type { CallOptions, Ec2Api } from '../../cloud/ec2-api.js';
import { fromTagList } from '../../cloud/tags.js';
import type { LeaseRef } from '../unpacker-client.js';

const keyPrefix = 'ami-publisher:lock:';
const livesMs = 60_000;
/** Until a tag that two wrote at once reads the same for both, ms. */
const settleMs = 2_000;
/** How often a tag that was written is looked for. */
const looks = 5;

/** What a stream lock works with. */
export interface StreamLockOptions {
  readonly ec2: () => Promise<Ec2Api>;
  /** The unpacker's instance, which carries the tags. */
  readonly instanceId: string;
  readonly clock: Clock;
}

interface Lock {
  readonly publication: string;
  readonly epoch: number;
  readonly expiresAt: number;
}

/**
 * Leases on the streams of an unpacker that knows of none, as tags of its instance. EC2 has no conditional write: of two that write at once the last one
 * has the stream, and the other finds out when it looks after its own, or at the latest when its capture is to be confirmed.
 */
export class StreamLock {
  readonly #options: StreamLockOptions;

  constructor(options: StreamLockOptions) {
    this.#options = options;
  }

  /** @throws `LEASE_HELD` while another publication has the stream. */
  async acquire(stream: string, publication: string, options: CallOptions = {}): Promise<LeaseRef> {
    const { clock } = this.#options;
    const owner = tagText(publication);
    const before = await this.#read(stream, options);
    if (before !== undefined && before.publication !== owner && before.expiresAt > clock.now())
      throw held(stream, before);
    const epoch = Math.max(clock.now(), (before?.epoch ?? 0) + 1);
    await this.#write(stream, { publication: owner, epoch, expiresAt: clock.now() + livesMs }, options);
    for (let left = looks; left > 0; left--) {
      await clock.sleep(settleMs, options.signal);
      const now = await this.#read(stream, options);
      if (now?.publication === owner && now.epoch === epoch) return { stream, publication, epoch };
      if (now !== undefined && now.epoch !== before?.epoch) throw held(stream, now);
    }
    throw lost({ stream, publication, epoch }, 'does not appear on the instance');
  }

  /** @throws `LEASE_LOST`. */
  async renew(lease: LeaseRef, options: CallOptions = {}): Promise<void> {
    await this.check(lease, options);
    const { clock } = this.#options;
    const { epoch, publication, stream } = lease;
    const lock = { publication: tagText(publication), epoch, expiresAt: clock.now() + livesMs };
    await this.#write(stream, lock, options);
  }

  /** @throws `LEASE_LOST` if the lease has run out or somebody else has the stream. */
  async check(lease: LeaseRef, options: CallOptions = {}): Promise<void> {
    const lock = await this.#read(lease.stream, options);
    if (lock === undefined) throw lost(lease, 'is gone');
    if (lock.publication !== tagText(lease.publication) || lock.epoch !== lease.epoch)
      throw lost(lease, `was taken over by ${lock.publication}`);
    if (lock.expiresAt <= this.#options.clock.now()) throw lost(lease, 'has run out');
  }

  /** Ends a lease; one that somebody else has by now is left alone. */
  async release(lease: LeaseRef, options: CallOptions = {}): Promise<void> {
    const lock = await this.#read(lease.stream, options);
    if (lock?.epoch !== lease.epoch) return;
    const ec2 = await this.#options.ec2();
    // With its value: a tag that was written meanwhile stays.
    const Tags = [{ Key: keyOf(lease.stream), Value: lockText(lock) }];
    await ec2.deleteTags({ Resources: [this.#options.instanceId], Tags }, options);
  }

  async #read(stream: string, options: CallOptions): Promise<Lock | undefined> {
    const ec2 = await this.#options.ec2();
    const { instanceId } = this.#options;
    const { Reservations } = await ec2.describeInstances({ InstanceIds: [instanceId] }, options);
    const tags = fromTagList(Reservations?.[0]?.Instances?.[0]?.Tags);
    return lockOf(tags[keyOf(stream)]);
  }

  async #write(stream: string, lock: Lock, options: CallOptions): Promise<void> {
    const ec2 = await this.#options.ec2();
    const Tags = [{ Key: keyOf(stream), Value: lockText(lock) }];
    await ec2.createTags({ Resources: [this.#options.instanceId], Tags }, options);
  }
}

/** Keys are short, streams need not be. */
const keyOf = (stream: string): string =>
  keyPrefix + createHash('sha256').update(stream).digest('hex').slice(0, 24);

/** Tags take fewer characters than names of publications. */
const tagText = (publication: string): string => publication.replace(/[^\w+\-=.:/@]/g, '_').slice(0, 200);

const lockText = ({ epoch, expiresAt, publication }: Lock): string => `${publication} ${epoch} ${expiresAt}`;

const lockOf = (value: string | undefined): Lock | undefined => {
  const [, publication, epoch, expiresAt] = /^(\S+) (\d+) (\d+)$/.exec(value ?? '') ?? [];
  if (publication === undefined) return undefined;
  return { publication, epoch: Number(epoch), expiresAt: Number(expiresAt) };
};

const held = (stream: string, { expiresAt, publication }: Lock): AmiPublisherError =>
  new AmiPublisherError('LEASE_HELD', {
    message: `stream ${stream} is leased to publication ${publication} until ${new Date(expiresAt).toISOString()}`,
    resource: stream,
    remedy: 'wait until that publication ends or its lease runs out',
  });

const lost = ({ publication, stream }: LeaseRef, what: string): AmiPublisherError =>
  new AmiPublisherError('LEASE_LOST', {
    message: `the lease of publication ${publication} on stream ${stream}, a tag of the unpacker's instance, ${what}`,
    resource: stream,
    remedy: 'resume the publication',
  });
