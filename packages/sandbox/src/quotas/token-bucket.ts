import type { BucketFigures } from './figures.js';

/** Holds `size` tokens, and gets `perSecond` new ones; a call takes one. */
export class TokenBucket {
  readonly #figures: BucketFigures;
  #tokens: number;
  #at: number;

  constructor(figures: BucketFigures, now: number) {
    this.#figures = figures;
    this.#tokens = figures.size;
    this.#at = now;
  }

  /** @returns whether there was one */
  take(now: number): boolean {
    const { size, perSecond } = this.#figures;
    this.#tokens = Math.min(size, this.#tokens + ((now - this.#at) / 1000) * perSecond);
    this.#at = now;
    if (this.#tokens < 1 - roundingError) return false;
    this.#tokens -= 1;
    return true;
  }
}

/** A caller that comes at the very moment of the next token gets it. */
const roundingError = 1e-6;
