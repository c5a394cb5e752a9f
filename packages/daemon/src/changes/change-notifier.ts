/** Tells waiters that something changed, without saying what: they look at the newest snapshot themselves. */
export class ChangeNotifier {
  #version = 0;
  readonly #waiters = new Set<() => void>();

  /** Rises with every change. */
  get version(): number {
    return this.#version;
  }

  notify(): void {
    this.#version++;
    for (const wake of [...this.#waiters]) wake();
  }

  /**
   * Resolves once the version is above `seen`.
   *
   * @throws the signal's reason when it aborts.
   */
  after(seen: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      if (this.#version > seen) {
        resolve();
        return;
      }
      const settle = (end: () => void) => {
        this.#waiters.delete(wake);
        signal.removeEventListener('abort', abort);
        end();
      };
      const wake = () => settle(resolve);
      const abort = () => settle(() => reject(signal.reason));
      this.#waiters.add(wake);
      signal.addEventListener('abort', abort, { once: true });
    });
  }
}
