import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** Calls that change something on a disk, and those that start a tool which does. */
export const changingCalls = [
  ...['rename', 'renameat', 'renameat2', 'unlink', 'unlinkat', 'rmdir', 'mkdir', 'mkdirat', 'link', 'linkat'],
  ...['symlink', 'symlinkat', 'mknod', 'mknodat', 'fsync', 'fdatasync', 'syncfs', 'ftruncate', 'utimensat'],
  ...['chmod', 'fchmod', 'fchmodat', 'chown', 'fchown', 'lchown', 'fchownat', 'write', 'pwrite64'],
  ...['setxattr', 'lsetxattr', 'fsetxattr', 'lremovexattr', 'ioctl', 'clone', 'clone3', 'vfork'],
] as const;

/** Threads are counted apart by strace: the one that runs JavaScript, and those that do what it does not wait for. */
export type Thread = 'main' | 'others';

/** A call that a daemon has made. */
export interface SystemCall {
  readonly thread: Thread;
  readonly name: string;
  /** How many of the name the thread has made, this one included. */
  readonly count: number;
  /** Its parameters as strace prints them, with the paths of open files. */
  readonly text: string;
}

/** At which call a daemon is to be killed, before it is carried out. */
export type Victim = Pick<SystemCall, 'thread' | 'name' | 'count'>;

/** A process whose calls are recorded. */
export interface Recording {
  /** The calls, when the process has ended or is let go. */
  end(): Promise<SystemCall[]>;
}

const threadsOf = (pid: number): string[] => readdirSync(`/proc/${pid}/task`);

/** @param threads those that count; lines without a number are of the first */
const parse = (log: string, pid: number, threads: readonly string[]): SystemCall[] => {
  const counts = new Map<string, number>();
  return log.split('\n').flatMap((line) => {
    const [, id = threads[0] ?? '', name, text = ''] = /^(?:(\d+) +)?(\w+)\((.*)$/.exec(line) ?? [];
    if (name === undefined || !threads.includes(id)) return [];
    const count = (counts.get(`${id} ${name}`) ?? 0) + 1;
    counts.set(`${id} ${name}`, count);
    return [{ thread: id === `${pid}` ? 'main' : 'others', name, count, text }];
  });
};

/** Attaches strace; resolves when it has all threads. */
const attach = async (processes: readonly string[], flags: readonly string[]) => {
  const pids = processes.flatMap((id) => ['-p', id]);
  const strace = spawn('strace', [...flags, ...pids], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(strace, 'close');
  const lines = createInterface({ input: strace.stderr });
  let attached = 0;
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      if (line.includes('attached')) attached += 1;
      if (attached === processes.length) resolve();
    });
    lines.once('close', () => reject(new Error(`strace could not attach to ${processes.join(' and ')}`)));
  });
  return { strace, ended };
};

/**
 * Records the changing calls of a process by strace; given a victim, kills the process with SIGKILL when it comes to that call. The process
 * should have one thread for file work (UV_THREADPOOL_SIZE=1), so that counts mean the same each time.
 *
 * @param log file that strace writes
 */
export const recordCalls = async (pid: number, log: string, victim?: Victim): Promise<Recording> => {
  const watched = ['-y', '-s', '200', '-o', log, '-e', `trace=${changingCalls.join(',')}`];
  const threads = threadsOf(pid);
  const ofVictim = threads.filter((id) => (victim?.thread === 'main') === (id === `${pid}`));
  const processes = victim === undefined ? [`${pid}`] : ofVictim;
  const kill =
    victim === undefined ? ['-f'] : ['-e', `inject=${victim.name}:signal=KILL:when=${victim.count}`];
  const { strace, ended } = await attach(processes, [...watched, ...kill]);
  return {
    end: async () => {
      strace.kill('SIGINT');
      await ended;
      return parse(readFileSync(log, 'utf8'), pid, victim === undefined ? threads : processes);
    },
  };
};
