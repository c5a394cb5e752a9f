import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { AmiPublisherError } from '@ami-publisher/base';
import { missing, searchPath, type Tool } from './tools.js';

/** What to do about a tool that failed, by the code of the error. */
const remedies = {
  TOOL_FAILED: 'check the volume and the log of the kernel (dmesg), then try again',
  EXPORT_FAILED: 'check the volume and the room in the scratch folder, then try again',
} as const;

export interface StartToolOptions {
  /** What it works on, for messages. */
  readonly device: string;
  /** After that long it is killed. @default never */
  readonly timeoutMs?: number;
  /** All that it gets beside the search path and the C locale. @default nothing */
  readonly environment?: Readonly<Record<string, string>>;
  /** Kills it. */
  readonly signal?: AbortSignal | undefined;
  /** Exit codes that are no failure. @default 0 alone */
  readonly accept?: readonly number[];
  /** Code of the error if it fails. @default 'TOOL_FAILED' */
  readonly failure?: keyof typeof remedies;
}

export interface RunToolOptions extends StartToolOptions {
  /** @default 60,000 */
  readonly timeoutMs?: number;
  /** Standard input. @default nothing */
  readonly input?: string;
}

export interface ToolResult {
  readonly code: number;
  readonly stdout: string;
}

/** A program that runs: its pipes, and how it ends. */
export interface RunningTool {
  readonly child: ChildProcessWithoutNullStreams;
  /**
   * Resolves with the exit code when the program has ended well.
   *
   * @param stdout what it printed, for programs that tell there what is wrong
   * @throws `TOOL_MISSING`; `TOOL_FAILED`, or as `failure` says, with the end of what it said; `TIMED_OUT`; the signal's reason once it is gone.
   */
  readonly ended: (stdout?: () => string) => Promise<number>;
}

const defaultTimeoutMs = 60_000;
const keptCharacters = 4_000;

/**
 * Starts a program of the host, without a shell, with pipes at its standard streams.
 *
 * @throws the signal's reason if it has aborted.
 */
export const startTool = (
  tool: Tool,
  parameters: readonly string[],
  options: StartToolOptions,
): RunningTool => {
  options.signal?.throwIfAborted();
  const env = { ...options.environment, PATH: searchPath(), LC_ALL: 'C' };
  const child = spawn(tool, parameters, { env, stdio: 'pipe' });
  // A program that ends without reading its input says so by how it ends, not by a broken pipe.
  child.stdin.on('error', () => {});
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-keptCharacters);
  });
  const exit = exitOf(child, tool, options);
  // Heard of by whoever asks how it ended.
  exit.catch(() => {});
  const ended = async (stdout = () => ''): Promise<number> => {
    const { code, stopped } = await exit;
    if (code !== null && (options.accept ?? [0]).includes(code)) return code;
    throw stopped ?? failed(tool, options, ending(said || stdout(), code));
  };
  return { child, ended };
};

/**
 * Runs a program of the host to its end, without a shell.
 *
 * @throws `TOOL_MISSING`; `TOOL_FAILED` with the end of what it printed; `TIMED_OUT`; the signal's reason.
 */
export const runTool = async (
  tool: Tool,
  parameters: readonly string[],
  { input = '', ...options }: RunToolOptions,
): Promise<ToolResult> => {
  const { child, ended } = startTool(tool, parameters, { timeoutMs: defaultTimeoutMs, ...options });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stdin.end(input);
  return { code: await ended(() => stdout), stdout };
};

interface Exit {
  /** Null after a signal. */
  readonly code: number | null;
  /** Why it was killed, if it was. */
  readonly stopped: unknown;
}

const exitOf = (
  child: ChildProcessWithoutNullStreams,
  tool: Tool,
  options: StartToolOptions,
): Promise<Exit> => {
  const { timeoutMs, signal } = options;
  let stopped: unknown;
  const stop = (reason: unknown) => {
    stopped ??= reason;
    child.kill('SIGKILL');
  };
  const abort = () => stop(signal?.reason);
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => stop(tookTooLong(tool, options, timeoutMs)), timeoutMs);
  signal?.addEventListener('abort', abort, { once: true });
  return new Promise<Exit>((resolve, reject) => {
    child.once('error', (cause: NodeJS.ErrnoException) =>
      reject(cause.code === 'ENOENT' ? missing([tool], cause) : failed(tool, options, cause.message)),
    );
    child.once('close', (code) => resolve({ code, stopped }));
  }).finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  });
};

const ending = (text: string, code: number | null): string => {
  const kept = text.trim().slice(-keptCharacters);
  return kept === '' ? `it ended with ${code === null ? 'a signal' : `code ${code}`} and said nothing` : kept;
};

const failed = (
  tool: Tool,
  { device, failure = 'TOOL_FAILED' }: StartToolOptions,
  text: string,
): AmiPublisherError =>
  new AmiPublisherError(failure, {
    message: `${tool} failed on ${device}: ${text}`,
    resource: device,
    remedy: remedies[failure],
  });

const tookTooLong = (tool: Tool, { device }: StartToolOptions, timeoutMs: number): AmiPublisherError =>
  new AmiPublisherError('TIMED_OUT', {
    message: `${tool} on ${device} did not end within ${timeoutMs} ms and was killed`,
    resource: device,
    remedy: 'check that the volume answers, then try again',
  });
