import { AmiPublisherError, toAmiPublisherError } from '@ami-publisher/base';
import type { Cloud } from '../cloud/cloud.js';

/** Something that several pieces of work need at the same time. */
export interface Need<Held> {
  /** What is needed, unlike anything else in the cloud. */
  readonly key: string;
  /** Sees that it is there; called for each piece of work, one after another. */
  readonly provide: () => Promise<Held>;
  /** Takes it away. Not cancelled with the work: nobody would do it later. */
  readonly remove: () => Promise<void>;
  /** Where it could not be taken away: what is the case then, as a sentence. */
  readonly otherwise: string;
}

/** How many pieces of work need something, and the calls about it, one after another. */
interface Holders {
  count: number;
  calls: Promise<unknown>;
}

const held = new WeakMap<Cloud, Map<string, Holders>>();

/**
 * Provides something while a piece of work needs it. It is taken away when nothing in this process needs it any more, also if the work failed or
 * was cancelled.
 *
 * @throws what the work throws; if it cannot be taken away, an error that says so too
 */
export const whileHeld = async <Held, T>(
  cloud: Cloud,
  need: Need<Held>,
  work: (held: Held) => Promise<T>,
): Promise<T> => {
  const holders = holdersOf(cloud, need.key);
  holders.count += 1;
  const begin = async () => work(await inTurn(holders, need.provide));
  const [worked] = await Promise.allSettled([begin()]);
  holders.count -= 1;
  const [removed] = await Promise.allSettled([inTurn(holders, () => removeUnused(cloud, need, holders))]);
  if (removed.status === 'rejected') throw leftBehind(need, removed.reason, worked);
  if (worked.status === 'rejected') throw worked.reason;
  return worked.value;
};

/** Takes something away unless a piece of work needs it: what an earlier process has left. */
export const removeLeft = (cloud: Cloud, need: Omit<Need<unknown>, 'provide'>): Promise<void> =>
  whileHeld(cloud, { ...need, provide: async () => {} }, async () => {});

const holdersOf = (cloud: Cloud, key: string): Holders => {
  const ofCloud = held.get(cloud) ?? new Map<string, Holders>();
  held.set(cloud, ofCloud);
  const holders = ofCloud.get(key) ?? { count: 0, calls: Promise.resolve() };
  ofCloud.set(key, holders);
  return holders;
};

/** Begins when the call before has ended, however it did. */
const inTurn = <T>(holders: Holders, call: () => Promise<T>): Promise<T> => {
  const made = holders.calls.then(call);
  holders.calls = made.catch(() => undefined);
  return made;
};

const removeUnused = async (
  cloud: Cloud,
  { key, remove }: Pick<Need<unknown>, 'key' | 'remove'>,
  holders: Holders,
): Promise<void> => {
  if (holders.count > 0) return;
  await remove();
  if (holders.count === 0) held.get(cloud)?.delete(key);
};

const leftBehind = (
  { otherwise }: Pick<Need<unknown>, 'otherwise'>,
  reason: unknown,
  worked: PromiseSettledResult<unknown>,
): AmiPublisherError => {
  const { code, message } = toAmiPublisherError(reason);
  const first = worked.status === 'rejected' ? `${toAmiPublisherError(worked.reason).message}; and ` : '';
  return new AmiPublisherError(code, {
    message: `${first}${otherwise}: ${message}`,
    remedy: 'resume or undo the operation when the cause is mended',
    cause: reason,
  });
};
