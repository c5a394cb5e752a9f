import { SerialQueue } from './serial-queue.js';

/** One queue for each stream: work on one stream is serial, different streams go on side by side. */
export class StreamQueues {
  readonly #queues = new Map<string, SerialQueue>();

  run<T>(stream: string, task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    let queue = this.#queues.get(stream);
    if (queue === undefined) {
      queue = new SerialQueue(stream);
      this.#queues.set(stream, queue);
    }
    return queue.run(task, signal);
  }

  /** Whether nothing runs or waits for a stream. */
  isIdle(stream: string): boolean {
    return this.#queues.get(stream)?.isIdle ?? true;
  }

  /** Refuses what still waits for a stream that is gone; a stream of that name made later begins afresh. */
  close(stream: string): void {
    this.#queues.get(stream)?.close();
    this.#queues.delete(stream);
  }
}
