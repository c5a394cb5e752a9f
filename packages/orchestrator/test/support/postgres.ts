import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const installed = '/usr/lib/postgresql';

/** Folder of the programs of the newest Postgres that is installed. */
export const postgresPrograms = (): string => {
  const versions = readdirSync(installed).map(Number);
  return join(installed, String(Math.max(...versions)), 'bin');
};

export interface Postgres {
  /** URL of a database of that name, made anew. */
  createDatabase(name: string): string;
  stop(): Promise<void>;
}

/** Postgres refuses to run as root. */
const unprivileged = (): { readonly uid?: number; readonly gid?: number } => {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
};

/** Starts a Postgres of its own, on a Unix socket in a temporary folder and nowhere else. */
export const startPostgres = async (programs: string): Promise<Postgres> => {
  const user = unprivileged();
  // A socket's path has room for some hundred bytes.
  const folder = mkdtempSync('/tmp/ami-postgres-');
  if (user.uid !== undefined) execFileSync('chown', [`${user.uid}:${user.gid}`, folder]);
  const data = join(folder, 'data');
  const run = (program: string, ...parameters: string[]) =>
    execFileSync(join(programs, program), parameters, { ...user, cwd: folder, stdio: 'pipe' });
  run('initdb', '--pgdata', data, '--username', 'test', '--auth', 'trust', '--no-sync');
  const server = spawn(
    join(programs, 'postgres'),
    ['-D', data, '-k', folder, '-c', 'listen_addresses=', '-c', 'fsync=off'],
    { ...user, cwd: folder, stdio: 'ignore' },
  );
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const at = ['--host', folder, '--username', 'test'];
  for (let tries = 0; ; tries += 1) {
    try {
      run('pg_isready', ...at);
      break;
    } catch (reason) {
      if (tries === 100) throw reason;
      await setTimeout(50);
    }
  }
  return {
    createDatabase: (name) => {
      run('createdb', ...at, name);
      return `postgres://test@${encodeURIComponent(folder)}/${name}`;
    },
    stop: async () => {
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
};
