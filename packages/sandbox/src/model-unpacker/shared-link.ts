import type { Clock } from '@ami-publisher/base';

interface Transfer {
  /** The value of {@link SharedLink.#received} at which it has all its bytes. */
  readonly endsAt: number;
  readonly end: () => void;
}

/** Floating-point sums are off by less than this. */
const toleranceBytes = 0.5;

const changed = new Error('a transfer came or went');

/** A line whose rate all transfers share evenly at every moment. */
export class SharedLink {
  readonly #clock: Clock;
  readonly #bytesPerMs: number;
  readonly #transfers = new Set<Transfer>();
  /** Bytes that a transfer would have that has been there from the beginning. */
  #received = 0;
  #at = 0;
  #driving = false;
  #changed = new AbortController();

  constructor(clock: Clock, bytesPerSecond: number) {
    this.#clock = clock;
    this.#bytesPerMs = bytesPerSecond / 1000;
  }

  /** Resolves when the bytes have arrived. @throws the signal's reason */
  transfer(bytes: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const leave = () => {
        signal.removeEventListener('abort', onAbort);
        this.#advance();
        this.#transfers.delete(transfer);
        this.#changed.abort(changed);
      };
      const onAbort = () => {
        leave();
        reject(signal.reason);
      };
      this.#advance();
      const transfer = {
        endsAt: this.#received + bytes,
        end: () => {
          leave();
          resolve();
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#transfers.add(transfer);
      this.#changed.abort(changed);
      if (!this.#driving) void this.#drive();
    });
  }

  #advance(): void {
    const now = this.#clock.now();
    if (this.#transfers.size > 0)
      this.#received += ((now - this.#at) * this.#bytesPerMs) / this.#transfers.size;
    this.#at = now;
  }

  async #drive(): Promise<void> {
    this.#driving = true;
    while (this.#transfers.size > 0) {
      this.#advance();
      const reached = this.#received + toleranceBytes;
      for (const transfer of [...this.#transfers]) if (transfer.endsAt <= reached) transfer.end();
      if (this.#transfers.size === 0) break;
      await this.#untilNext();
    }
    this.#driving = false;
  }

  async #untilNext(): Promise<void> {
    const next = Math.min(...[...this.#transfers].map(({ endsAt }) => endsAt));
    const waitMs = ((next - this.#received) * this.#transfers.size) / this.#bytesPerMs;
    this.#changed = new AbortController();
    // A clock of whole milliseconds since 1970 does not notice fractions that are too small.
    await this.#clock.sleep(Math.ceil(waitMs), this.#changed.signal).catch(() => {
      // A transfer came or went, and the next end is at another time.
    });
  }
}
