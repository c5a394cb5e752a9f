import type { Clock, Deadlines } from '@ami-publisher/base';
import { ConnectionClosed } from '../faults/connection-closed.js';
import { ApiError } from '../model/api-error.js';
import type { Random } from '../model/random.js';
import { awaitAnswer } from './await-answer.js';

/** An error as the AWS SDK for JavaScript throws it. */
interface SdkError extends Error {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode: number };
}

const throttlingCodes: ReadonlySet<string> = new Set(['RequestLimitExceeded', 'Throttling']);
const transientStatus: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/** Standard mode of the SDK: the base is longer after throttling, doubles with each attempt, and is taken at random. */
const baseMs = 50;
const throttledBaseMs = 1_000;
const maxBackoffMs = 20_000;

/** What the SDK makes of the answer, or of its absence; anything else is left as it is. */
const toSdkError = (reason: unknown): unknown => {
  if (reason instanceof ApiError) {
    const { code, message, status } = reason;
    return Object.assign(new Error(message), { name: code, $metadata: { httpStatusCode: status } });
  }
  if (reason instanceof ConnectionClosed) {
    return Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
  }
  return reason;
};

/** How long a client waits for an answer, ms. */
const requestTimeoutMs = 60_000;

/** What the SDK's HTTP handler says when no answer has come. */
const timedOut = (): SdkError =>
  Object.assign(
    new Error(
      `@smithy/node-http-handler - [ERROR] a request has exceeded the configured ${requestTimeoutMs} ms requestTimeout.`,
    ),
    { name: 'TimeoutError', code: 'ETIMEDOUT' },
  );

/** Sends a request and waits for its answer. @throws an error as the SDK throws it; the signal's reason */
export const sendOnce = async <T>(
  deadlines: Deadlines,
  signal: AbortSignal | undefined,
  send: (gone: () => AbortSignal) => Promise<T>,
): Promise<T> =>
  awaitAnswer({ deadlines, signal, timeoutMs: requestTimeoutMs, timedOut, explain: toSdkError }, ({ gone }) =>
    send(gone),
  );

/** How often a call is made, and what the pauses between are made of. */
export interface RetryOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly attempts: number;
  readonly signal?: AbortSignal | undefined;
}

/** Sends a request again, after what the SDK sends it again after. @throws the last error */
export const sendRepeatedly = async <T>(
  { clock, random, attempts, signal }: RetryOptions,
  send: () => Promise<T>,
): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (reason) {
      if (attempt === attempts || !isRetryable(reason)) throw reason;
      await clock.sleep(backoffMs(reason, attempt, random), signal);
    }
  }
};

const isRetryable = (reason: unknown): boolean => {
  if (!(reason instanceof Error)) return false;
  const { name, $metadata }: SdkError = reason;
  return (
    name === 'TimeoutError' ||
    throttlingCodes.has(name) ||
    transientStatus.has($metadata?.httpStatusCode ?? 0)
  );
};

/** How long the SDK waits after an attempt, counted from 1. */
const backoffMs = (reason: unknown, attempt: number, random: Random): number => {
  const throttled = reason instanceof Error && throttlingCodes.has(reason.name);
  const limit = Math.min(maxBackoffMs, (throttled ? throttledBaseMs : baseMs) * 2 ** (attempt - 1));
  return random() * limit;
};
