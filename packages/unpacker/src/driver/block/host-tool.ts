import { type ExecFileException, execFile } from 'node:child_process';
import { AmiPublisherError } from '@ami-publisher/base';

/** Programs of the host, and the Debian packages that have them. */
const packages = {
  'grub-mkimage': 'grub-common',
  mcopy: 'mtools',
  mformat: 'mtools',
  mmd: 'mtools',
} as const;

export type HostTool = keyof typeof packages;

export interface RunToolOptions {
  readonly arguments: readonly string[];
  /** The device or file that it works on, for messages. */
  readonly resource: string;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** @default 60,000 */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const defaultTimeoutMs = 60_000;
const shownCharacters = 500;

/** Daemons may run without the folders of administration on their PATH. */
const searchPath = (): string => `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`;

/**
 * Runs a program of the host to its end, in the C locale.
 *
 * @returns its standard output.
 * @throws `TOOL_MISSING` naming the Debian package; `TOOL_FAILED` with the end of what it printed; the signal's reason.
 */
export const runTool = (tool: HostTool, options: RunToolOptions): Promise<string> =>
  new Promise((resolve, reject) => {
    const { environment, signal, timeoutMs = defaultTimeoutMs } = options;
    const settings = {
      env: { ...environment, PATH: searchPath(), LC_ALL: 'C' },
      killSignal: 'SIGKILL',
      timeout: timeoutMs,
      signal,
    } as const;
    execFile(tool, [...options.arguments], settings, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (signal?.aborted) reject(signal.reason);
      else reject(toolError(tool, error, stderr || stdout, options));
    });
  });

const toolError = (
  tool: HostTool,
  error: ExecFileException,
  output: string,
  { resource, timeoutMs = defaultTimeoutMs }: RunToolOptions,
): AmiPublisherError => {
  if (error.code === 'ENOENT') return toolMissing(tool, packages[tool], error);
  const end = error.killed ? `did not end within ${timeoutMs / 1000} s` : 'failed';
  const shown = output.trim().slice(-shownCharacters) || error.message;
  return new AmiPublisherError('TOOL_FAILED', {
    message: `${tool} ${end} on ${resource}: ${shown}`,
    resource,
    cause: error,
  });
};

/** The error of a program, or a file that comes with one, that the host lacks. */
export const toolMissing = (what: string, debianPackage: string, cause?: unknown): AmiPublisherError =>
  new AmiPublisherError('TOOL_MISSING', {
    message: `this host has no ${what}`,
    resource: what,
    remedy: `install it (on Debian: apt-get install ${debianPackage})`,
    cause,
  });
