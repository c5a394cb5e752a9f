import { open } from 'node:fs/promises';
import { AmiPublisherError } from '@ami-publisher/base';
import { posix } from './posix.js';

/** Held until released, or until the process ends in whatever way. */
export interface DirectoryLock {
  release(): Promise<void>;
}

/**
 * Makes this process the only one that works in a directory.
 *
 * @param file in the directory; holds the id of the process that has the lock
 * @param another how to have this process work elsewhere, for the remedy: `give this one another --data-dir`
 * @throws `DIRECTORY_LOCKED` naming the process that has it.
 */
export const lockDirectory = async (
  directory: string,
  file: string,
  another: string,
): Promise<DirectoryLock> => {
  const lock = await open(file, 'a+', 0o600);
  if (posix().tryLock(lock.fd)) {
    await lock.truncate();
    await lock.appendFile(`${process.pid}\n`);
    return { release: () => lock.close() };
  }
  const { buffer, bytesRead } = await lock.read(Buffer.alloc(32), 0, 32, 0);
  await lock.close();
  const holder = buffer.toString('latin1', 0, bytesRead).trim();
  throw new AmiPublisherError('DIRECTORY_LOCKED', {
    message: `${directory} is in use by process ${holder}`,
    resource: directory,
    remedy: `stop that process, or ${another}`,
  });
};
