import { mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AmiPublisherError } from '@ami-publisher/base';

/** Tells what a demo does. */
export const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/**
 * Where a demo works.
 *
 * @param keep a folder to work in @default a temporary one
 * @throws `INVALID_OPTION` unless the folder is empty or new
 */
export const workDirectory = async (keep: string | undefined): Promise<string> => {
  if (keep === undefined) return mkdtemp(join(tmpdir(), 'ami-publisher-demo-'));
  await mkdir(keep, { recursive: true });
  if ((await readdir(keep)).length === 0) return keep;
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `expected \`keep\` to be an empty or new folder, got ${keep}`,
    resource: keep,
    remedy: 'name another folder, or empty it',
  });
};
