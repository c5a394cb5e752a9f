import type * as z from 'zod';
import type { Json } from '../wire/json.js';
import { WireFault } from '../wire/wire-fault.js';

/** Checks a reply, and gives it its shape. @throws WireFault `malformed` naming the field. */
export const parseReply = <T extends z.ZodType>(schema: T, value: Json): z.output<T> => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw anotherForm(issue?.path.join('.') || 'the value', issue?.message ?? 'it does not fit');
};

/** What is thrown of a field that is not what it should be. */
export const anotherForm = (field: string, why: string): WireFault =>
  new WireFault('malformed', `a reply has another form than it should: ${field}: ${why}`);
