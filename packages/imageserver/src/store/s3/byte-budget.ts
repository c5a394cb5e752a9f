/** Bounds what is in memory: whoever wants to hold bytes waits until others have let go of enough. */
export class ByteBudget {
  readonly #waiting: (() => void)[] = [];
  #held = 0;

  /** @param mostBytes a single piece may be larger; it is alone then. */
  constructor(readonly mostBytes: number) {}

  /** @returns what gives the bytes back; a second time it does nothing. */
  async take(bytes: number): Promise<() => void> {
    while (this.#held > 0 && this.#held + bytes > this.mostBytes)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#held += bytes;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#held -= bytes;
      for (const wake of this.#waiting.splice(0)) wake();
    };
  }
}
