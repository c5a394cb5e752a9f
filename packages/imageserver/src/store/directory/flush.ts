import { closeSync, fsyncSync, openSync } from 'node:fs';
import { posix } from '@ami-publisher/image';

/** Writes a file or directory through to the disk. */
export const flushPath = (path: string): void => {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};

/** Writes everything on the file system of `directory` through to the disk, in one go. */
export const flushFileSystem = async (directory: string): Promise<void> => {
  const fd = openSync(directory, 'r');
  try {
    await posix().syncFileSystem(fd);
  } finally {
    closeSync(fd);
  }
};
