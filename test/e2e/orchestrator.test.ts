import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const program = join(import.meta.dirname, '../../packages/orchestrator/bin/ami-orchestrator.js');
const directory = mkdtempSync(join(tmpdir(), 'ami-orchestrator-e2e-'));
afterAll(() => rmSync(directory, { recursive: true }));

const run = async (...parameters: string[]): Promise<string> => {
  const database = ['--data-dir', directory];
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...parameters, ...database]);
  return stdout.trim();
};

/** Runs `work` while the server serves. */
const whileServing = async (work: (url: string) => Promise<void>): Promise<string> => {
  const parameters = [
    program,
    'serve',
    '--data-dir',
    directory,
    '--listen',
    '127.0.0.1:0',
    '--log-level',
    'debug',
  ];
  const server = spawn(process.execPath, parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  server.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const [line] = (await once(createInterface(server.stdout), 'line')) as [string];
  const ended = once(server, 'exit');
  try {
    await work(`http://${JSON.parse(line).listening}`);
  } finally {
    server.kill('SIGTERM');
    await ended;
  }
  expect(server.exitCode).toBe(0);
  return log;
};

describe('ami-orchestrator', () => {
  it('[W-S9] [W-S10] makes keys that the server takes, logs none of them, and lists them without their secrets', async () => {
    const key = await run('keys', 'create', '--name', 'ci', '--roles', 'requester,qa', '--expires-days', '1');
    expect(key).toMatch(/^[A-Za-z0-9]{40}$/);
    const log = await whileServing(async (url) => {
      const status = (name: string) =>
        fetch(`${url}/ami-creation/lifecycles/status`, { headers: { 'x-api-key': name } });
      expect((await status(key)).status).toBe(200);
      expect((await status(key.slice(1))).status).toBe(401);
      await expect(run('keys', 'list')).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining('is in use by process'),
      });
    });
    expect(log).toContain('/ami-creation/lifecycles/status');
    expect(log).not.toContain(key.slice(1));
    await run('keys', 'revoke', '--name', 'ci');
    const listed = await run('keys', 'list');
    expect(JSON.parse(listed)).toMatchObject({ name: 'ci', roles: ['requester', 'qa'], usable: false });
    expect(listed).not.toContain(key.slice(10));
  });

  it.each([
    [['keys', 'create', '--name', 'x'], 'to be given, or --operations'],
    [
      ['keys', 'create', '--name', 'x', '--roles', 'boss'],
      'expected `--roles` to be of requester, qa, approver',
    ],
    [['keys', 'create', '--roles', 'qa'], 'expected `--name`'],
    [['migrate', '--database-url', 'postgres://x'], 'got both'],
  ])('refuses %j with status 2', async (parameters, message) => {
    await expect(run(...parameters)).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining(message),
    });
  });
});
