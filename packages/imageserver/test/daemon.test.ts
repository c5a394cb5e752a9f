import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { collect, listening, spawnDaemon } from './support/process.js';
import { connect } from './support/server.js';
import { temporaryDirectory } from './support/temporary-directory.js';

const run = async (args: readonly string[]) => {
  const child = spawnDaemon(args);
  const [stdout, stderr, [code]] = await Promise.all([
    collect(child.stdout!),
    collect(child.stderr!),
    once(child, 'exit'),
  ]);
  return { stdout, stderr, code: code as number };
};

describe('the imageserver command', () => {
  it('says where it listens, answers, and ends with status 0 on SIGTERM', async () => {
    const daemon = spawnDaemon(['--data-dir', temporaryDirectory(), '--listen', '127.0.0.1:0', '--insecure']);
    const address = await listening(daemon);

    expect(await connect(address).client.listStreams({})).toEqual({ streams: [] });
    daemon.kill('SIGTERM');

    expect(await once(daemon, 'exit')).toEqual([0, null]);
  });

  it('refuses a directory in which another one works', async () => {
    const data = temporaryDirectory();
    const first = spawnDaemon(['--data-dir', data, '--listen', '127.0.0.1:0', '--insecure']);
    await listening(first);

    const second = await run(['--data-dir', data, '--listen', '127.0.0.1:0', '--insecure']);

    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`${data} is in use by process `);
    expect(second.stdout).toBe('');
  });

  it('teaches by its help', async () => {
    const { stdout, code } = await run(['--help']);

    expect(code).toBe(0);
    expect(stdout).toContain('imageserver --data-dir ./images --insecure');
  });

  it.each([
    [['--listen', 'nowhere'], 'expected `--listen` to be HOST:PORT, got "nowhere"'],
    [[], 'expected `--ca`, `--cert` and `--key`, or `--insecure`'],
    [['--insecure', '--listen', '0.0.0.0:0'], 'refusing to listen in plain text'],
  ])('ends with status 2 for the flags %j', async (flags, message) => {
    const { stderr, code } = await run(['--data-dir', temporaryDirectory(), ...flags]);

    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});
