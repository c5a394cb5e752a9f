import { AmiPublisherError } from '@ami-publisher/base';
import type { Json } from '@ami-publisher/srpc';
import type * as z from 'zod';

/** A field of a request as Go reads it: one that is left out, or null, is empty. */
export const srpcField = <T extends z.ZodType>(schema: T, empty: NonNullable<z.output<T>>) =>
  schema.nullish().transform((value) => value ?? empty);

/**
 * A request as its schema has it; fields that the schema does not know are passed over.
 *
 * @throws `INVALID_OPTION` naming the field that is wrong.
 */
export const parseSrpcRequest = <T extends z.ZodType>(schema: T, value: Json): z.output<T> => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') || 'the request';
  throw new AmiPublisherError('INVALID_OPTION', { message: `${field}: ${issue?.message}`, resource: field });
};
