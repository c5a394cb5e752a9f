import { AmiPublisherError } from '@ami-publisher/base';
import type { Json } from '@ami-publisher/srpc';
import { z } from 'zod';

/** A field that Go may leave out or write as null, which are the same to it. */
const field = <T>(schema: z.ZodType<T>, empty: NonNullable<T>) =>
  schema.nullish().transform((value) => value ?? empty);

/** Fields of requests as Go reads them: one that is left out is empty, and one that is not known is passed over. */
export const srpcFields = {
  text: field(z.string(), ''),
  flag: field(z.boolean(), false),
  texts: field<readonly string[]>(z.array(z.string()), []),
  /** Nanoseconds, given as ms. */
  duration: field<number | bigint>(z.int().or(z.bigint()), 0).transform((value) => Number(value) / 1e6),
  /** By name, the values of which one has to be there. */
  tags: field<Readonly<Record<string, unknown>>>(z.record(z.string(), z.unknown()), {}),
} as const;

/** @throws `INVALID_OPTION` naming the field that is wrong. */
export const parseSrpcRequest = <T extends z.ZodType>(schema: T, value: Json): z.output<T> => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') || 'the request';
  throw new AmiPublisherError('INVALID_OPTION', { message: `${field}: ${issue?.message}`, resource: field });
};
