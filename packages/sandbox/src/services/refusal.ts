import type { Identity } from '../credentials/identity.js';
import type { Refusal } from '../faults/call-gate.js';
import { ApiError } from '../model/api-error.js';

/** The codes with which a service refuses; services of one protocol have most of them in common. */
export interface RefusalCodes {
  /** As in IAM's actions. */
  readonly prefix: string;
  readonly throttled: string;
  readonly denied: string;
  readonly failed: string;
}

/** The faults that a service tells with its codes. */
export const refusalWith =
  ({ prefix, throttled, denied, failed }: RefusalCodes) =>
  (fault: Refusal, caller: Identity, action: string): ApiError => {
    switch (fault.kind) {
      case 'throttle':
        return new ApiError(throttled, 'Rate exceeded');
      case 'deny':
        return new ApiError(denied, `User: ${caller.arn} is not authorized to perform: ${prefix}:${action}`);
      case 'server-error':
        return fault.status === 503
          ? new ApiError('ServiceUnavailable', 'The service is unavailable.')
          : new ApiError(failed, 'The request processing has failed because of an unknown error.', 500);
    }
  };

/** Of services with AWS's query protocol. */
export const queryRefusal = (prefix: string) =>
  refusalWith({ prefix, throttled: 'Throttling', denied: 'AccessDenied', failed: 'InternalFailure' });

/** Of services with one of AWS's JSON protocols. */
export const jsonRefusal = (prefix: string, failed = 'InternalServerError') =>
  refusalWith({
    prefix,
    throttled: 'ThrottlingException',
    denied: 'AccessDeniedException',
    failed,
  });
