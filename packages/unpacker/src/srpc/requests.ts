import { AmiPublisherError } from '@ami-publisher/base';
import type { Json } from '@ami-publisher/srpc';
import { z } from 'zod';

const text = z.string().default('');
const flag = z.boolean().default(false);

/** What the methods are asked, as Go reads it: a field that is left out is empty, one that is not known is passed over. */
export const requests = {
  stream: z.object({ StreamName: text }),
  prepare: z.object({ StreamName: text, SkipIfPrepared: flag, DoNotWaitForResult: flag }),
  unpack: z.object({ StreamName: text, ImageLeafName: text }),
  associate: z.object({ StreamName: text, DeviceId: text }),
  claim: z.object({ DeviceId: text, DeviceName: text }),
  device: z.object({ DeviceId: text }),
  export: z.object({ StreamName: text, Type: text, Destination: text }),
  watch: z.object({ Name: text }),
} as const;

/** @throws `INVALID_OPTION` naming the field that is wrong. */
export const parseRequest = <T extends z.ZodType>(schema: T, value: Json): z.output<T> => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') || 'the request';
  throw new AmiPublisherError('INVALID_OPTION', { message: `${field}: ${issue?.message}`, resource: field });
};
