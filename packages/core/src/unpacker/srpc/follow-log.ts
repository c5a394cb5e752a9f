import type { Clock, Logger } from '@ami-publisher/base';
import type { SrpcUnpacker } from '@ami-publisher/srpc';
import type { OperationOptions } from '../unpacker-client.js';
import { type LoggedCounts, StreamLog } from './stream-log.js';

/** How long a call is put off until its log can be followed. */
const beginMs = 5_000;

/** A call whose progress is in the log of its stream. */
export interface FollowLogOptions {
  readonly unpacker: SrpcUnpacker;
  readonly stream: string;
  readonly call: OperationOptions;
  /** Makes the call. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Follows a stream's log during a call. A certificate that does not grant the log costs the progress only.
 *
 * @throws `IMAGE_NOT_FOUND` if the daemon waits for an image in vain.
 */
export const followLog = async (options: FollowLogOptions): Promise<LoggedCounts> => {
  const { call, clock, run, stream } = options;
  const vain = new AbortController();
  const watching = new AbortController();
  const log = new StreamLog({
    stream,
    clock,
    onProgress: call.onProgress ?? (() => {}),
    onVainWait: (reason) => vain.abort(reason),
  });
  const { begun, ended } = watch(options, log, watching.signal);
  try {
    await begun;
    await run(call.signal === undefined ? vain.signal : AbortSignal.any([call.signal, vain.signal]));
    return log.counts;
  } catch (reason) {
    throw vain.signal.aborted ? vain.signal.reason : reason;
  } finally {
    watching.abort();
    await ended;
  }
};

/** `begun` resolves when lines can come, or it is no use to wait for them; neither rejects. */
const watch = (
  { clock, logger, stream, unpacker }: FollowLogOptions,
  log: StreamLog,
  signal: AbortSignal,
) => {
  let begin = (): void => {};
  const hasBegun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const ended = unpacker
    .watchLog(stream, (line) => log.take(line), { signal, onBegun: begin })
    .catch((error: unknown) => logger.debug('the log of a stream is not followed', { stream, error }));
  const tooLong = clock.sleep(beginMs, signal).catch(() => {});
  return { begun: Promise.race([hasBegun, ended, tooLong]), ended };
};
