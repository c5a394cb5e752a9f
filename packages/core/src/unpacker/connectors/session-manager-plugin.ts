import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { AmiPublisherError } from '@ami-publisher/base';
import { childEnvironment } from '../../defaults.js';

/** The program's name on the path, wherever it comes from. */
export const pluginCommand = 'session-manager-plugin';

/** Up to this version the plugin takes the session's token as an argument only, where every user of the machine can read it. */
const lastUnsafeVersion = [1, 2, 497, 0];
const versionTimeoutMs = 10_000;
/** The plugin takes the answer of StartSession from a variable whose name, with this beginning, is its first argument. */
const responseVariable = 'AWS_SSM_START_SESSION_RESPONSE';

/** A session as `ssm:StartSession` answers it, and how it was asked for. */
export interface PluginSession {
  readonly response: { readonly SessionId: string; readonly StreamUrl: string; readonly TokenValue: string };
  readonly region: string;
  /** Whose credentials the plugin uses to take up a session again whose connection broke. */
  readonly profile: string | undefined;
  readonly instanceId: string;
  /** URL of Systems Manager. */
  readonly endpoint: string;
}

/** A plugin that runs. */
export interface RunningPlugin {
  /** Resolves when the plugin listens. @throws {Error} if it ends before */
  readonly port: Promise<number>;
  /** Aborts when it has ended. */
  readonly ended: AbortSignal;
  /** The last line that it printed; it prints why it ends. */
  lastWords(): string;
  stop(): void;
  kill(): void;
}

/** @throws `TOOL_MISSING` if the plugin is not there, or too old to be given a token safely. */
export const checkPlugin = async (command: string): Promise<void> => {
  const version = await promisify(execFile)(command, ['--version'], { timeout: versionTimeoutMs }).then(
    ({ stdout }) => stdout.trim(),
    (cause: unknown) => {
      throw unusable(command, 'cannot be run', cause);
    },
  );
  if (!/^\d+(\.\d+){3}$/.test(version))
    throw unusable(command, `has no version that can be read (${version.slice(0, 40)})`);
  if (!isNewer(version.split('.').map(Number), lastUnsafeVersion)) {
    throw unusable(
      command,
      `is of version ${version}, which can only be given secrets where others see them`,
    );
  }
};

const isNewer = (version: readonly number[], than: readonly number[]): boolean => {
  const index = version.findIndex((part, at) => part !== than[at]);
  return index >= 0 && version[index]! > than[index]!;
};

const unusable = (command: string, what: string, cause?: unknown): AmiPublisherError =>
  new AmiPublisherError('TOOL_MISSING', {
    message: `connector ssm needs the Session Manager plugin, but ${command} ${what}`,
    resource: command,
    remedy: `install session-manager-plugin, newer than ${lastUnsafeVersion.join('.')}, on this machine (https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html), or choose another connector`,
    cause,
  });

/** Plugins that run, to be ended with this process: they are out of reach of the terminal's Ctrl-C. */
const running = new Set<ChildProcess>();
const killAll = () => {
  for (const child of running) child.kill('SIGKILL');
};

/**
 * Starts the plugin, which opens a port on 127.0.0.1. Its arguments are those that the AWS CLI gives it, and no shell reads them. It runs
 * in a process group of its own: at Ctrl-C the publisher still has to end its work through it.
 */
export const startPlugin = (command: string, session: PluginSession): RunningPlugin => {
  const { response, region, profile = '', instanceId, endpoint } = session;
  const request = JSON.stringify({ Target: instanceId });
  const child = spawn(command, [responseVariable, region, 'StartSession', profile, request, endpoint], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: childEnvironment({
      [responseVariable]: JSON.stringify(response),
      SSM_PLUGIN_LOCAL_HOST: '127.0.0.1',
    }),
  });
  if (running.size === 0) process.once('exit', killAll);
  running.add(child);
  const ended = new AbortController();
  let lastLine = '';
  const end = (how: string) => {
    running.delete(child);
    if (running.size === 0) process.off('exit', killAll);
    lastLine ||= how;
    ended.abort();
  };
  child.once('error', (error) => end(error.message));
  child.once('close', (code, signal) => end(`it ended with ${signal ?? `exit code ${code}`}`));
  const port = new Promise<number>((resolve, reject) => {
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on('line', (line) => {
        if (line.trim() !== '') lastLine = line.trim();
        const opened = /^Port (\d+) opened for sessionId /.exec(line);
        if (opened !== null) resolve(Number(opened[1]));
      });
    }
    ended.signal.addEventListener('abort', () => reject(new Error(lastLine)), { once: true });
  });
  return {
    port,
    ended: ended.signal,
    lastWords: () => lastLine,
    stop: () => child.kill('SIGTERM'),
    kill: () => child.kill('SIGKILL'),
  };
};
