import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runTool } from './run-tool.js';
import { checkTools } from './tools.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ami-publisher-tools-'));
  vi.stubEnv('PATH', [folder, process.env.PATH].join(delimiter));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Puts a script in the place of a tool. */
const install = (name: string, script: string): void => {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
};
const device = '/dev/none';

describe('a program of the host', () => {
  it('gets its input and arguments as they are, and an environment of its own', async () => {
    vi.stubEnv('SECRET', 'kept');
    install('partx', 'printf "%s|" "$@" "$SECRET" "$LC_ALL" "$MORE" "$(cat)"; exit 1');
    const environment = { MORE: 'more' };
    const given = { device, input: 'line', environment, accept: [0, 1] };
    expect(await runTool('partx', ['a b', '$(x)'], given)).toEqual({
      code: 1,
      stdout: 'a b|$(x)||C|more|line|',
    });
  });

  it.each([
    ['its standard error', 'echo nothing; echo broken >&2; exit 4', 'partx failed on /dev/none: broken'],
    ['its output, if that is all there is', 'echo broken; exit 4', 'partx failed on /dev/none: broken'],
    [
      'its status, if it said nothing',
      'exit 4',
      'partx failed on /dev/none: it ended with code 4 and said nothing',
    ],
  ])('[U59] that fails is known by %s', async (_what, script, message) => {
    install('partx', script);
    await expect(runTool('partx', [], { device })).rejects.toMatchObject({
      code: 'TOOL_FAILED',
      resource: device,
      message: expect.stringContaining(message),
    });
  });

  it('is killed when its time is over, or when nobody wants it any more', async () => {
    install('partx', 'exec sleep 60');
    await expect(runTool('partx', [], { device, timeoutMs: 20 })).rejects.toMatchObject({
      code: 'TIMED_OUT',
    });
    const stop = new AbortController();
    const running = runTool('partx', [], { device, signal: stop.signal });
    stop.abort('not wanted');
    await expect(running).rejects.toBe('not wanted');
    await expect(runTool('partx', [], { device, signal: stop.signal })).rejects.toBe('not wanted');
  });

  it('that is not there is named with its package, together with all others', async () => {
    vi.stubEnv('PATH', folder);
    install('zstd', '');
    await expect(checkTools(['zstd'])).resolves.toBeUndefined();
    await expect(runTool('qemu-img', [], { device })).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      message: expect.stringContaining('install the Debian package qemu-utils on the unpacker'),
    });
    await expect(checkTools(['zstd', 'qemu-img', 'udevadm', 'grub-mkimage'])).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      message: expect.stringMatching(/^qemu-img, udevadm, grub-mkimage cannot .*packages qemu-utils, udev,/s),
    });
  });
});
