import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const standIn = join(import.meta.dirname, 'session-manager-plugin.mjs');

/** A run of the stand-in, as it wrote it down. */
export interface PluginRun {
  readonly pid: number;
  readonly arguments: readonly string[];
  readonly region: string;
  readonly profile: string;
  readonly endpoint: string;
  readonly target: string;
}

/** The stand-in for session-manager-plugin, installed into a folder. */
export interface InstalledPlugin {
  /** The program. */
  readonly path: string;
  /** Folder for the search path. */
  readonly directory: string;
  /** How it was started, in order; runs that only told the version are left out. */
  runs(): PluginRun[];
}

/** @param failure what it is to end with instead of opening a port */
export const installPlugin = (directory: string, failure = ''): InstalledPlugin => {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'session-manager-plugin');
  const log = join(directory, 'plugin.log');
  const environment = `STAND_IN_LOG='${log}' STAND_IN_FAIL='${failure}'`;
  writeFileSync(path, `#!/bin/sh\n${environment} exec '${process.execPath}' '${standIn}' "$@"\n`, {
    mode: 0o755,
  });
  return {
    path,
    directory,
    runs: () =>
      existsSync(log)
        ? readFileSync(log, 'utf8')
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line) as PluginRun)
        : [],
  };
};

/** Whether a process is there. */
export const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
