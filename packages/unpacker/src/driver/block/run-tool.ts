import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { AmiPublisherError } from '@ami-publisher/base';

/** The programs of the host that disks are made with, by the Debian package that has them. */
const packages = {
  mke2fs: 'e2fsprogs',
  e2fsck: 'e2fsprogs',
  resize2fs: 'e2fsprogs',
  sfdisk: 'fdisk',
  partx: 'util-linux',
  wipefs: 'util-linux',
  blkdiscard: 'util-linux',
  fstrim: 'util-linux',
  mount: 'mount',
  umount: 'mount',
  'grub-mkimage': 'grub-common',
  mformat: 'mtools',
  mmd: 'mtools',
  mcopy: 'mtools',
  udevadm: 'udev',
} as const;

export type Tool = keyof typeof packages;

/** Left out on hosts that have no udev. */
const optional: ReadonlySet<Tool> = new Set(['udevadm']);

export interface RunToolOptions {
  /** What it works on, for messages. */
  readonly device: string;
  /** @default 60,000 */
  readonly timeoutMs?: number;
  /** On top of the search path and the C locale. @default nothing */
  readonly environment?: Readonly<Record<string, string>>;
  /** Standard input. @default nothing */
  readonly input?: string;
  readonly signal?: AbortSignal | undefined;
  /** Exit codes that are no failure. @default 0 alone */
  readonly accept?: readonly number[];
}

export interface ToolResult {
  readonly code: number;
  readonly stdout: string;
}

const defaultTimeoutMs = 60_000;
const keptCharacters = 4_000;
/** Where Debian keeps programs for root, which a service's PATH may lack. */
const searchPath = [process.env.PATH, '/usr/sbin', '/usr/bin', '/sbin', '/bin']
  .filter(Boolean)
  .join(delimiter);

/**
 * Runs a program of the host, without a shell.
 *
 * @throws `TOOL_MISSING`; `TOOL_FAILED` with the end of what it printed; `TIMED_OUT`; the signal's reason.
 */
export const runTool = (tool: Tool, args: readonly string[], options: RunToolOptions): Promise<ToolResult> =>
  new Promise((resolve, reject) => {
    const { timeoutMs = defaultTimeoutMs, signal } = options;
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const env = { ...options.environment, PATH: searchPath, LC_ALL: 'C' };
    const child = spawn(tool, args, { env, stdio: 'pipe' });
    let timedOut = false;
    const stop = () => child.kill('SIGKILL');
    const timer = setTimeout(() => {
      timedOut = true;
      stop();
    }, timeoutMs);
    signal?.addEventListener('abort', stop, { once: true });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    }
    // A program that ends without reading its input is no failure of its own.
    child.stdin.on('error', () => {}).end(options.input ?? '');
    const settle = (action: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      action();
    };
    child.on('error', (cause: NodeJS.ErrnoException) =>
      settle(() => reject(cause.code === 'ENOENT' ? missing([tool]) : failed(tool, options, cause.message))),
    );
    child.on('close', (code) =>
      settle(() => {
        if (code !== null && (options.accept ?? [0]).includes(code)) resolve({ code, stdout: output.stdout });
        else if (signal?.aborted) reject(signal.reason);
        else if (timedOut) reject(tookTooLong(tool, options, timeoutMs));
        else reject(failed(tool, options, ending(output.stderr || output.stdout, code)));
      }),
    );
  });

/** Whether a program is installed. */
export const hasTool = async (tool: Tool): Promise<boolean> => {
  for (const folder of searchPath.split(delimiter)) {
    const found = await access(join(folder, tool), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
};

/** @throws `TOOL_MISSING` naming every program that is missing, and the packages to install. */
export const checkTools = async (): Promise<void> => {
  const absent: Tool[] = [];
  for (const tool of Object.keys(packages) as Tool[]) {
    if (!optional.has(tool) && !(await hasTool(tool))) absent.push(tool);
  }
  if (absent.length > 0) throw missing(absent);
};

const ending = (text: string, code: number | null): string => {
  const kept = text.trim().slice(-keptCharacters);
  return kept === '' ? `it ended with ${code === null ? 'a signal' : `code ${code}`} and said nothing` : kept;
};

const missing = (tools: readonly Tool[]): AmiPublisherError =>
  new AmiPublisherError('TOOL_MISSING', {
    message: `${tools.join(', ')} cannot be found on this host`,
    resource: tools.join(', '),
    remedy: `install ${[...new Set(tools.map((tool) => packages[tool]))].join(', ')} (names of Debian packages)`,
  });

const failed = (tool: Tool, { device }: RunToolOptions, text: string): AmiPublisherError =>
  new AmiPublisherError('TOOL_FAILED', {
    message: `${tool} failed on ${device}: ${text}`,
    resource: device,
    remedy: 'check the volume and the log of the kernel (dmesg), then try again',
  });

const tookTooLong = (tool: Tool, { device }: RunToolOptions, timeoutMs: number): AmiPublisherError =>
  new AmiPublisherError('TIMED_OUT', {
    message: `${tool} on ${device} did not end within ${timeoutMs} ms and was killed`,
    resource: device,
    remedy: 'check that the volume answers, then try again',
  });
