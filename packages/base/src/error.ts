import { type ErrorCode, errorCodes } from './error-codes.js';

export interface AmiPublisherErrorOptions {
  /** What went wrong, as a sentence without a full stop; names the call and the resource. */
  readonly message: string;
  /** What to do about it, as a sentence without a full stop; appended to the message. */
  readonly remedy?: string;
  /** Where it happened, `account,region`. */
  readonly target?: string;
  /** The call that failed, such as `ec2:CreateSnapshot` or `unpacker:UnpackImage`. */
  readonly call?: string;
  /** The resource it was about, such as a volume id. */
  readonly resource?: string;
  /** Overrides the code's own. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

const brand = Symbol.for('@ami-publisher/error');

/**
 * The one error of all packages. Callers decide by `code` and `retryable`, people read `message`, which names the target, the call,
 * the resource and the way out.
 */
export class AmiPublisherError extends Error {
  override readonly name: string = 'AmiPublisherError';
  readonly [brand] = true;
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly target: string | undefined;
  readonly call: string | undefined;
  readonly resource: string | undefined;
  readonly remedy: string | undefined;
  /** The message without target and remedy. */
  readonly summary: string;

  constructor(code: ErrorCode, options: AmiPublisherErrorOptions) {
    const place = options.target === undefined ? '' : `${options.target}: `;
    const wayOut = options.remedy === undefined ? '' : `; ${options.remedy}`;
    super(place + options.message + wayOut, { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? errorCodes[code];
    this.target = options.target;
    this.call = options.call;
    this.resource = options.resource;
    this.remedy = options.remedy;
    this.summary = options.message;
  }

  /** The same error, placed: adds the target unless one is there. */
  at(target: string): AmiPublisherError {
    if (this.target !== undefined) return this;
    return new AmiPublisherError(this.code, {
      message: this.summary,
      target,
      retryable: this.retryable,
      cause: this.cause,
      ...(this.remedy !== undefined && { remedy: this.remedy }),
      ...(this.call !== undefined && { call: this.call }),
      ...(this.resource !== undefined && { resource: this.resource }),
    });
  }
}

/** Whether `reason` is an error of ours, from whatever copy of the package. */
export const isAmiPublisherError = (reason: unknown): reason is AmiPublisherError =>
  typeof reason === 'object' && reason !== null && brand in reason;

/** The error itself if it is one of ours, else an `INTERNAL` one around it. */
export const toAmiPublisherError = (reason: unknown): AmiPublisherError => {
  if (isAmiPublisherError(reason)) return reason;
  if (reason instanceof Error && reason.name === 'AbortError') return cancelled(reason);
  const message = reason instanceof Error ? reason.message : String(reason);
  return new AmiPublisherError('INTERNAL', { message, cause: reason });
};

/** The error that cancelled work ends with. */
export const cancelled = (cause?: unknown): AmiPublisherError =>
  new AmiPublisherError('CANCELLED', { message: 'cancelled', cause });

/** @throws `CANCELLED` if the signal has aborted. */
export const throwIfCancelled = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted) throw isAmiPublisherError(signal.reason) ? signal.reason : cancelled(signal.reason);
};

/** The error of a bad option value, in one form: ``expected `concurrency` to be at least 1, got 0``. */
export const invalidOption = (name: string, rule: string, value: unknown): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `expected \`${name}\` to be ${rule}, got ${show(value)}`,
  });

const show = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(value) : String(value));
