import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { type SandboxCloud, type SandboxCloudOptions, startSandboxCloud } from '@ami-publisher/sandbox';
import { policiesFor } from './iam-page.js';

export const root = resolve(import.meta.dirname, '../..');
const bin = join(root, 'packages/cli/bin/ami-publisher.js');

/** What a run of the command line left. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Stdout as JSON. */
  json<T>(): T;
}

/** A run that goes on. */
export interface Running {
  readonly pid: number;
  readonly ended: Promise<Run>;
  /** Stops, continues or kills it. */
  signal(name: NodeJS.Signals): void;
}

/** A sandbox in this process, its daemons as processes, and the built command line to use on it. */
export interface World {
  readonly sandbox: SandboxCloud;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Runs `ami-publisher` to its end. */
  run(...command: string[]): Promise<Run>;
  /** Begins to run it, with another environment on top. */
  start(environment: Readonly<Record<string, string>>, ...command: string[]): Running;
  /** Runs it with another environment on top. */
  runWith(environment: Readonly<Record<string, string>>, ...command: string[]): Promise<Run>;
  /** Runs any program in the same environment. The sandbox lives in this process, so a test must never block it. */
  execute(program: string, ...parameters: string[]): Promise<Run>;
  /** Does the same with another environment on top. */
  executeWith(
    environment: Readonly<Record<string, string>>,
    program: string,
    ...parameters: string[]
  ): Promise<Run>;
  /** Runs it and does something when its stderr shows `when`. */
  whenShown(when: RegExp, act: (pid: number) => void, ...command: string[]): Promise<Run>;
  /** Runs it and interrupts it when its stderr shows `when`. */
  interrupt(when: RegExp, ...command: string[]): Promise<Run>;
  /** Makes a small tree of `files` and adds it as an image. */
  addImage(name: string, files?: Readonly<Record<string, string>>): Promise<string>;
  close(): Promise<void>;
}

export interface WorldOptions extends SandboxCloudOptions {
  /** A command that takes longer hangs; it is ended before its test is, which could not tell what it was doing. @default 170000 */
  readonly patienceMs?: number;
}

/** Starts a world of its own, below a temporary folder. Unless it is given policies, those of docs/iam.md are enforced. */
export const createWorld = async ({
  patienceMs = 170_000,
  ...options
}: WorldOptions = {}): Promise<World> => {
  if (!existsSync(join(root, 'packages/cli/dist/bin.js'))) throw new Error('build first: pnpm build:js');
  const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-e2e-'));
  const sandbox = await startSandboxCloud({
    policies: policiesFor(),
    ...options,
    directory: join(directory, 'sandbox'),
  });
  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: join(directory, 'home'),
    XDG_STATE_HOME: join(directory, 'state'),
    NO_COLOR: '1',
    ...sandbox.environment,
  };
  const begin = (
    program: string,
    parameters: readonly string[],
    extra: Readonly<Record<string, string>> = {},
    watch?: Watch,
  ) => startProcess({ program, parameters, environment: { ...environment, ...extra }, patienceMs, watch });
  const start = (extra: Readonly<Record<string, string>>, command: readonly string[], watch?: Watch) =>
    begin(process.execPath, [bin, ...command], extra, watch);
  const run = (...command: string[]) => start({}, command).ended;
  return {
    sandbox,
    directory,
    environment,
    run,
    start: (extra, ...command) => start(extra, command),
    runWith: (extra, ...command) => start(extra, command).ended,
    execute: (program, ...parameters) => begin(program, parameters).ended,
    executeWith: (extra, program, ...parameters) => begin(program, parameters, extra).ended,
    whenShown: (when, act, ...command) => start({}, command, { when, act }).ended,
    interrupt: (when, ...command) =>
      start({}, command, { when, act: (pid) => process.kill(pid, 'SIGINT') }).ended,
    addImage: async (name, files = { 'etc/os-release': `NAME=${name}\n`, 'usr/bin/true': '#!/bin/sh\n' }) => {
      const tree = join(directory, 'trees', encodeURIComponent(name));
      for (const [path, content] of Object.entries(files)) {
        await mkdir(join(tree, path, '..'), { recursive: true });
        writeFileSync(join(tree, path), content);
        await utimes(join(tree, path), 1_700_000_000, 1_700_000_000.125);
      }
      const { code, stderr } = await run('image', 'add', name, tree);
      if (code !== 0) throw new Error(`image add ${name}: ${stderr}`);
      return tree;
    },
    close: async () => {
      await sandbox.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

interface Watch {
  readonly when: RegExp;
  readonly act: (pid: number) => void;
}

interface Start {
  readonly program: string;
  readonly parameters: readonly string[];
  readonly environment: Record<string, string>;
  readonly patienceMs: number;
  readonly watch: Watch | undefined;
}

const startProcess = ({ program, parameters, environment, patienceMs, watch }: Start): Running => {
  const child = spawn(program, parameters, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const pid = child.pid ?? 0;
  return {
    pid,
    ended: outputOf(child, patienceMs, (shown) => {
      if (!watch?.when.test(shown)) return false;
      watch.act(pid);
      return true;
    }),
    signal: (name) => child.kill(name),
  };
};

/** @param onStderr is given all that was printed so far, until it returns true */
const outputOf = (
  child: ChildProcessByStdio<null, Readable, Readable>,
  patienceMs: number,
  onStderr: (shown: string) => boolean,
): Promise<Run> =>
  new Promise((resolvePromise, reject) => {
    let stdout = '';
    let stderr = '';
    let acted = false;
    const overdue = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${child.spawnargs.join(' ')} did not end: ${stderr}`));
    }, patienceMs);
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      acted = acted || onStderr(stderr);
    });
    child.on('error', (reason) => {
      clearTimeout(overdue);
      reject(reason);
    });
    child.on('close', (code) => {
      clearTimeout(overdue);
      resolvePromise({
        code,
        stdout,
        stderr,
        json: <T>() => {
          if (stdout === '') throw new Error(`no output, exit code ${code}: ${stderr}`);
          return JSON.parse(stdout) as T;
        },
      });
    });
  });

/** What `publish` and `resume` print, as far as tests look at it. */
export interface PrintedResults {
  readonly publicationId: string;
  readonly ok: boolean;
  readonly partial: boolean;
  readonly targets: readonly {
    readonly account: string;
    readonly region: string;
    readonly status: string;
    readonly imageId?: string;
    readonly snapshotId?: string;
    readonly step?: string;
    readonly code?: string;
    readonly message?: string;
    readonly unpack?: { readonly filesWritten: number; readonly bytesFetched: number };
  }[];
}
