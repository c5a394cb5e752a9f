/** What every kind of resource has. */
export interface Resource {
  readonly id: string;
  readonly tags: ReadonlyMap<string, string>;
}

interface Row<R> {
  readonly sequence: number;
  record: R;
}

/**
 * The resources of one kind in one account and region. Records are immutable and change only through here, so that this is the one place
 * where a change can be seen, counted or delayed.
 */
export class Table<R extends Resource> {
  readonly #rows = new Map<string, Row<R>>();
  readonly #removed = new Set<string>();
  #sequence = 0;

  insert(record: R): R {
    this.#sequence += 1;
    this.#rows.set(record.id, { sequence: this.#sequence, record });
    return record;
  }

  get(id: string): R | undefined {
    return this.#rows.get(id)?.record;
  }

  /** Changes some attributes of a record that exists; nothing happens if it has gone meanwhile. */
  update(id: string, change: Partial<R>): R | undefined {
    const row = this.#rows.get(id);
    if (row === undefined) return undefined;
    row.record = { ...row.record, ...change };
    return row.record;
  }

  remove(id: string): void {
    if (this.#rows.delete(id)) this.#removed.add(id);
  }

  /** Whether a record of that id was there once. */
  wasRemoved(id: string): boolean {
    return this.#removed.has(id);
  }

  /** All records, oldest first. */
  list(): R[] {
    return [...this.#rows.values()].map(({ record }) => record);
  }

  /** Records made after the one with that sequence number, oldest first, each with its own number; pages continue from it. */
  listAfter(sequence: number): { readonly sequence: number; readonly record: R }[] {
    return [...this.#rows.values()].filter((row) => row.sequence > sequence);
  }
}
