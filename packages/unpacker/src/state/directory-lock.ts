import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { AmiPublisherError } from '@ami-publisher/base';
import { posix } from '@ami-publisher/image';

/** Held until released, or until the process ends in whatever way. */
export interface DirectoryLock {
  release(): Promise<void>;
}

/**
 * Makes this process the only one that works on a folder.
 *
 * @throws `DIRECTORY_LOCKED` naming the process that holds it.
 */
export const lockDirectory = async (directory: string): Promise<DirectoryLock> => {
  const path = join(directory, 'lock');
  const file = await open(path, 'a+', 0o600);
  if (posix().tryLock(file.fd)) {
    await file.truncate();
    await file.appendFile(`${process.pid}\n`);
    return { release: () => file.close() };
  }
  const { buffer, bytesRead } = await file.read(Buffer.alloc(32), 0, 32, 0);
  await file.close();
  const holder = buffer.toString('latin1', 0, bytesRead).trim();
  throw new AmiPublisherError('DIRECTORY_LOCKED', {
    message: `${directory} is in use by process ${holder}`,
    resource: directory,
    remedy: 'stop that daemon, or give this one a state directory of its own (--state-dir)',
  });
};
