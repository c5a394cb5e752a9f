const digestBytes = 64;
const firstSlots = 1024;
/** Slots are at most this full, so that searches stay short. */
const maxLoad = 0.7;

/** A digest with the size of its object, bytes. */
export interface SizedDigest {
  /** Lower-case hex SHA-512. */
  readonly sha512: string;
  readonly size: number;
}

/**
 * The digests and sizes of many objects in flat arrays: a hundred bytes for each that is kept whole, forty if only its beginning is,
 * where a Map of hex text takes four hundred.
 */
export class DigestTable {
  readonly #scratch: Buffer;
  #slots = new Int32Array(firstSlots).fill(-1);
  #keys: Buffer;
  #sizes = new Float64Array(firstSlots);
  #count = 0;

  /** @param keyBytes how much of each digest is kept: 16 tell apart whatever will ever be stored, 64 can be given back. */
  constructor(readonly keyBytes: 16 | 64 = digestBytes) {
    this.#scratch = Buffer.alloc(keyBytes);
    this.#keys = Buffer.allocUnsafe(firstSlots * keyBytes);
  }

  get count(): number {
    return this.#count;
  }

  /** Adds an object; one that is there stays as it is. @returns the size that it has here. */
  add(sha512: string, size: number): number {
    const slot = this.#find(sha512);
    const index = this.#slots[slot] ?? -1;
    if (index !== -1) return this.#sizes[index] ?? 0;
    this.#reserve();
    this.#scratch.copy(this.#keys, this.#count * this.keyBytes);
    this.#sizes[this.#count] = size;
    this.#slots[slot] = this.#count;
    this.#count += 1;
    if (this.#count > this.#slots.length * maxLoad) this.#rehash();
    return size;
  }

  /** Size of an object in bytes; undefined if it is not there. */
  sizeOf(sha512: string): number | undefined {
    const index = this.#slots[this.#find(sha512)] ?? -1;
    return index === -1 ? undefined : this.#sizes[index];
  }

  has(sha512: string): boolean {
    return this.sizeOf(sha512) !== undefined;
  }

  /** Every object in the order in which they were added; of a table that keeps whole digests. */
  *[Symbol.iterator](): Generator<SizedDigest> {
    for (let index = 0; index < this.#count; index += 1) {
      const at = index * this.keyBytes;
      yield { sha512: this.#keys.toString('hex', at, at + this.keyBytes), size: this.#sizes[index] ?? 0 };
    }
  }

  /** The slot that has the digest, or the free one where it belongs. Leaves its key in the scratch buffer. */
  #find(sha512: string): number {
    this.#scratch.write(sha512, 'hex');
    const mask = this.#slots.length - 1;
    for (let slot = this.#scratch.readUInt32LE(0) & mask; ; slot = (slot + 1) & mask) {
      const index = this.#slots[slot] ?? -1;
      if (index === -1 || this.#isAt(index)) return slot;
    }
  }

  #isAt(index: number): boolean {
    const at = index * this.keyBytes;
    return this.#scratch.compare(this.#keys, at, at + this.keyBytes) === 0;
  }

  #reserve(): void {
    if (this.#count < this.#sizes.length) return;
    const capacity = Math.ceil(this.#count * 1.5);
    const keys = Buffer.allocUnsafe(capacity * this.keyBytes);
    this.#keys.copy(keys);
    const sizes = new Float64Array(capacity);
    sizes.set(this.#sizes);
    [this.#keys, this.#sizes] = [keys, sizes];
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = this.#slots.length - 1;
    for (let index = 0; index < this.#count; index += 1) {
      let slot = this.#keys.readUInt32LE(index * this.keyBytes) & mask;
      while (this.#slots[slot] !== -1) slot = (slot + 1) & mask;
      this.#slots[slot] = index;
    }
  }
}
