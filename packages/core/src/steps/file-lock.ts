import { open, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { AmiPublisherError } from '@ami-publisher/base';

interface Holder {
  readonly pid: number;
  readonly host: string;
}

/**
 * Takes a lock file for this process. One that a dead process of this machine left is taken over; one of another machine never is.
 *
 * @param what for the message.
 * @throws `PUBLICATION_LOCKED` naming the holder.
 */
export const lockFile = async (path: string, what: string): Promise<{ release(): Promise<void> }> => {
  if (!(await create(path))) {
    const holder = await readHolder(path);
    if (holder !== undefined && isAlive(holder)) throw locked(what, holder);
    await takeOver(path);
    if (!(await create(path))) throw locked(what, await readHolder(path));
  }
  return { release: () => rm(path, { force: true }) };
};

const create = async (path: string): Promise<boolean> => {
  try {
    const handle = await open(path, 'wx', 0o600);
    try {
      await handle.writeFile(JSON.stringify({ pid: process.pid, host: hostname() } satisfies Holder));
    } finally {
      await handle.close();
    }
    return true;
  } catch (reason) {
    if ((reason as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw reason;
  }
};

/** Of several that find the same stale lock only one can rename it away. */
const takeOver = async (path: string): Promise<void> => {
  const aside = `${path}.${process.pid}`;
  await rename(path, aside).catch(ignoreMissing);
  await rm(aside, { force: true });
};

const readHolder = async (path: string): Promise<Holder | undefined> => {
  const text = await readFile(path, 'utf8').catch(ignoreMissing);
  try {
    return text ? (JSON.parse(text) as Holder) : undefined;
  } catch {
    // Cut short by a crash while it was written.
    return undefined;
  }
};

const ignoreMissing = (reason: NodeJS.ErrnoException): undefined => {
  if (reason.code !== 'ENOENT') throw reason;
  return undefined;
};

const isAlive = (holder: Holder): boolean => {
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (reason) {
    return (reason as NodeJS.ErrnoException).code === 'EPERM';
  }
};

const locked = (what: string, holder: Holder | undefined): AmiPublisherError =>
  new AmiPublisherError('PUBLICATION_LOCKED', {
    message: `${what} is being worked on by ${holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`}`,
    resource: what,
    remedy: 'wait for it to end, or stop it',
  });
