import { srpcField } from '@ami-publisher/daemon';
import * as z from 'zod';

const text = srpcField(z.string(), '');
const flag = srpcField(z.boolean(), false);

/** What the methods are asked. */
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
