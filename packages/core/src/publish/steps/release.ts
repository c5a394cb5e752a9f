import { toAmiPublisherError } from '@ami-publisher/base';
import { formatTarget } from '../../target/target.js';
import { minuteMs, type PublishStep } from './step-type.js';
import { stepOperationId } from './unpack.js';

/**
 * Begins the scan for the next release and lets go of the stream: what follows needs the snapshot only. Best effort, since the publication is
 * as good without it.
 */
export const releaseStream: PublishStep<'release'> = {
  name: 'release',
  title: 'Release stream',
  timeoutMs: minuteMs,
  run: async ({ services, signal, logger, target, ...context }) => {
    try {
      const { client } = services.unpacker;
      const begun = new AbortController();
      const operation = stepOperationId({ services, signal, logger, target, ...context }, 'rescan');
      await client
        .prepareForUnpack(operation, services.lease, {
          signal: AbortSignal.any([signal, begun.signal]),
          onProgress: () => begun.abort(),
        })
        .catch((reason: unknown) => {
          // The unpacker goes on without its caller.
          if (!begun.signal.aborted) throw reason;
        });
      return { rescanning: true };
    } catch (reason) {
      signal.throwIfAborted();
      logger.warn('the scan for the next release did not begin', {
        target: formatTarget(target),
        error: toAmiPublisherError(reason),
      });
      return { rescanning: false };
    } finally {
      await services.releaseLease();
    }
  },
};
