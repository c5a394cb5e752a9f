import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const program = join(import.meta.dirname, 'replica.mjs');

interface Replica {
  readonly process: ChildProcess;
  readonly url: string;
}

/** Servers of one database, as processes. */
export class Replicas {
  readonly #environment: Readonly<Record<string, string>>;
  readonly #replicas: Replica[] = [];
  /** How many have been killed. */
  killed = 0;

  constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
  }

  /** Starts one more; resolves when it serves. */
  async start(): Promise<void> {
    const process_ = spawn(process.execPath, [program], {
      env: { PATH: process.env.PATH, ...this.#environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [url] = (await once(createInterface(process_.stdout), 'line')) as [string];
    this.#replicas.push({ process: process_, url });
  }

  /** URL of one that serves; `choice` is in [0, 1). */
  url(choice: number): string {
    return this.#replicas[Math.floor(choice * this.#replicas.length)]!.url;
  }

  /** Kills one as a failure of its machine would, and starts another. */
  async replace(choice: number): Promise<void> {
    const [replica] = this.#replicas.splice(Math.floor(choice * this.#replicas.length), 1);
    replica!.process.kill('SIGKILL');
    this.killed += 1;
    await this.start();
  }

  async stop(): Promise<void> {
    const ended = this.#replicas.map(({ process: one }) => once(one, 'exit'));
    for (const { process: one } of this.#replicas) one.kill('SIGKILL');
    await Promise.all(ended);
  }
}
