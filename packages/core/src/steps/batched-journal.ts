import type { Journal, JournalRecord } from './journal.js';
import { formatLines } from './journal-lines.js';

export interface BatchedJournalOptions {
  readonly publicationId: string;
  /** What there is already. */
  readonly records: readonly JournalRecord[];
  /** Makes lines durable. Called again only when it has resolved; never after it has rejected. */
  readonly write: (lines: string) => Promise<void>;
  /** Lets go of the journal. */
  readonly release: () => Promise<void>;
}

interface Waiting {
  readonly record: JournalRecord;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** A journal whose records share writes: those that arrive while others are being written go together in the next. */
export class BatchedJournal implements Journal {
  readonly publicationId: string;
  readonly records: JournalRecord[];
  readonly #options: BatchedJournalOptions;
  readonly #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #broken: { readonly reason: unknown } | undefined;

  constructor(options: BatchedJournalOptions) {
    this.publicationId = options.publicationId;
    this.records = [...options.records];
    this.#options = options;
  }

  append(record: JournalRecord): Promise<void> {
    this.records.push(record);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record, resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  /** Rejects this and every later record: what a failed write has left is not known, so nothing may come after it. */
  break(reason: unknown): void {
    this.#broken ??= { reason };
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#options.release();
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0);
      try {
        if (this.#broken === undefined)
          await this.#options.write(formatLines(batch.map(({ record }) => record)));
      } catch (reason) {
        this.break(reason);
      }
      for (const { resolve, reject } of batch) {
        if (this.#broken === undefined) resolve();
        else reject(this.#broken.reason);
      }
    }
    // In the same turn as the last look at what waits, so that a record which comes right after begins a new write.
    this.#writing = undefined;
  }
}
