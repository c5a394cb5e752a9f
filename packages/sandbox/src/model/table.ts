import type { Clock } from '@ami-publisher/base';
import { type Lag, noLag } from '../visibility/lag.js';

/** What every kind of resource has. */
export interface Resource {
  readonly id: string;
  readonly tags: ReadonlyMap<string, string>;
}

interface FormerTags {
  readonly tags: Resource['tags'];
  readonly changedAt: number;
}

interface Row<R> {
  readonly sequence: number;
  /** When it was made, in milliseconds since the epoch; `-Infinity` for what was always there. */
  readonly madeAt: number;
  record: R;
  /** Until then its id is NotFound. */
  concealedUntil: number;
  /** Oldest first. */
  formerTags: readonly FormerTags[];
}

/** A record with its place in the order of all. */
export interface Listed<R> {
  readonly sequence: number;
  readonly record: R;
}

/** Lag of tags is over long before that many changes. */
const maxFormerTags = 20;

/**
 * The resources of one kind in one account and region. Records are immutable and change only through here, so that this is the one place
 * where a change can be seen late. Without a {@link Lag}, everything is told as it is.
 */
export class Table<R extends Resource> {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #rows = new Map<string, Row<R>>();
  readonly #removed = new Set<string>();
  readonly #bin = new Map<string, R>();
  #sequence = 0;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  insert(record: R): R {
    return this.#insert(record, this.#clock.now());
  }

  /** Inserts a record that callers see at once, whatever the lag. */
  insertSettled(record: R): R {
    return this.#insert(record, Number.NEGATIVE_INFINITY);
  }

  get(id: string): R | undefined {
    return this.#rows.get(id)?.record;
  }

  /** Whether a call may name the id of a record that exists. */
  isUsable(id: string, { directMs }: Pick<Lag, 'directMs'>): boolean {
    const row = this.#rows.get(id);
    const now = this.#clock.now();
    return row === undefined || (now - row.madeAt >= directMs && now >= row.concealedUntil);
  }

  /** Makes the id unusable for that many milliseconds. */
  conceal(id: string, ms: number): void {
    const row = this.#rows.get(id);
    if (row !== undefined) row.concealedUntil = this.#clock.now() + ms;
  }

  /** Changes some attributes of a record that exists; nothing happens if it has gone meanwhile. */
  update(id: string, change: Partial<R>): R | undefined {
    const row = this.#rows.get(id);
    if (row === undefined) return undefined;
    if (change.tags !== undefined) {
      const former = { tags: row.record.tags, changedAt: this.#clock.now() };
      row.formerTags = [...row.formerTags, former].slice(-maxFormerTags);
    }
    row.record = { ...row.record, ...change };
    return row.record;
  }

  remove(id: string): void {
    if (this.#rows.delete(id)) this.#removed.add(id);
  }

  /** Removes a record and keeps it, for {@link restore}. */
  recycle(id: string): void {
    const record = this.get(id);
    if (record === undefined) return;
    this.remove(id);
    this.#bin.set(id, record);
  }

  /** What was recycled and is not back. */
  recycled(id: string): R | undefined {
    return this.#bin.get(id);
  }

  /** All that was recycled and is not back. */
  listRecycled(): R[] {
    return [...this.#bin.values()];
  }

  /** Puts a record back that was recycled, as it was. */
  restore(id: string): void {
    const record = this.#bin.get(id);
    if (record === undefined) return;
    this.#bin.delete(id);
    this.#removed.delete(id);
    this.#insert(record, this.#clock.now());
  }

  /** Whether a record of that id was there once. */
  wasRemoved(id: string): boolean {
    return this.#removed.has(id);
  }

  /** All records, oldest first. */
  list(): R[] {
    return [...this.#rows.values()].map(({ record }) => record);
  }

  /**
   * Records made after the one with that sequence number, oldest first, each with its own number; pages continue from it. Those that are
   * younger than the lag are left out, and changes of tags that are younger have not happened.
   */
  listAfter(sequence: number, lag: Lag = noLag): Listed<R>[] {
    const now = this.#clock.now();
    return [...this.#rows.values()]
      .filter((row) => row.sequence > sequence && now - row.madeAt >= lag.listMs)
      .map((row) => ({ sequence: row.sequence, record: withTagsAt(row, now - lag.tagsMs) }));
  }

  #insert(record: R, madeAt: number): R {
    this.#sequence += 1;
    const row = { sequence: this.#sequence, madeAt, record, concealedUntil: 0, formerTags: [] };
    this.#rows.set(record.id, row);
    return record;
  }
}

/** The tags before the first change that came later. */
const withTagsAt = <R extends Resource>({ record, formerTags }: Row<R>, at: number): R => {
  const former = formerTags.find(({ changedAt }) => changedAt > at);
  return former === undefined ? record : { ...record, tags: former.tags };
};
