import { AmiPublisherError } from '@ami-publisher/base';
import type * as z from 'zod';

/**
 * A request of the form that the server wants.
 *
 * @throws `INVALID_OPTION` naming the first field that breaks a rule, and the rule.
 */
export const checkRequest = <Schema extends z.ZodType>(
  schema: Schema,
  request: unknown,
): z.output<Schema> => {
  const checked = schema.safeParse(request);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `the request is not valid: ${issue?.path.join('.')}: ${issue?.message}`,
  });
};
