import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Writes all of the file system that holds `path` to its disk. A process of its own does it (syncfs(2) by way of coreutils): the call takes
 * seconds, and this one has other streams to serve.
 */
export const flushFileSystem = async (path: string): Promise<void> => {
  await run('sync', ['--file-system', path]);
};
