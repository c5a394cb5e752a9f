import * as z from 'zod';

/** A list; Go writes one that is not there as null. */
export const list = <T extends z.ZodType>(element: T) =>
  z
    .array(element)
    .nullable()
    .transform((value) => value ?? []);

/** A map; Go writes one that is not there as null. */
export const map = <T extends z.ZodType>(value: T) =>
  z
    .record(z.string(), value)
    .nullable()
    .transform((members) => members ?? {});

/** A number of bytes, or of things. */
export const count = z.int().nonnegative();

/** An instant to the millisecond; undefined if it is Go's zero time, which says that none is set. */
export const instant = z.string().transform((text, context) => {
  const at = new Date(text);
  if (!Number.isNaN(at.getTime())) return text.startsWith('0001-01-01T00:00:00') ? undefined : at;
  context.addIssue({ code: 'custom', message: 'expected a time as of RFC 3339' });
  return z.NEVER;
});
