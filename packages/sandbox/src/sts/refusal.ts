import type { Identity } from '../credentials/identity.js';
import type { Refusal } from '../faults/call-gate.js';
import { ApiError } from '../model/api-error.js';

/** The faults that STS tells in its own words. */
export const stsRefusal = (fault: Refusal, caller: Identity | undefined, action: string): ApiError => {
  switch (fault.kind) {
    case 'throttle':
      return new ApiError('Throttling', 'Rate exceeded');
    case 'deny':
      return new ApiError(
        'AccessDenied',
        caller === undefined
          ? `Not authorized to perform sts:${action}`
          : `User: ${caller.arn} is not authorized to perform: sts:${action}`,
      );
    case 'server-error':
      return fault.status === 503
        ? new ApiError(
            'ServiceUnavailable',
            'The request has failed due to a temporary failure of the server.',
          )
        : new ApiError('InternalFailure', 'The request processing has failed because of an unknown error.');
  }
};
