import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './world.js';

const program = join(root, '.venv/bin/moto_server');
const startTimeoutMs = 60_000;

/** A server of moto, which knows nothing of us. */
export interface Moto {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Starts moto on a port of 127.0.0.1 that is free. */
export const startMoto = async (): Promise<Moto> => {
  if (!existsSync(program)) throw new Error('install moto first: scripts/ci-packages');
  const child = spawn(program, ['--host', '127.0.0.1', '--port', '0'], {
    env: { PATH: process.env.PATH ?? '', MOTO_EC2_LOAD_DEFAULT_AMIS: 'false' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  try {
    return { endpoint: await endpointOf(child), close };
  } catch (error) {
    await close();
    throw error;
  }
};

/** What the server says when it listens. */
const endpointOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = '';
    const fail = (why: string) => reject(new Error(`moto ${why}: ${said}`));
    const timer = setTimeout(() => fail(`is not up after ${startTimeoutMs} ms`), startTimeoutMs);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`ended with ${code}`));
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const endpoint = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1];
      if (endpoint === undefined) return;
      clearTimeout(timer);
      resolve(endpoint);
    });
  });
