import { spawn } from 'node:child_process';

/** A script, and where it runs. */
export interface ShellRun {
  /** Lines of a POSIX shell. */
  readonly script: string;
  /** The folder that is `/` to the script; undefined for the file system of this machine. */
  readonly root: string | undefined;
  /** Working directory, as the script sees it. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** After this it is killed with all that it started, ms. */
  readonly timeoutMs: number;
  /** Ends it at once. */
  readonly signal: AbortSignal;
}

/** How a script ended. */
export interface ShellResult {
  /** Its exit code, 128 and the number of the signal that ended it, or 127 where it could not be started. */
  readonly exitCode: number;
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** What AWS keeps of each. */
const keptStdout = 24_000;
const keptStderr = 8_000;
const killedCode = 137;

/** Runs a script in process and mount namespaces of its own, so that whatever it starts ends with it. */
export const runShell = ({
  script,
  root,
  directory,
  environment,
  timeoutMs,
  signal,
}: ShellRun): Promise<ShellResult> =>
  new Promise((resolve) => {
    const timeLimit = AbortSignal.timeout(timeoutMs);
    const program = spawn(
      'unshare',
      [...namespaces(root), `--wd=${directory}`, '--', '/bin/sh', '-c', script],
      {
        env: environment,
        stdio: ['ignore', 'pipe', 'pipe'],
        killSignal: 'SIGKILL',
        signal: AbortSignal.any([signal, timeLimit]),
      },
    );
    const output = { stdout: '', stderr: '' };
    const end = (exitCode: number) => resolve({ exitCode, timedOut: timeLimit.aborted, ...output });
    program.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.stdout = (output.stdout + text).slice(0, keptStdout);
    });
    program.stderr.setEncoding('utf8').on('data', (text: string) => {
      output.stderr = (output.stderr + text).slice(0, keptStderr);
    });
    program.once('error', (error) => {
      if (program.pid !== undefined) return;
      output.stderr = error.message;
      end(127);
    });
    program.once('close', (code) => end(code ?? killedCode));
  });

/** A user other than root gets the right to change the root folder in a user namespace. */
const namespaces = (root: string | undefined): string[] => [
  ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
  ...['--mount', '--pid', '--fork', '--kill-child'],
  ...(root === undefined ? [] : [`--root=${root}`]),
];
