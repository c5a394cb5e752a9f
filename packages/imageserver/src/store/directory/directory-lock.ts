import { closeSync, openSync } from 'node:fs';
import { AmiPublisherError } from '@ami-publisher/base';
import { posix } from '@ami-publisher/image';

/**
 * Makes this process the only one that works in a directory, for as long as it lives.
 *
 * @returns what gives the lock back.
 * @throws `DIRECTORY_LOCKED` if another process has it.
 */
export const lockDirectory = (lockFile: string, directory: string): (() => void) => {
  const fd = openSync(lockFile, 'a', 0o600);
  if (posix().tryLock(fd)) return () => closeSync(fd);
  closeSync(fd);
  throw new AmiPublisherError('DIRECTORY_LOCKED', {
    message: `another image server works in ${directory}`,
    resource: directory,
    remedy: 'stop it, or give this one another --data-dir',
  });
};
