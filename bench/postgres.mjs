import { spawn } from 'node:child_process';
import { chown, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { run } from './measure.mjs';

const installed = '/usr/lib/postgresql';

/** Postgres refuses to run as root. */
const unprivileged = async () => {
  if (process.getuid() !== 0) return {};
  const id = async (flag) => Number(await run('id', [flag, 'postgres']));
  return { uid: await id('-u'), gid: await id('-g') };
};

/** Starts the newest Postgres that is installed, on a Unix socket in `directory` and nowhere else, with the settings that it comes with. */
export const startPostgres = async (directory) => {
  const newest = Math.max(...(await readdir(installed)).map(Number));
  const programs = join(installed, String(newest), 'bin');
  const user = await unprivileged();
  const folder = join(directory, 'postgres');
  await mkdir(folder);
  if (user.uid !== undefined) for (const one of [directory, folder]) await chown(one, user.uid, user.gid);
  const data = join(folder, 'data');
  const options = { ...user, cwd: folder };
  await run(join(programs, 'initdb'), ['--pgdata', data, '--username', 'bench', '--auth', 'trust'], options);
  const parameters = ['-D', data, '-k', folder, '-c', 'listen_addresses='];
  const server = spawn(join(programs, 'postgres'), parameters, { ...options, stdio: 'ignore' });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const isReady = () => run(join(programs, 'pg_isready'), ['--host', folder], options).catch(() => undefined);
  for (let tries = 0; (await isReady()) === undefined; tries += 1) {
    if (tries === 100) throw new Error('the Postgres of the benchmark does not start');
    await setTimeout(100);
  }
  return {
    version: newest,
    url: `postgres://bench@${encodeURIComponent(folder)}/postgres`,
    stop: async () => {
      server.kill('SIGINT');
      await ended;
    },
  };
};
