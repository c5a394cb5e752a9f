import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { InstanceProgram, ProgramExit } from './instance-program.js';

/**
 * An instance program: the user data as a process, once for each boot. `poweroff` is one of its own, which stops the instance when the script
 * has ended. The script of `copy-bootstrap-image` is told where disks and console are; others have those of the host.
 */
export const userDataProcess: InstanceProgram = async ({
  directory,
  devicesDirectory,
  consoleFile,
  userData,
}) => {
  const [programs, script, off] = ['bin', 'user-data', 'off'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  await mkdir(programs, { recursive: true });
  await writeFile(join(programs, 'poweroff'), `#!/bin/sh\n: >'${off}'\n`, { mode: 0o755 });
  await writeFile(script, userData?.script ?? '', { mode: 0o700 });
  const child = spawn(script, [], {
    env: {
      ...process.env,
      PATH: [programs, process.env.PATH].join(delimiter),
      COPIER_DISKS: devicesDirectory,
      COPIER_CONSOLE: consoleFile,
    },
    stdio: 'ignore',
    // A group of its own: what the script has started ends with it.
    detached: true,
  });
  const exited = new Promise<ProgramExit>((resolve) => {
    child.once('error', () => resolve({ code: null, signal: null }));
    child.once('close', (code, signal) => {
      resolve({ code, signal });
      if (existsSync(off)) userData?.poweredOff();
    });
  });
  const end = (signal: NodeJS.Signals): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, signal);
  };
  return {
    exited,
    kill: () => end('SIGKILL'),
    stop: async () => {
      end('SIGTERM');
      await exited;
    },
  };
};
