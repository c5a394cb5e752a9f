import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { AmiPublisherError } from '@ami-publisher/base';
import type { ProgramExit, RunningProgram } from '../instances/instance-program.js';

export interface DaemonOptions {
  /** For messages, such as `the unpacker of i-0123`. */
  readonly name: string;
  /** JavaScript file that Node runs. */
  readonly script: string;
  readonly arguments: readonly string[];
  /** A program, and its arguments, that runs Node: it has to become it. @default none */
  readonly runner?: readonly string[] | undefined;
  /** Everything that it prints is appended here. */
  readonly logFile: string;
  /** Environment on top of this process's own. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** How long it may take until it listens, in milliseconds. @default 20000 */
  readonly startTimeoutMs?: number | undefined;
  /** How long it may take to end when asked to, in milliseconds; then it is killed. @default 10000 */
  readonly stopTimeoutMs?: number | undefined;
}

/** A daemon that listens. */
export interface Daemon extends RunningProgram {
  /** `host:port`, as the daemon said it. */
  readonly listening: string;
}

const defaultStartTimeoutMs = 60_000;
const defaultStopTimeoutMs = 10_000;

/** How long a daemon whose parent is gone may take to end before it is made to, in milliseconds. */
const orphanTimeoutMs = 10_000;

/**
 * A module that is loaded into every daemon first: its standard input is a pipe from this process, which the kernel closes however this
 * process ends. Daemons need not know of it, and are not kept alive by it.
 */
const endWithParent = `data:text/javascript,${encodeURIComponent(`
  process.stdin.on('end', () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.exit(1), ${orphanTimeoutMs}).unref();
  });
  process.stdin.resume().unref();
`)}`;

/** Arguments for Node that run a script which ends when its standard input closes. */
export const daemonArguments = (script: string, scriptArguments: readonly string[]): string[] => [
  '--import',
  endWithParent,
  script,
  ...scriptArguments,
];

/**
 * Starts a daemon as a process and waits for the line `{"listening": "host:port"}` on its standard output.
 * It ends when this process does, even if that is killed.
 *
 * @throws `DAEMON_FAILED` with the path of its log if it ends or stays silent.
 */
export const startDaemon = async (options: DaemonOptions): Promise<Daemon> => {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, 'a');
  const node = [process.execPath, ...daemonArguments(options.script, options.arguments)];
  const [program = '', ...parameters] = [...(options.runner ?? []), ...node];
  const child = spawn(program, parameters, {
    stdio: ['pipe', 'pipe', log],
    env: { ...process.env, ...options.environment },
  });
  // The pipe breaks when the daemon ends first; its exit is what counts.
  child.stdin?.on('error', () => {});
  const exited = exitOf(child, log);
  try {
    const listening = await firstListening(child, exited, log, options);
    return { listening, exited, kill: () => child.kill('SIGKILL'), stop: () => stop(child, exited, options) };
  } catch (error) {
    child.kill('SIGKILL');
    await exited;
    throw error;
  }
};

const exitOf = async (child: ChildProcess, log: number): Promise<ProgramExit> => {
  const exit = await new Promise<ProgramExit>((resolve) => {
    child.once('error', () => resolve({ code: null, signal: null }));
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  closeSync(log);
  return exit;
};

const stop = async (
  child: ChildProcess,
  exited: Promise<ProgramExit>,
  options: DaemonOptions,
): Promise<void> => {
  const timer = setTimeout(() => child.kill('SIGKILL'), options.stopTimeoutMs ?? defaultStopTimeoutMs);
  child.kill('SIGTERM');
  await exited;
  clearTimeout(timer);
};

/** Every line goes to the log, before and after the one that is waited for. */
const firstListening = (
  child: ChildProcess,
  exited: Promise<ProgramExit>,
  log: number,
  options: DaemonOptions,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const startTimeoutMs = options.startTimeoutMs ?? defaultStartTimeoutMs;
    const timer = setTimeout(
      () => reject(failure(options, `did not listen within ${startTimeoutMs} ms`)),
      startTimeoutMs,
    );
    createInterface({ input: child.stdout! }).on('line', (line) => {
      writeSync(log, `${line}\n`);
      const listening = readListening(line);
      if (listening === undefined) return;
      clearTimeout(timer);
      resolve(listening);
    });
    exited.then(({ code, signal }) => {
      clearTimeout(timer);
      reject(failure(options, `ended with ${signal ?? `exit code ${code}`} before it listened`));
    }, reject);
  });

const readListening = (line: string): string | undefined => {
  const match = /^\s*\{.*"listening"\s*:\s*"([^"]+)".*\}\s*$/.exec(line);
  return match?.[1];
};

const failure = ({ name, logFile, script }: DaemonOptions, what: string): AmiPublisherError =>
  new AmiPublisherError('DAEMON_FAILED', {
    message: `${name} (${script}) ${what}`,
    resource: logFile,
    remedy: `read its log, ${logFile}`,
  });
