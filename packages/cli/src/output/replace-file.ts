import { open, rename, rm } from 'node:fs/promises';
import { AmiPublisherError } from '@ami-publisher/base';

/**
 * Writes a whole file: under a temporary name beside it first, which is on the disk before it takes the file's name, so that nobody ever
 * sees half of it.
 *
 * @throws `INVALID_OPTION` naming the file; then the old one is as it was
 */
export const replaceFile = async (file: string, text: string): Promise<void> => {
  const partial = `${file}~`;
  try {
    const handle = await open(partial, 'w', 0o644);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, file);
  } catch (cause) {
    await rm(partial, { force: true });
    throw new AmiPublisherError('INVALID_OPTION', {
      message: `cannot write ${file}: ${(cause as Error).message}`,
      resource: file,
      remedy: 'name a file in a folder that exists and can be written',
      cause,
    });
  }
};
