import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { daemonArguments, startDaemon } from '../src/processes/daemon.js';
import { packageBin } from '../src/processes/package-bin.js';
import { eventually } from './support/aws.js';

const script = fileURLToPath(new URL('support/daemon.mjs', import.meta.url));

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('Daemons', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'sandbox-daemon-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const start = (mode: string, options: { startTimeoutMs?: number; stopTimeoutMs?: number } = {}) =>
    startDaemon({
      name: `the ${mode} daemon`,
      script,
      arguments: ['--listen', '127.0.0.1:0', '--mode', mode],
      logFile: join(directory, `${mode}.log`),
      ...options,
    });

  test('A daemon is up when it says where it listens, and everything that it says is in its log', async () => {
    const daemon = await start('good');
    expect(daemon.listening).toMatch(/^127\.0\.0\.1:\d+$/);
    await daemon.stop();
    expect(await daemon.exited).toEqual({ code: null, signal: 'SIGTERM' });
    const log = readFileSync(join(directory, 'good.log'), 'utf8');
    expect(log).toBe(`starting\n{"listening":"${daemon.listening}"}\n`);
  });

  test('[BOX-3] A daemon that ends instead of listening is an error that names its log', async () => {
    const logFile = join(directory, 'broken.log');
    await expect(start('broken')).rejects.toMatchObject({
      code: 'DAEMON_FAILED',
      message: expect.stringMatching(
        /the broken daemon .* ended with exit code 3 before it listened; read its log/,
      ),
      resource: logFile,
    });
    expect(readFileSync(logFile, 'utf8')).toBe('cannot read the configuration\n');
  });

  test('[BOX-3] A daemon that stays silent is killed', async () => {
    await expect(start('silent', { startTimeoutMs: 200 })).rejects.toMatchObject({
      code: 'DAEMON_FAILED',
      message: expect.stringContaining('did not listen within 200 ms'),
    });
  });

  test('[BOX-3] A daemon that ignores the request to stop is killed', async () => {
    const daemon = await start('stubborn', { stopTimeoutMs: 200 });
    await daemon.stop();
    expect(await daemon.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('[BOX-3] A daemon ends when the process that started it is killed', async () => {
    const parent = spawn(
      process.execPath,
      ['--eval', parentProgram, '--', ...daemonArguments(script, ['--listen', '127.0.0.1:0'])],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [first] = await once(createInterface({ input: parent.stdout }), 'line');
    const pid = Number(first);
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await eventually(async () => (isAlive(pid) ? undefined : true));
  });

  test('A command that a package lacks is named', () => {
    expect(() => packageBin('@ami-publisher/imageserver', 'coffee')).toThrow(
      /has no command coffee in .*imageserver; build the workspace/,
    );
  });
});

/** Starts a daemon with a pipe for its standard input, prints its process id once it listens, and stays. */
const parentProgram = `
const child = require('node:child_process').spawn(process.execPath, process.argv.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
child.stdout.once('data', () => console.log(child.pid));
setInterval(() => {}, 1000);
`;
