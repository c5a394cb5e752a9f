import { Breather, type ObjectPiece } from '@ami-publisher/image';
import { corruptObject } from '../store/missing-object.js';
import type { ObjectArrival, ObjectStore } from '../store/store.js';

/** Objects that are on their way into the store while the next one arrives. */
const finishingAtOnce = 32;

/** What arrived. */
export interface ReceivedObjects {
  readonly added: number;
  readonly alreadyPresent: number;
}

const ignored: ObjectArrival = { write: () => {}, finish: () => {}, abandon: () => {} };

/** The object whose pieces arrive. */
interface Current {
  readonly sha512: string;
  readonly size: number;
  readonly arrival: ObjectArrival;
  received: number;
}

/** Takes the pieces of one stream, one object after the other. */
class Receiver {
  readonly counts = { added: 0, alreadyPresent: 0 };
  readonly #finishing = new Set<Promise<void>>();
  #failure: { readonly reason: unknown } | undefined;
  #current: Current | undefined;

  constructor(readonly store: ObjectStore) {}

  async take(piece: ObjectPiece): Promise<void> {
    if (!Number.isSafeInteger(piece.size) || piece.size < 1)
      throw corruptObject(piece.sha512, `has the size ${piece.size}`);
    this.#current ??= await this.#begin(piece);
    const current = this.#current;
    if (piece.sha512 !== current.sha512 || piece.size !== current.size) throw this.#cutShort();
    current.received += piece.data.length;
    if (current.received > current.size) throw corruptObject(current.sha512, 'is longer than announced');
    await current.arrival.write(piece.data);
    if (current.received === current.size) await this.#finish(current);
  }

  /** Waits for the last objects. @throws `OBJECT_CORRUPT` if an object is incomplete. */
  async end(): Promise<void> {
    if (this.#current !== undefined) throw this.#cutShort();
    await Promise.all(this.#finishing);
    this.#throwFailure();
  }

  async abandon(): Promise<void> {
    await this.#current?.arrival.abandon();
    this.#current = undefined;
    await Promise.all(this.#finishing);
  }

  async #begin({ sha512, size }: ObjectPiece): Promise<Current> {
    const arrival = await this.store.receive(sha512, size);
    this.counts[arrival === undefined ? 'alreadyPresent' : 'added'] += 1;
    return { sha512, size, arrival: arrival ?? ignored, received: 0 };
  }

  async #finish({ arrival }: Current): Promise<void> {
    const done = arrival.finish();
    this.#current = undefined;
    if (done === undefined) return;
    const finishing: Promise<void> = done
      .catch(async (reason: unknown) => {
        this.#failure ??= { reason };
        await arrival.abandon();
      })
      .finally(() => this.#finishing.delete(finishing));
    this.#finishing.add(finishing);
    while (this.#finishing.size >= finishingAtOnce) await Promise.race(this.#finishing);
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.reason;
  }

  #cutShort(): Error {
    return corruptObject(this.#current?.sha512 ?? '', 'was cut short');
  }
}

/**
 * Stores objects as they arrive; each gets its place only when it is complete and has its digest.
 *
 * @throws `OBJECT_CORRUPT` naming the object; `NO_SPACE`.
 */
export const receiveObjects = async (
  pieces: AsyncIterable<ObjectPiece>,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<ReceivedObjects> => {
  const receiver = new Receiver(store);
  const breather = new Breather(signal);
  try {
    for await (const piece of pieces) {
      await receiver.take(piece);
      await breather.breathe();
    }
    await receiver.end();
    return receiver.counts;
  } finally {
    await receiver.abandon();
  }
};
