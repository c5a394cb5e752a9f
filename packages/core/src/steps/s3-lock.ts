import { hostname } from 'node:os';
import { AmiPublisherError, type Clock } from '@ami-publisher/base';
import { type ObjectBucket, putOwn, type StoredObject } from './object-bucket.js';

/** A holder that has not renewed for this long counts as dead. */
export const lockLivesMs = 60_000;
const renewEveryMs = 20_000;
const renewAgainMs = 2_000;

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** It has let go. Written instead of deleting, since a delete could hit the lock of a successor. */
  readonly released?: true;
}

export interface ObjectLockOptions {
  readonly bucket: ObjectBucket;
  readonly key: string;
  /** Unique to this holding. */
  readonly writer: string;
  /** For messages: the publication. */
  readonly what: string;
  readonly clock: Clock;
}

export interface ObjectLock {
  /** Aborts, with the error, when another process has taken it over. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/**
 * Takes a lock object and renews it. It tells people in time that somebody works on a publication; what keeps two from doing so is the
 * conditional write of the journal's segments.
 *
 * @throws `PUBLICATION_LOCKED` naming the holder.
 */
export const acquireObjectLock = async (options: ObjectLockOptions): Promise<ObjectLock> => {
  const { bucket, key, writer, what } = options;
  const found = await bucket.get(key);
  if (found !== undefined && isHeld(found)) throw locked(what, found);
  const when = found === undefined ? 'absent' : { etag: found.etag };
  const etag = await putOwn(bucket, { key, body: bodyOf(), writer, when });
  if (etag === undefined) throw locked(what, await bucket.get(key));
  return keepObjectLock(options, etag);
};

const keepObjectLock = (options: ObjectLockOptions, acquired: string): ObjectLock => {
  const { bucket, key, writer, what, clock } = options;
  const lost = new AbortController();
  const released = new AbortController();
  let etag = acquired;
  const write = async (body: string) => {
    const next = await putOwn(bucket, { key, body, writer, when: { etag } });
    if (next === undefined) lost.abort(locked(what, await bucket.get(key)));
    else etag = next;
  };
  const renew = async () => {
    let pauseMs = renewEveryMs;
    while (!lost.signal.aborted) {
      await clock.sleep(pauseMs, released.signal);
      // S3 that cannot be reached costs nothing: whoever takes the lock over meanwhile stops us at our next record.
      pauseMs = await write(bodyOf()).then(
        () => renewEveryMs,
        () => renewAgainMs,
      );
    }
  };
  const renewing = renew().catch(() => {
    // Released.
  });
  return {
    lost: lost.signal,
    release: async () => {
      released.abort();
      await renewing;
      if (lost.signal.aborted) return;
      await write(bodyOf({ released: true })).catch(() => {
        // It runs out by itself.
      });
    },
  };
};

const bodyOf = (more: Partial<Holder> = {}): string =>
  JSON.stringify({ pid: process.pid, host: hostname(), ...more } satisfies Holder);

/** Undefined for what no process of ours wrote. */
const holderOf = ({ body }: StoredObject): Holder | undefined => {
  try {
    return JSON.parse(new TextDecoder().decode(body)) as Holder;
  } catch {
    return undefined;
  }
};

const isHeld = (found: StoredObject): boolean =>
  holderOf(found)?.released !== true && found.ageMs < lockLivesMs;

const locked = (what: string, found: StoredObject | undefined): AmiPublisherError => {
  const holder = found && holderOf(found);
  const who =
    found === undefined || holder === undefined
      ? 'another process'
      : `process ${holder.pid} on ${holder.host}, heard of ${Math.round(found.ageMs / 1_000)} s ago`;
  return new AmiPublisherError('PUBLICATION_LOCKED', {
    message: `${what} is being worked on by ${who}`,
    resource: what,
    remedy: `wait for it to end, or stop it; one that is dead loses its hold ${lockLivesMs / 1_000} s after it was last heard of`,
  });
};
