import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { userDataProcess } from './user-data-process.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'user-data-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const boot = async (script: string) => {
  const poweredOff = vi.fn();
  const consoleFile = join(directory, 'console');
  const program = await userDataProcess({
    ...{ account: '111111111111', region: 'us-east-1', instanceId: 'i-1', address: '127.0.0.1', directory },
    devicesDirectory: join(directory, 'devices'),
    consoleFile,
    userData: { script, poweredOff },
  });
  return { consoleFile, poweredOff, program };
};

describe('user data', () => {
  it('[RUN-5] is run as a process that knows its disks and its console, and switches the machine off', async () => {
    const { consoleFile, poweredOff, program } = await boot(
      '#!/bin/sh\necho "disks: $COPIER_DISKS" >>"$COPIER_CONSOLE"\npoweroff\n',
    );
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect(readFileSync(consoleFile, 'utf8')).toBe(`disks: ${join(directory, 'devices')}\n`);
    expect(poweredOff).toHaveBeenCalledOnce();
  });

  it('leaves the machine on if it ends without `poweroff`', async () => {
    const { poweredOff, program } = await boot('#!/bin/sh\nexit 3\n');
    expect(await program.exited).toEqual({ code: 3, signal: null });
    expect(poweredOff).not.toHaveBeenCalled();
  });

  it('ends with all that it has started when the machine is stopped', async () => {
    const started = join(directory, 'started');
    const { program } = await boot(`#!/bin/bash\nsleep 600 &\necho $! >'${started}'\nwait\n`);
    await expect.poll(() => existsSync(started) && readFileSync(started, 'utf8') !== '').toBe(true);
    const pid = Number(readFileSync(started, 'utf8'));
    await program.stop();
    await expect.poll(() => isAlive(pid)).toBe(false);
  });
});

/** A process that has ended stays in the table until its parent, here process 1, has noticed. */
const isAlive = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};
