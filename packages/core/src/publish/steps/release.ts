import { toAmiPublisherError } from '@ami-publisher/base';
import { follow } from '../../signals.js';
import { formatTarget } from '../../target/target.js';
import { minuteMs, type PublishContext, type PublishStep } from './step-type.js';
import { stepOperationId } from './unpack.js';

/**
 * Begins the scan for the next release and lets go of the stream: what follows needs the snapshot only. Best effort, since the publication is
 * as good without it.
 */
export const releaseStream: PublishStep<'release'> = {
  name: 'release',
  title: 'Release stream',
  timeoutMs: minuteMs,
  run: async (context) => {
    const rescanning = await succeeds(context, 'the scan for the next release did not begin', beginScan);
    // A lease that is not released runs out by itself.
    await succeeds(context, 'the lease was not released', ({ services }) => services.releaseLease());
    return { rescanning };
  },
};

const succeeds = async (
  context: PublishContext,
  otherwise: string,
  work: (context: PublishContext) => Promise<void>,
): Promise<boolean> => {
  try {
    await work(context);
    return true;
  } catch (reason) {
    context.signal.throwIfAborted();
    const target = formatTarget(context.target);
    context.logger.warn(otherwise, { target, error: toAmiPublisherError(reason) });
    return false;
  }
};

/** Resolves when the unpacker has begun, which then goes on without its caller. */
const beginScan = async (context: PublishContext): Promise<void> => {
  const { services, signal } = context;
  const call = new AbortController();
  const unfollow = follow(call, signal);
  let hasBegun = false;
  const onProgress = () => {
    hasBegun = true;
    call.abort();
  };
  try {
    const id = stepOperationId(context, 'rescan');
    await services.unpacker.client.prepareForUnpack(id, services.lease, { signal: call.signal, onProgress });
  } catch (reason) {
    if (!hasBegun) throw reason;
  } finally {
    unfollow();
  }
};
