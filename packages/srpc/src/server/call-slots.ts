/** Bounds how many calls of one user are under way at a time. */
export class CallSlots {
  readonly #taken = new Map<string, number>();

  constructor(readonly perUser: number) {}

  /** @returns what gives the slot back; undefined if all are taken */
  take(user: string): (() => void) | undefined {
    const taken = this.#taken.get(user) ?? 0;
    if (taken >= this.perUser) return undefined;
    this.#taken.set(user, taken + 1);
    return () => {
      const left = (this.#taken.get(user) ?? 1) - 1;
      if (left === 0) this.#taken.delete(user);
      else this.#taken.set(user, left);
    };
  }
}
