import { randomUUID } from 'node:crypto';
import { AmiPublisherError, type Clock } from '@ami-publisher/base';
import pMap from 'p-map';
import { BatchedJournal } from './batched-journal.js';
import type { Journal, JournalRecord, JournalStore } from './journal.js';
import {
  checkPublicationId,
  journalDamaged,
  noSuchPublication,
  parseLines,
  publicationExists,
} from './journal-lines.js';
import { type ObjectBucket, putOwn } from './object-bucket.js';
import { acquireObjectLock, type ObjectLock } from './s3-lock.js';

export interface S3JournalStoreOptions {
  readonly bucket: ObjectBucket;
  /** Below which the journals are: empty, or with a slash at its end. */
  readonly prefix: string;
  readonly clock: Clock;
}

/** Segments fetched at once when a journal is read. */
const readConcurrency = 16;

/**
 * Journals in a bucket, for machines whose disk vanishes. S3 cannot append, so a journal is a folder of numbered segments of JSON lines, each
 * written on the condition that it is not there yet. That condition is the fence: whoever takes a journal over first writes an empty segment
 * under the next number, and from then on the predecessor, should it live, cannot write its next record, and without one does nothing.
 */
export class S3JournalStore implements JournalStore {
  readonly #options: S3JournalStoreOptions;

  constructor(options: S3JournalStoreOptions) {
    this.#options = options;
  }

  async create(publicationId: string): Promise<Journal> {
    return this.#hold(publicationId, async (writer) => {
      if (await this.#fence(publicationId, 1, writer)) return { records: [], next: 2 };
      throw publicationExists(publicationId, this.#place);
    });
  }

  async open(publicationId: string): Promise<Journal> {
    // A journal that there is none of must not get a lock.
    await this.#segments(publicationId);
    return this.#hold(publicationId, async (writer) => {
      for (;;) {
        const segments = await this.#segments(publicationId);
        const number = segments.length + 1;
        // A late record of the predecessor may have taken the number; then it has to be read, too.
        if (!(await this.#fence(publicationId, number, writer))) continue;
        return { records: await this.#readSegments(segments), next: number + 1 };
      }
    });
  }

  async read(publicationId: string): Promise<readonly JournalRecord[]> {
    return this.#readSegments(await this.#segments(publicationId));
  }

  async list(): Promise<readonly string[]> {
    const { bucket, prefix } = this.#options;
    return (await bucket.folders(prefix)).sort().reverse();
  }

  /** Writes one object, `doctor`, over what the last check has left. @throws as writing a journal does */
  async checkWritable(): Promise<void> {
    const { bucket, prefix, clock } = this.#options;
    const key = `${prefix}doctor`;
    const found = await bucket.get(key);
    const when = found === undefined ? 'absent' : { etag: found.etag };
    const body = new Date(clock.now()).toISOString();
    // A check at the same time that was faster has written as well.
    await bucket.put({ key, body, writer: randomUUID(), when });
  }

  get #place(): string {
    const { bucket, prefix } = this.#options;
    return `${bucket.name}/${prefix}`;
  }

  async #hold(
    publicationId: string,
    begin: (writer: string) => Promise<{ readonly records: readonly JournalRecord[]; readonly next: number }>,
  ): Promise<Journal> {
    const { bucket, clock } = this.#options;
    const key = this.#key(publicationId, 'lock');
    const writer = randomUUID();
    const lock = await acquireObjectLock({ bucket, key, writer, what: publicationId, clock });
    try {
      const { records, next } = await begin(writer);
      return this.#journal(publicationId, writer, records, next, lock);
    } catch (reason) {
      await lock.release();
      throw reason;
    }
  }

  #journal(
    publicationId: string,
    writer: string,
    records: readonly JournalRecord[],
    next: number,
    lock: ObjectLock,
  ): Journal {
    let number = next;
    const journal = new BatchedJournal({
      publicationId,
      records,
      write: async (lines) => {
        if (!(await this.#writeSegment(publicationId, number, lines, writer))) throw fenced(publicationId);
        number += 1;
      },
      release: () => lock.release(),
    });
    lock.lost.addEventListener('abort', () => journal.break(lock.lost.reason), { once: true });
    return journal;
  }

  /** @returns false if somebody else's segment has the number. */
  async #writeSegment(publicationId: string, number: number, body: string, writer: string): Promise<boolean> {
    const { bucket } = this.#options;
    const key = this.#key(publicationId, segmentName(number));
    return (await putOwn(bucket, { key, body, writer, when: 'absent' })) !== undefined;
  }

  #fence(publicationId: string, number: number, writer: string): Promise<boolean> {
    return this.#writeSegment(publicationId, number, '', writer);
  }

  /**
   * Keys of the segments, in order.
   *
   * @throws `PUBLICATION_NOT_FOUND` if there is none, `JOURNAL_DAMAGED` if one is missing.
   */
  async #segments(publicationId: string): Promise<readonly string[]> {
    const folder = this.#key(publicationId, '');
    const found = new Set(
      (await this.#options.bucket.keys(folder)).filter((key) => segmentPattern.test(key)),
    );
    if (found.size === 0) throw noSuchPublication(publicationId, this.#place);
    const expected = Array.from({ length: found.size }, (_, index) => folder + segmentName(index + 1));
    const missing = expected.find((key) => !found.has(key));
    if (missing === undefined) return expected;
    const place = `${this.#options.bucket.name}/${missing}`;
    throw journalDamaged(`${place} is missing`, place);
  }

  async #readSegments(keys: readonly string[]): Promise<JournalRecord[]> {
    const parts = await pMap(keys, (key) => this.#readSegment(key), { concurrency: readConcurrency });
    return parts.flat();
  }

  async #readSegment(key: string): Promise<readonly JournalRecord[]> {
    const { bucket } = this.#options;
    const place = `${bucket.name}/${key}`;
    const found = await bucket.get(key);
    if (found === undefined) throw journalDamaged(`${place} is missing`, place);
    const { records, length } = parseLines(found.body, place);
    // S3 has objects whole or not at all.
    if (length !== found.body.length) throw journalDamaged(`${place} ends in the middle of a line`, place);
    return records;
  }

  #key(publicationId: string, name: string): string {
    checkPublicationId(publicationId);
    return `${this.#options.prefix}${publicationId}/${name}`;
  }
}

const segmentPattern = /\/\d{6,}\.jsonl$/;
const segmentName = (number: number): string => `${String(number).padStart(6, '0')}.jsonl`;

const fenced = (publicationId: string): AmiPublisherError =>
  new AmiPublisherError('PUBLICATION_LOCKED', {
    message: `another process has taken ${publicationId} over, which this one was too silent to keep`,
    resource: publicationId,
    remedy: 'leave it to that process; nothing more is done here',
  });
