/** Someone who sleeps. */
export interface Sleeper {
  /** Milliseconds since the Unix epoch. */
  readonly wakeAt: number;
  readonly wake: () => void;
}

interface Entry {
  readonly sleeper: Sleeper;
  /** Of two that wake at the same time, the one that lay down first is first. */
  readonly order: number;
  position: number;
}

const isBefore = (a: Entry, b: Entry): boolean =>
  a.sleeper.wakeAt < b.sleeper.wakeAt || (a.sleeper.wakeAt === b.sleeper.wakeAt && a.order < b.order);

/** Sleepers by their wake-up times: a binary heap in which each knows its place, so that one who is woken early leaves as quickly as the first. */
export class WakeUpQueue {
  readonly #heap: Entry[] = [];
  readonly #entries = new Map<Sleeper, Entry>();
  #order = 0;

  get first(): Sleeper | undefined {
    return this.#heap[0]?.sleeper;
  }

  add(sleeper: Sleeper): void {
    const entry = { sleeper, order: this.#order++, position: this.#heap.length };
    this.#entries.set(sleeper, entry);
    this.#heap.push(entry);
    this.#rise(entry);
  }

  /** Nothing happens if it is not there. */
  remove(sleeper: Sleeper): void {
    const entry = this.#entries.get(sleeper);
    if (entry === undefined) return;
    this.#entries.delete(sleeper);
    const last = this.#heap.pop();
    if (last === undefined || last === entry) return;
    this.#put(last, entry.position);
    this.#rise(last);
    this.#sink(last);
  }

  #put(entry: Entry, position: number): void {
    entry.position = position;
    this.#heap[position] = entry;
  }

  #swap(a: Entry, b: Entry): void {
    const position = a.position;
    this.#put(a, b.position);
    this.#put(b, position);
  }

  #rise(entry: Entry): void {
    for (;;) {
      const parent = this.#heap[(entry.position - 1) >> 1];
      if (parent === undefined || !isBefore(entry, parent)) return;
      this.#swap(entry, parent);
    }
  }

  #sink(entry: Entry): void {
    for (;;) {
      const [left, right] = [this.#heap[2 * entry.position + 1], this.#heap[2 * entry.position + 2]];
      const child = left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || !isBefore(child, entry)) return;
      this.#swap(child, entry);
    }
  }
}
