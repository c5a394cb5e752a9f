import type { Identity } from '../credentials/identity.js';
import type { Refusal } from '../faults/call-gate.js';
import { ApiError } from '../model/api-error.js';

/** The faults that Auto Scaling tells in its own words. */
export const autoScalingRefusal = (fault: Refusal, caller: Identity, action: string): ApiError => {
  switch (fault.kind) {
    case 'throttle':
      return new ApiError('Throttling', 'Rate exceeded');
    case 'deny':
      return new ApiError(
        'AccessDenied',
        `User: ${caller.arn} is not authorized to perform: autoscaling:${action}`,
      );
    case 'server-error':
      return fault.status === 503
        ? new ApiError('ServiceUnavailable', 'The service is unavailable.')
        : new ApiError('InternalFailure', 'The request processing has failed because of an unknown error.');
  }
};
