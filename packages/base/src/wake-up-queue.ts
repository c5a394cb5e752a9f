/** Someone who sleeps. */
export interface Sleeper {
  /** Milliseconds since the Unix epoch. */
  readonly wakeAt: number;
  /** Of two that wake at the same time, the one that lay down first is first. */
  readonly order: number;
  /** In the queue; below 0 for one who is not in it. */
  position: number;
}

const isBefore = (a: Sleeper, b: Sleeper): boolean =>
  a.wakeAt < b.wakeAt || (a.wakeAt === b.wakeAt && a.order < b.order);

/** Sleepers by their wake-up times: a binary heap in which each knows its place, so that one who is woken early leaves as quickly as the first. */
export class WakeUpQueue<S extends Sleeper> {
  readonly #heap: S[] = [];

  get first(): S | undefined {
    return this.#heap[0];
  }

  add(sleeper: S): void {
    sleeper.position = this.#heap.length;
    this.#heap.push(sleeper);
    this.#rise(sleeper);
  }

  /** Nothing happens if it is not there. */
  remove(sleeper: S): void {
    const { position } = sleeper;
    if (position < 0) return;
    sleeper.position = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === sleeper) return;
    this.#put(last, position);
    this.#rise(last);
    this.#sink(last);
  }

  #put(sleeper: S, position: number): void {
    sleeper.position = position;
    this.#heap[position] = sleeper;
  }

  #swap(a: S, b: S): void {
    const position = a.position;
    this.#put(a, b.position);
    this.#put(b, position);
  }

  #rise(sleeper: S): void {
    for (;;) {
      const parent = this.#heap[(sleeper.position - 1) >> 1];
      if (parent === undefined || !isBefore(sleeper, parent)) return;
      this.#swap(sleeper, parent);
    }
  }

  #sink(sleeper: S): void {
    for (;;) {
      const [left, right] = [this.#heap[2 * sleeper.position + 1], this.#heap[2 * sleeper.position + 2]];
      const child = left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || !isBefore(child, sleeper)) return;
      this.#swap(child, sleeper);
    }
  }
}
