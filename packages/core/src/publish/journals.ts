import { AmiPublisherError, toAmiPublisherError } from '@ami-publisher/base';
import { isOperationId } from '../operations/plan.js';
import type { JournalRecord, JournalStore } from '../steps/journal.js';
import type { PublicationPlan } from './plan.js';
import { type PublicationStatus, publicationStatus } from './status.js';

/** What the journals say about publications; needs no AWS. */
export class PublicationJournals {
  readonly #journals: JournalStore;

  constructor(journals: JournalStore) {
    this.#journals = journals;
  }

  /**
   * Where a publication stands.
   *
   * @throws `PUBLICATION_NOT_FOUND`, `JOURNAL_DAMAGED`.
   */
  async status(publicationId: string): Promise<PublicationStatus> {
    const records = await this.#journals.read(publicationId);
    return publicationStatus(planOf(records, publicationId), records);
  }

  /** All publications that there are journals of, the newest first, and an error for each journal that cannot be read. */
  async list(): Promise<{ readonly found: PublicationStatus[]; readonly damaged: AmiPublisherError[] }> {
    const found: PublicationStatus[] = [];
    const damaged: AmiPublisherError[] = [];
    for (const id of await this.#journals.list()) {
      if (isOperationId(id)) continue;
      try {
        found.push(await this.status(id));
      } catch (reason) {
        damaged.push(toAmiPublisherError(reason));
      }
    }
    return { found, damaged };
  }
}

/**
 * The plan that a journal begins with.
 *
 * @throws `JOURNAL_DAMAGED`
 */
export const planOf = (records: readonly JournalRecord[], publicationId: string): PublicationPlan => {
  const [first] = records;
  if (first?.type === 'publication') return first.plan as PublicationPlan;
  throw new AmiPublisherError('JOURNAL_DAMAGED', {
    message: `the journal of ${publicationId} does not begin with its plan`,
    resource: publicationId,
    remedy: 'nothing was begun under this id; publish again',
  });
};
