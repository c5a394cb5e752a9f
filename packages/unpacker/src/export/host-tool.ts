import { type ChildProcess, spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { AmiPublisherError, throwIfCancelled } from '@ami-publisher/base';

/** A program of the host, and where it comes from. */
export interface HostTool {
  readonly program: string;
  readonly debianPackage: string;
}

const tailLength = 2_000;

/** Whether a program can be found on the `PATH`. */
export const isInstalled = async ({ program }: HostTool): Promise<boolean> => {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const tries = folders.map((folder) => access(join(folder, program), constants.X_OK));
  return (await Promise.allSettled(tries)).some(({ status }) => status === 'fulfilled');
};

/** A program that runs: its pipes, and how it ends. */
export interface RunningTool {
  readonly child: ChildProcess;
  /**
   * Resolves when the program has ended well.
   *
   * @throws `TOOL_MISSING`, `EXPORT_FAILED` with the end of what it said, or the signal's reason once the program is gone.
   */
  readonly ended: Promise<void>;
}

/** Starts a program with pipes at stdin and stdout. It is killed when the signal aborts. */
export const startTool = (
  tool: HostTool,
  parameters: readonly string[],
  signal: AbortSignal,
): RunningTool => {
  throwIfCancelled(signal);
  const child = spawn(tool.program, parameters, { stdio: ['pipe', 'pipe', 'pipe'] });
  const kill = () => child.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-tailLength);
  });
  // A program that ends early says so by how it ends, not by a broken pipe.
  child.stdin.on('error', () => {});
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', (cause) => reject(missing(tool, cause)));
    child.once('close', (code, killedBy) => {
      signal.removeEventListener('abort', kill);
      if (code === 0) resolve();
      else reject(signal.aborted ? signal.reason : failed(tool, killedBy ?? `exit code ${code}`, said));
    });
  });
  return { child, ended };
};

const missing = ({ program, debianPackage }: HostTool, cause: Error): AmiPublisherError =>
  new AmiPublisherError('TOOL_MISSING', {
    message: `cannot run ${program}: ${cause.message}`,
    resource: program,
    remedy: `install it on the unpacker (Debian package ${debianPackage})`,
    cause,
  });

const failed = ({ program }: HostTool, how: string, said: string): AmiPublisherError =>
  new AmiPublisherError('EXPORT_FAILED', {
    message: `${program} ended with ${how}: ${said.trim() || 'it said nothing'}`,
    resource: program,
  });
