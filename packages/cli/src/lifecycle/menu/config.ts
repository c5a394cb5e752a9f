import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AmiPublisherError } from '@ami-publisher/base';
import { notificationSchema } from '@ami-publisher/core';
import * as z from 'zod';

const configSchema = z.strictObject({
  owner: z.string().min(1, 'text that is not empty'),
  notifications: z.array(notificationSchema).min(1, 'at least one'),
  properties: z.record(z.string(), z.string()).optional(),
});

/** What every request of the menus carries: `cli-config.json`. */
export type MenuConfig = z.output<typeof configSchema>;

const fileName = 'cli-config.json';

const example = {
  owner: 'ownername',
  notifications: [{ method: 'EMAIL', target: 'user@example.org' }],
  properties: { CI_JOB_URL: 'https://ci.example.org/jobs/8812' },
};

/**
 * Reads `cli-config.json` of a folder.
 *
 * @throws `INVALID_CONFIGURATION` with an example, if it is not there or does not fit.
 */
export const readMenuConfig = async (directory = process.cwd()): Promise<MenuConfig> => {
  const file = resolve(directory, fileName);
  const text = await readFile(file, 'utf8').catch((cause: Error) => refuse(file, cause.message, cause));
  const checked = configSchema.safeParse(parsed(file, text));
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  return refuse(file, `${issue?.path.join('.') || 'it'}: ${issue?.message}`);
};

const parsed = (file: string, text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    return refuse(file, (cause as Error).message, cause);
  }
};

const refuse = (file: string, why: string, cause?: unknown): never => {
  throw new AmiPublisherError('INVALID_CONFIGURATION', {
    message: `${file} cannot be used: ${why}`,
    resource: file,
    remedy: `write it such as ${JSON.stringify(example)}`,
    cause,
  });
};
