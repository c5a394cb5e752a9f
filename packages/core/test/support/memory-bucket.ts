import type { Clock } from '@ami-publisher/base';
import type { ObjectBucket, ObjectToWrite, StoredObject } from '../../src/steps/object-bucket.js';

interface Kept {
  readonly body: string;
  readonly writer: string;
  readonly etag: string;
  readonly at: number;
}

/** A bucket in memory that can lose answers and be slow; time is that of its clock. */
export class MemoryBucket implements ObjectBucket {
  readonly name = 's3://memory';
  /** Keys of all writes that took effect, in order. */
  readonly written: string[] = [];
  readonly #objects = new Map<string, Kept>();
  #beforePut: ((object: ObjectToWrite) => Promise<void> | void) | undefined;
  #afterPut: ((object: ObjectToWrite) => boolean) | undefined;
  #count = 0;

  constructor(private readonly clock: Clock) {}

  async get(key: string): Promise<StoredObject | undefined> {
    const kept = this.#objects.get(key);
    if (kept === undefined) return undefined;
    const { body, etag, writer, at } = kept;
    return { body: new TextEncoder().encode(body), etag, writer, ageMs: this.clock.now() - at };
  }

  async put(object: ObjectToWrite): Promise<string | undefined> {
    await this.#beforePut?.(object);
    const etag = this.#apply(object);
    const isLost = etag !== undefined && this.#afterPut?.(object) === true;
    // The client repeats a request whose answer was lost, and then meets its own object.
    return isLost ? this.#apply(object) : etag;
  }

  async keys(prefix: string): Promise<string[]> {
    return [...this.#objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  async folders(prefix: string): Promise<string[]> {
    const below = (await this.keys(prefix)).map((key) => key.slice(prefix.length).split('/'));
    return [...new Set(below.flatMap(([folder = '', ...rest]) => (rest.length > 0 ? [folder] : [])))];
  }

  /** Holds or fails writes. */
  beforePut(act: (object: ObjectToWrite) => Promise<void> | void): void {
    this.#beforePut = act;
  }

  /** Loses the answers of those writes. */
  loseAnswers(which: (object: ObjectToWrite) => boolean): void {
    this.#afterPut = which;
  }

  overwrite(key: string, body: string): void {
    this.#count += 1;
    this.#objects.set(key, { body, writer: '', etag: `"${this.#count}"`, at: this.clock.now() });
  }

  remove(key: string): void {
    this.#objects.delete(key);
  }

  #apply({ key, body, writer, when }: ObjectToWrite): string | undefined {
    const present = this.#objects.get(key);
    const holds = when === 'absent' ? present === undefined : present?.etag === when.etag;
    if (!holds) return undefined;
    this.#count += 1;
    const etag = `"${this.#count}"`;
    this.#objects.set(key, { body, writer, etag, at: this.clock.now() });
    this.written.push(key);
    return etag;
  }
}
