import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment of somebody at a shell: without what the package manager that runs the tests adds for scripts. */
export const plainEnvironment: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({ ...process.env, NO_COLOR: '1' }).flatMap(([name, value]) =>
    value === undefined || /^(npm_(?!config_(registry|cache)$)|NODE_OPTIONS$|VITEST)/.test(name)
      ? []
      : [[name, value]],
  ),
);

/** Runs a program in a folder to its end. */
export const run = (
  cwd: string,
  program: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, parameters, {
      cwd,
      env: { ...plainEnvironment, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });

/** A shell that is given one command after the other, as by somebody at a terminal: variables, folders and jobs stay. */
export class Shell {
  readonly #bash: ChildProcessWithoutNullStreams;
  readonly #news = new EventEmitter();
  #stdout = '';
  #stderr = '';
  #commands = 0;

  constructor(cwd: string, environment: Readonly<Record<string, string>>) {
    this.#bash = spawn('bash', ['--noprofile', '--norc', '-s'], {
      cwd,
      env: { ...plainEnvironment, ...environment },
      stdio: 'pipe',
    });
    this.#bash.stdout.on('data', (chunk: Buffer) => {
      this.#stdout += chunk.toString();
      this.#news.emit('news');
    });
    this.#bash.on('close', () => this.#news.emit('news'));
    this.#bash.stderr.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString();
    });
  }

  /**
   * Runs a command to its end, or until it is in the background.
   *
   * @returns what was printed meanwhile
   * @throws if it ends with another code than 0, or takes the shell with it
   */
  async execute(command: string): Promise<Ended> {
    const mark = `-- end of command ${++this.#commands}: `;
    this.#stdout = '';
    this.#stderr = '';
    this.#bash.stdin.write(`{ ${command}\n} < /dev/null\necho "${mark}$?"\n`);
    while (!this.#stdout.includes(`${mark}0\n`)) {
      const failed = new RegExp(`${mark}(\\d+)\n`).exec(this.#stdout);
      if (failed !== null || this.#bash.exitCode !== null)
        throw new Error(
          `${command}: ended with ${failed?.[1] ?? 'its shell'}: ${this.#stdout}${this.#stderr}`,
        );
      await once(this.#news, 'news');
    }
    return { code: 0, stdout: this.#stdout.slice(0, this.#stdout.indexOf(mark)), stderr: this.#stderr };
  }

  /** Ends it, when its jobs have ended. */
  async close(): Promise<void> {
    if (this.#bash.exitCode !== null) return;
    this.#bash.stdin.end('wait\n');
    await once(this.#bash, 'close');
  }
}
