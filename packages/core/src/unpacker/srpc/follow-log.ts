import { AmiPublisherError, type Clock, type Logger, toAmiPublisherError } from '@ami-publisher/base';
import type { SrpcUnpacker } from '@ami-publisher/srpc';
import type { OperationOptions } from '../unpacker-client.js';
import { StreamLog } from './stream-log.js';

/** How long a call is put off until its log can be followed, ms. */
const beginMs = 5_000;
/** The same where the log is needed, and how long its end is then waited for, ms. */
const neededMs = 60_000;

/** A call whose progress is in the log of its stream. */
export interface FollowLogOptions {
  readonly unpacker: SrpcUnpacker;
  /** What messages call the unpacker. */
  readonly peer: string;
  readonly stream: string;
  readonly call: OperationOptions;
  /** Makes the call. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** Without this the call is not made, or its log is waited for a while after it. @default nothing */
  readonly needs?: 'beginning' | 'end' | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Follows a stream's log during a call. Unless it is needed, a certificate that does not grant the log costs the progress only.
 *
 * @throws `IMAGE_NOT_FOUND` if the daemon waits for an image in vain; if the log is needed, `ROLE_REFUSED`, `TIMED_OUT` and what else says why it cannot be followed.
 */
export const followLog = async (options: FollowLogOptions): Promise<StreamLog> => {
  const { call, needs, run, stream } = options;
  const vain = new AbortController();
  const watching = new AbortController();
  let complete = (): void => {};
  const completed = new Promise<void>((resolve) => {
    complete = resolve;
  });
  const log = new StreamLog({
    ...{ stream, clock: options.clock },
    onProgress: call.onProgress ?? (() => {}),
    onVainWait: (reason) => vain.abort(reason),
    onComplete: complete,
  });
  const signal = call.signal === undefined ? vain.signal : AbortSignal.any([call.signal, vain.signal]);
  const { begun, ended, tooLong } = watch(options, log, AbortSignal.any([signal, watching.signal]));
  try {
    const failure = await begun;
    if (needs !== undefined && failure !== undefined && !signal.aborted) throw unfollowed(options, failure);
    await run(signal);
    if (needs !== 'end') return log;
    await Promise.race([completed, ended, tooLong(neededMs)]);
    if (signal.aborted) throw toAmiPublisherError(signal.reason);
    return log;
  } catch (reason) {
    throw vain.signal.aborted ? vain.signal.reason : reason;
  } finally {
    watching.abort();
    await ended;
  }
};

/** `begun` resolves when lines can come, or to the reason why none do; `ended` when none come any more. Neither rejects. */
const watch = (
  { clock, logger, needs, peer, stream, unpacker }: FollowLogOptions,
  log: StreamLog,
  signal: AbortSignal,
) => {
  let begin = (): void => {};
  const hasBegun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const ended = unpacker
    .watchLog(stream, (line) => log.take(line), { signal, onBegun: begin })
    .catch((error: unknown) => {
      logger.debug('the log of a stream is not followed', { stream, error });
      return error;
    });
  const tooLong = (ms: number): Promise<void> => clock.sleep(ms, signal).catch(() => {});
  const late = tooLong(needs === undefined ? beginMs : neededMs).then(() => silent(stream, peer));
  return { begun: Promise.race([hasBegun, ended, late]), ended, tooLong };
};

const silent = (stream: string, peer: string): AmiPublisherError =>
  new AmiPublisherError('TIMED_OUT', {
    message: `unpacker:Watch at ${peer} has not answered for ${neededMs / 1000} s`,
    call: 'unpacker:Watch',
    resource: stream,
  });

const unfollowed = ({ peer, stream }: FollowLogOptions, failure: unknown): AmiPublisherError => {
  const cause = toAmiPublisherError(failure);
  return new AmiPublisherError(cause.code, {
    message: `${stream} at ${peer} cannot be read back, since its log cannot be followed: ${cause.summary}`,
    call: 'unpacker:Watch',
    resource: stream,
    remedy: 'use a certificate that grants Logger.Watch, or switch readBack off for this target',
    cause,
  });
};
