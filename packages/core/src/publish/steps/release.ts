import { toAmiPublisherError } from '@ami-publisher/base';
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
  const begun = new AbortController();
  const scanning = services.unpacker.client.prepareForUnpack(
    stepOperationId(context, 'rescan'),
    services.lease,
    { signal: AbortSignal.any([signal, begun.signal]), onProgress: () => begun.abort() },
  );
  await scanning.catch((reason: unknown) => {
    if (!begun.signal.aborted) throw reason;
  });
};
