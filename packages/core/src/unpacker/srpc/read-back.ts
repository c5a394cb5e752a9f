import { AmiPublisherError, type Logger } from '@ami-publisher/base';
import type { OperationOptions } from '../unpacker-client.js';
import type { LoggedWork } from './stream-log.js';

/** How often a volume is read before it counts as one that does not become right. */
const maxRounds = 3;

/** A volume that an image was unpacked onto. */
export interface ReadBackOptions {
  readonly stream: string;
  /** What messages call the unpacker. */
  readonly peer: string;
  readonly call: OperationOptions;
  /** Has the daemon read the whole volume and unpack the image once more; tells what that has changed. */
  readonly again: (call: OperationOptions) => Promise<LoggedWork>;
  readonly logger: Logger;
}

/**
 * Has what was unpacked read and compared with the image: the daemon counts the bytes that it fetches, and does not look at them. What differs it mends,
 * and then it is read once more.
 *
 * @throws `OBJECT_CORRUPT` if the third reading still finds a difference, `UNPACKER_FAILED` if the log does not tell what one has found.
 */
export const readBack = async ({ again, call, logger, peer, stream }: ReadBackOptions): Promise<void> => {
  const onProgress: OperationOptions['onProgress'] = (progress) =>
    call.onProgress?.({ ...progress, phase: 'read back' });
  onProgress({});
  let found = '';
  for (let round = 1; round <= maxRounds; round++) {
    const { changes, firstChange, isComplete } = await again({ ...call, onProgress });
    if (firstChange === undefined) {
      if (isComplete) return;
      throw untold(stream, peer);
    }
    found = `${changes} differences, the first: ${firstChange}`;
    logger.warn('what was read back was not the image', { stream, peer, round, found });
  }
  throw new AmiPublisherError('OBJECT_CORRUPT', {
    message: `what was read back of ${stream} at ${peer} is not the image, ${maxRounds} times: ${found}`,
    call: 'unpacker:UnpackImage',
    resource: stream,
    remedy:
      'verify the image on its server; if it is whole, give the stream another volume, or replace the unpacker',
  });
};

const untold = (stream: string, peer: string): AmiPublisherError =>
  new AmiPublisherError('UNPACKER_FAILED', {
    message: `what was unpacked onto ${stream} at ${peer} may have been read back, but its log (Logger.Watch) ended before it told so`,
    call: 'unpacker:Watch',
    resource: stream,
    remedy: 'resume the publication, or switch readBack off for this target',
  });
