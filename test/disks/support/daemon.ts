import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** A built daemon as a process that a test kills and starts again. */
export class Daemon {
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;
  #log = '';

  private constructor(command: readonly string[]) {
    const [program = '', ...parameters] = command;
    this.#process = spawn(program, parameters, {
      // One thread for file work, so that its calls come in one order.
      env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#ended = once(this.#process, 'exit');
    this.#process.stderr?.on('data', (data) => {
      this.#log += data;
    });
  }

  /** Starts `command`; resolves with its address when it listens. */
  static async start(
    command: readonly string[],
  ): Promise<{ readonly daemon: Daemon; readonly address: string }> {
    const daemon = new Daemon(command);
    const lines = createInterface({ input: daemon.#process.stdout! });
    const first = await Promise.race([once(lines, 'line'), daemon.#ended.then(() => undefined)]);
    if (first === undefined) throw new Error(`the daemon ${daemon.#end()}: ${daemon.#log}`);
    return { daemon, address: JSON.parse(String(first[0])).listening };
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  #end(): string {
    return `ended with ${this.#process.signalCode ?? this.#process.exitCode}`;
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.#process.kill('SIGKILL');
    await this.#ended;
  }
}

/** The command of a built daemon. @throws if it is not built. */
export const builtDaemon = (name: 'unpacker' | 'imageserver'): readonly string[] => {
  const folder = new URL(`../../../packages/${name}/`, import.meta.url).pathname;
  if (!existsSync(`${folder}dist/bin.js`)) throw new Error('build first: pnpm build:js');
  const file = name === 'unpacker' ? 'image-unpacker.js' : 'imageserver.js';
  return [process.execPath, `${folder}bin/${file}`];
};
