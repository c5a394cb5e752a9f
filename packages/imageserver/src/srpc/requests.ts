import { srpcField } from '@ami-publisher/daemon';
import * as z from 'zod';

const nanosecondsPerMs = 1_000_000;

const text = srpcField(z.string(), '');
const texts = srpcField(z.array(z.string()), []);
const flag = srpcField(z.boolean(), false);
/** Nanoseconds, given as ms. */
const duration = srpcField(z.int().or(z.bigint()), 0).transform((value) => Number(value) / nanosecondsPerMs);
/** By name, the values of which one has to be there. */
const tags = srpcField(z.record(z.string(), z.unknown()), {});
const digests = srpcField(z.array(z.string().regex(/^[0-9a-f]{128}$/, '128 lower-case hex digits')), []);

const selection = { IgnoreExpiringImages: flag, TagsToMatch: tags };

/** What the methods are asked. */
export const requests = {
  none: z.object({}),
  image: z.object({ ImageName: text }),
  getImage: z.object({
    ...{ ImageName: text, Timeout: duration },
    ...{ IgnoreFilesystem: flag, IgnoreFilesystemIfExpiring: flag },
  }),
  directory: z.object({ DirectoryName: text }),
  latest: z.object({ DirectoryName: text, BuildCommitId: text, ...selection }),
  selected: z.object({ DirectoryName: text, ...selection }),
  statistics: z.object({ ImageNames: texts, IgnoreMissing: flag }),
  objects: z.object({ Hashes: digests }),
  updates: z.object({ IgnoreExpiring: flag }),
} as const;
