import { type RequestedSteps, stepsOfType } from '@ami-publisher/core';
import type { OperationName } from './arguments.js';
import { BatchFault } from './faults.js';

/** What `--events` may say for the operations that take it, beside the steps. */
const onlyWords: Readonly<Partial<Record<OperationName, string>>> = {
  AMI_CREATE: 'AMI_BUILD_ONLY',
  AMI_PATCH: 'AMI_PATCH_ONLY',
};

/**
 * What an operation is to run.
 *
 * @throws BatchFault for an event that the operation does not have, and for `AMI_BUILD_ONLY` or `AMI_PATCH_ONLY` beside another
 */
export const stepsOf = (
  operation: OperationName,
  { type, isNew }: Omit<RequestedSteps, 'steps'>,
  events: readonly string[],
): RequestedSteps => {
  const only = onlyWords[operation];
  const allowed = stepsOfType(type);
  const strange = events.find((event) => event !== only && !(allowed as readonly string[]).includes(event));
  if (strange !== undefined) {
    const known = [...(only === undefined ? [] : [only]), ...allowed].join(', ');
    throw new BatchFault(`The event ${strange} is not one of ${operation}, which are: ${known}`);
  }
  const steps = allowed.filter((step) => events.includes(step));
  if (only !== undefined && events.includes(only) && steps.length > 0) {
    throw new BatchFault(`The event ${only} leaves no room for others, such as ${steps[0]}`);
  }
  return { type, isNew, steps };
};
