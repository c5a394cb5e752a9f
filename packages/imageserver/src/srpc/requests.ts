import { srpcFields } from '@ami-publisher/daemon';
import { z } from 'zod';

const { duration, flag, tags, text, texts } = srpcFields;

const digests = z
  .array(z.string().regex(/^[0-9a-f]{128}$/, '128 lower-case hex digits'))
  .nullish()
  .transform((value) => value ?? []);

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
