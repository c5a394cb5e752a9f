import type { Claims } from '../store.js';

/** Claims of a store that only this process works in. */
export class MemoryClaims implements Claims {
  readonly #claimed = new Set<readonly string[]>();

  async claim(digests: readonly string[]): Promise<() => Promise<void>> {
    this.#claimed.add(digests);
    return async () => {
      this.#claimed.delete(digests);
    };
  }

  async overlap(isWanted: (sha512: string) => boolean): Promise<boolean> {
    return [...this.#claimed].some((digests) => digests.some(isWanted));
  }
}
