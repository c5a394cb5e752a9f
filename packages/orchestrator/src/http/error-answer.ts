import { type AmiPublisherError, type ErrorCode, isAmiPublisherError } from '@ami-publisher/base';

/** Status of the answer by the code of the error; any other error is the server's own fault. */
const statusOf: Readonly<Partial<Record<ErrorCode, number>>> = {
  REQUEST_INVALID: 400,
  API_KEY_REFUSED: 401,
  OPERATION_NOT_ALLOWED: 403,
  ROUTE_NOT_FOUND: 404,
  LIFECYCLE_NOT_FOUND: 404,
  AMI_NOT_FOUND: 404,
  EXPORT_NOT_FOUND: 404,
  STACK_TAG_MISMATCH: 409,
  EVENT_OUT_OF_ORDER: 409,
  EVENT_IMMUTABLE: 409,
  EVENT_RUNNING: 409,
  EVENT_NOT_RUNNING: 409,
  ATTEMPT_OUTDATED: 409,
  REQUEST_TOO_LARGE: 413,
  CONTENT_CHANGED: 422,
  EXPORT_IMPOSSIBLE: 422,
  IMAGE_NOT_FOUND: 422,
  PATCH_COMPONENT_INVALID: 422,
  PRODUCT_NOT_CONFIGURED: 422,
  REQUEST_VALUE_INVALID: 422,
  TOO_MANY_REQUESTS: 429,
  EXECUTOR_MISSING: 503,
  DATABASE_UNREACHABLE: 503,
  IMAGE_SERVER_UNREACHABLE: 503,
};

/** Every status that an answer can have. */
export const errorStatuses: readonly number[] = [...new Set([...Object.values(statusOf), 500])].sort(
  (a, b) => a - b,
);

/** An answer that is not a success. */
export interface ErrorAnswer {
  readonly status: number;
  readonly body: { readonly error: string; readonly code: ErrorCode };
}

/** The answer to an error. What went wrong inside is for the log, not for the caller. */
export const errorAnswer = (reason: unknown): ErrorAnswer => {
  const error: AmiPublisherError | undefined = isAmiPublisherError(reason) ? reason : undefined;
  const status = error && statusOf[error.code];
  if (error === undefined || status === undefined) {
    return {
      status: 500,
      body: { error: 'the server failed; its log says how', code: 'ORCHESTRATOR_FAILED' },
    };
  }
  return { status, body: { error: error.message, code: error.code } };
};
