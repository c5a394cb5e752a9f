import { AmiPublisherError } from '@ami-publisher/base';
import type { Journal, JournalRecord, JournalStore } from '../../src/steps/journal.js';
import { MemoryJournalStore } from '../../src/steps/memory-journal.js';

/** Journals of a process that dies at a record: what it would write after that is lost, and its signal aborts. */
export class MortalJournalStore implements JournalStore {
  readonly #store = new MemoryJournalStore();
  #dies: ((record: JournalRecord) => boolean) | undefined;
  #death = new AbortController();

  /** Has the process die as soon as such a record is written. @returns the signal of the process */
  dieAt(dies: (record: JournalRecord) => boolean): AbortSignal {
    this.#dies = dies;
    this.#death = new AbortController();
    return this.#death.signal;
  }

  /** Another process takes over. */
  revive(): void {
    this.#dies = undefined;
    this.#death = new AbortController();
  }

  async create(publicationId: string): Promise<Journal> {
    return this.#mortal(await this.#store.create(publicationId));
  }

  async open(publicationId: string): Promise<Journal> {
    return this.#mortal(await this.#store.open(publicationId));
  }

  read(publicationId: string): Promise<readonly JournalRecord[]> {
    return this.#store.read(publicationId);
  }

  list(): Promise<readonly string[]> {
    return this.#store.list();
  }

  #mortal(journal: Journal): Journal {
    const death = this.#death;
    return {
      publicationId: journal.publicationId,
      records: journal.records,
      append: async (record) => {
        if (death.signal.aborted) return;
        await journal.append(record);
        if (this.#dies?.(record)) death.abort(new AmiPublisherError('CANCELLED', { message: 'died' }));
      },
      close: () => journal.close(),
    };
  }
}
