import type { Identity } from '../credentials/identity.js';
import type { Refusal } from '../faults/call-gate.js';
import { ApiError } from '../model/api-error.js';

/** The faults that Systems Manager tells in its own words. */
export const ssmRefusal = (fault: Refusal, caller: Identity, action: string): ApiError => {
  switch (fault.kind) {
    case 'throttle':
      return new ApiError('ThrottlingException', 'Rate exceeded');
    case 'deny':
      return new ApiError(
        'AccessDeniedException',
        `User: ${caller.arn} is not authorized to perform: ssm:${action}`,
      );
    case 'server-error':
      return fault.status === 503
        ? new ApiError('ServiceUnavailable', 'The service is unavailable.')
        : new ApiError('InternalServerError', 'An error occurred on the server side.');
  }
};
