import { type Random, seededRandom } from '@ami-publisher/sandbox';

/** Random choices that follow from a seed. */
export class Dice {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seededRandom(`storm ${seed}`);
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  /** Both ends included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.#random() * (most - least + 1));
  }

  oneOf<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.#random() * choices.length)] as T;
  }
}
