import type { Identity } from '../credentials/identity.js';
import type { Refusal } from '../faults/call-gate.js';
import { ApiError } from '../model/api-error.js';

/** The faults that KMS tells in its own words. */
export const kmsRefusal = (fault: Refusal, caller: Identity, action: string): ApiError => {
  switch (fault.kind) {
    case 'throttle':
      return new ApiError(
        'ThrottlingException',
        'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
      );
    case 'deny':
      return new ApiError(
        'AccessDeniedException',
        `User: ${caller.arn} is not authorized to perform: kms:${action}`,
      );
    case 'server-error':
      return new ApiError('KMSInternalException', 'The service is unavailable.', fault.status ?? 500);
  }
};
