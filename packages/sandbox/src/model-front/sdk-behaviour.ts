import { ConnectionClosed } from '../faults/connection-closed.js';
import { ApiError } from '../model/api-error.js';
import type { Random } from '../model/random.js';

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
export const toSdkError = (reason: unknown): unknown => {
  if (reason instanceof ApiError) {
    const { code, message, status } = reason;
    return Object.assign(new Error(message), { name: code, $metadata: { httpStatusCode: status } });
  }
  if (reason instanceof ConnectionClosed) {
    return Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
  }
  return reason;
};

/** What the SDK's HTTP handler says when no answer has come. */
export const requestTimedOut = (ms: number): SdkError =>
  Object.assign(
    new Error(
      `@smithy/node-http-handler - [ERROR] a request has exceeded the configured ${ms} ms requestTimeout.`,
    ),
    { name: 'TimeoutError', code: 'ETIMEDOUT' },
  );

/** Whether the SDK sends the request again, if it may. */
export const isRetryable = (reason: unknown): boolean => {
  if (!(reason instanceof Error)) return false;
  const { name, $metadata }: SdkError = reason;
  return (
    name === 'TimeoutError' ||
    throttlingCodes.has(name) ||
    transientStatus.has($metadata?.httpStatusCode ?? 0)
  );
};

/** How long the SDK waits after an attempt, counted from 1. */
export const backoffMs = (reason: unknown, attempt: number, random: Random): number => {
  const throttled = reason instanceof Error && throttlingCodes.has(reason.name);
  const limit = Math.min(maxBackoffMs, (throttled ? throttledBaseMs : baseMs) * 2 ** (attempt - 1));
  return random() * limit;
};
