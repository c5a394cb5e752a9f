import { open } from 'node:fs/promises';
import { posix } from '@ami-publisher/image';

/** Writes all of the file system that holds `path` to its disk. */
export const flushFileSystem = async (path: string): Promise<void> => {
  const directory = await open(path, 'r');
  try {
    await posix().syncFileSystem(directory.fd);
  } finally {
    await directory.close();
  }
};
