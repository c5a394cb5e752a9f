import { AmiPublisherError } from '@ami-publisher/base';
import type { Journal, JournalRecord, JournalStore } from './journal.js';
import { noSuchPublication, publicationExists } from './journal-lines.js';

const where = 'this process';

/** Journals that end with the process: for tests, and for callers who want no files. */
export class MemoryJournalStore implements JournalStore {
  readonly #journals = new Map<string, JournalRecord[]>();
  readonly #open = new Set<string>();

  async create(publicationId: string): Promise<Journal> {
    if (this.#journals.has(publicationId)) throw publicationExists(publicationId, where);
    this.#journals.set(publicationId, []);
    return this.open(publicationId);
  }

  async open(publicationId: string): Promise<Journal> {
    const records = this.#records(publicationId);
    if (this.#open.has(publicationId)) {
      throw new AmiPublisherError('PUBLICATION_LOCKED', {
        message: `${publicationId} is in use`,
        resource: publicationId,
      });
    }
    this.#open.add(publicationId);
    return {
      publicationId,
      records,
      append: async (record) => {
        records.push(record);
      },
      close: async () => {
        this.#open.delete(publicationId);
      },
    };
  }

  async read(publicationId: string): Promise<readonly JournalRecord[]> {
    return [...this.#records(publicationId)];
  }

  async list(): Promise<readonly string[]> {
    return [...this.#journals.keys()].sort().reverse();
  }

  #records(publicationId: string): JournalRecord[] {
    const records = this.#journals.get(publicationId);
    if (records !== undefined) return records;
    throw noSuchPublication(publicationId, where);
  }
}
