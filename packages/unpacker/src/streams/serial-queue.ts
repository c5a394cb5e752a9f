import { AmiPublisherError, throwIfCancelled } from '@ami-publisher/base';

/** Runs the work on one stream one at a time, in the order of asking. */
export class SerialQueue {
  readonly #stream: string;
  #tail: Promise<unknown> = Promise.resolve();
  #closed = false;
  #pending = 0;

  constructor(stream: string) {
    this.#stream = stream;
  }

  /**
   * Runs `task` when all earlier ones have ended. Once it runs, ending early is the task's own affair.
   *
   * @throws the signal's reason, at once, if it aborts while the task waits; `STREAM_NOT_FOUND` if the queue is closed by its turn.
   */
  run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      throwIfCancelled(signal);
      this.#pending++;
      const giveUp = () => reject(signal?.reason);
      signal?.addEventListener('abort', giveUp, { once: true });
      const turn = this.#tail.then(() => {
        signal?.removeEventListener('abort', giveUp);
        throwIfCancelled(signal);
        if (this.#closed) throw this.#gone();
        return task();
      });
      turn.then(resolve, reject);
      this.#tail = turn
        .catch(() => {})
        .then(() => {
          this.#pending--;
        });
    });
  }

  get isIdle(): boolean {
    return this.#pending === 0;
  }

  /** Refuses the tasks that wait, and later ones. */
  close(): void {
    this.#closed = true;
  }

  #gone(): AmiPublisherError {
    return new AmiPublisherError('STREAM_NOT_FOUND', {
      message: `stream ${this.#stream} was forgotten while the call waited for its turn`,
      resource: this.#stream,
      remedy: 'create it again with CreateStream',
    });
  }
}
