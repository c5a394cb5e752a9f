import { isAmiPublisherError } from '@ami-publisher/base';
import type { JsonObject } from './json.js';
import type { Intent, StepContext } from './step.js';

/** How long after a request its effect may still be invisible to a list (EC2 API reference, "Eventual consistency"). */
export const settlingMs = 60_000;
const lookAgainMs = 5_000;

export interface SendOnceOptions<T> {
  readonly call: string;
  readonly request: JsonObject;
  /** Looks for what an earlier request of this attempt may have made. */
  readonly find: () => Promise<T | undefined>;
  readonly send: () => Promise<T>;
}

/**
 * Makes a call that AWS gives no client token for, so that it takes effect once: the intent is written, the request sent once; when an
 * earlier one may have had an effect, that is looked for first, until its time to become visible has passed.
 */
export const sendOnce = async <T, Services, Values>(
  context: StepContext<Services, Values>,
  options: SendOnceOptions<T>,
): Promise<T> => {
  const earlier = context.openIntent(options.call);
  if (earlier !== undefined) {
    const found = await findSettled(context, earlier, options.find);
    if (found !== undefined) return found;
  }
  await context.intend(options.call, options.request);
  try {
    return await options.send();
  } catch (reason) {
    if (hadNoEffect(reason)) await context.refused(options.call);
    throw reason;
  }
};

/**
 * Lists what requests of a call have made, to undo it. What is not visible yet, as it was made within the last minute or its request was cut
 * off, is waited for.
 *
 * @param known id of what the step made; left out if it did not finish
 */
export const listSettled = async <T, Services, Values>(
  context: StepContext<Services, Values>,
  call: string,
  known: string | undefined,
  { list, idOf }: { readonly list: () => Promise<T[]>; readonly idOf: (made: T) => string | undefined },
): Promise<T[]> => {
  const intent = context.openIntent(call);
  if (intent === undefined) return list();
  let listed: T[] = [];
  await findSettled(context, intent, async () => {
    listed = await list();
    return known === undefined ? listed[0] : listed.find((made) => idOf(made) === known);
  });
  return listed;
};

const findSettled = async <T, Services, Values>(
  context: StepContext<Services, Values>,
  { call, at }: Intent,
  find: () => Promise<T | undefined>,
): Promise<T | undefined> => {
  // Another machine that wrote the intent may have had a clock that is ahead of this one.
  const settledAt = Math.min(at, context.clock.now()) + settlingMs;
  for (;;) {
    const found = await find();
    const remainingMs = settledAt - context.clock.now();
    if (found !== undefined || remainingMs <= 0) return found;
    const seconds = Math.ceil(remainingMs / 1000);
    context.progress({ phase: `waiting up to ${seconds} s for what ${call} may have made to show` });
    await context.clock.sleep(Math.min(lookAgainMs, remainingMs), context.signal);
  }
};

/** AWS answered, and not with a fault of its own: the request was refused, not lost. */
const hadNoEffect = (reason: unknown): boolean =>
  isAmiPublisherError(reason) &&
  !['AWS_UNAVAILABLE', 'CANCELLED', 'TIMED_OUT', 'INTERNAL'].includes(reason.code);
