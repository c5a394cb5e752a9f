import { createHash, type Hash } from 'node:crypto';
import { isAmiPublisherError } from '@ami-publisher/base';
import type { ByteString, ObjectPiece } from '@ami-publisher/image';
import { DigestTable } from '../digest-table.js';
import type { ImageRecord } from '../images/image-record.js';
import { type ListedFile, listedFiles } from '../images/listed-files.js';
import type { Store } from '../store/store.js';

/** What is wrong with an object, in the words of the protocol. */
export interface Damage {
  readonly digest: string;
  readonly kind: 'MISSING' | 'CORRUPT' | 'WRONG_SIZE';
  /** One path that has this content; empty for the manifest itself. */
  readonly path: ByteString;
}

/** How far a verification has come; each damage is reported once. */
export interface VerifyProgress {
  readonly objectsDone: number;
  readonly objectsTotal: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly damage: Damage[];
}

const reportEveryMs = 200;

type Fault = Damage['kind'] | undefined;

/** An object that is being read. */
interface Reading {
  readonly sha512: string;
  readonly size: number;
  readonly digest: Hash;
  bytes: number;
}

/** Reads objects again and compares their digests; distrusts those that are wrong. */
class ObjectCheck {
  bytesDone = 0;

  constructor(
    readonly store: Store,
    readonly signal: AbortSignal,
  ) {}

  /** The fault of each object, as soon as it is known. */
  async *faults(objects: readonly ListedFile[]): AsyncGenerator<readonly [ListedFile, Fault]> {
    for (let at = 0; at < objects.length && !this.signal.aborted; ) {
      const rest = objects.slice(at);
      try {
        for await (const fault of this.#read(rest)) {
          at += 1;
          yield fault;
        }
      } catch (reason) {
        if (!isAmiPublisherError(reason) || reason.code !== 'OBJECT_MISSING') throw reason;
        const object = objects[at]!;
        this.store.objects.distrust(object.sha512);
        at += 1;
        yield [object, 'MISSING'];
      }
    }
  }

  async *#read(objects: readonly ListedFile[]): AsyncGenerator<readonly [ListedFile, Fault]> {
    const digests = objects.map(({ sha512 }) => sha512);
    const waiting = objects[Symbol.iterator]();
    let reading: Reading | undefined;
    for await (const piece of this.store.objects.read(digests, this.signal)) {
      this.bytesDone += piece.data.length;
      reading ??= begin(piece);
      reading.digest.update(piece.data);
      reading.bytes += piece.data.length;
      if (reading.bytes < reading.size) continue;
      const object = waiting.next().value as ListedFile;
      yield [object, this.#faultOf(object, reading)];
      reading = undefined;
    }
  }

  #faultOf(object: ListedFile, reading: Reading): Fault {
    const fault =
      reading.size !== object.size
        ? 'WRONG_SIZE'
        : reading.digest.digest('hex') === object.sha512
          ? undefined
          : 'CORRUPT';
    if (fault !== undefined) this.store.objects.distrust(object.sha512);
    return fault;
  }
}

const begin = ({ sha512, size }: ObjectPiece): Reading => ({
  sha512,
  size,
  digest: createHash('sha512'),
  bytes: 0,
});

/** The contents that the stored manifest of an image lists, each once. @throws `INVALID_MANIFEST` if it is damaged or gone. */
async function* contentsOf(
  store: Store,
  image: ImageRecord,
  signal: AbortSignal,
): AsyncGenerator<readonly ListedFile[]> {
  const seen = new DigestTable();
  const bytes = await store.images.readManifest(image, image.manifestDigest);
  for await (const files of listedFiles(bytes ?? nothing(), image.manifestDigest, signal)) {
    yield files.filter(({ sha512, size }) => {
      const before = seen.count;
      seen.add(sha512, size);
      return seen.count > before;
    });
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** How many contents there are to read; undefined if the manifest is damaged. */
const totalsOf = async (
  store: Store,
  image: ImageRecord,
  signal: AbortSignal,
): Promise<Pick<VerifyProgress, 'objectsTotal' | 'bytesTotal'> | undefined> => {
  let [objectsTotal, bytesTotal] = [0, 0];
  try {
    for await (const files of contentsOf(store, image, signal)) {
      objectsTotal += files.length;
      bytesTotal += files.reduce((sum, { size }) => sum + size, 0);
    }
    return { objectsTotal, bytesTotal };
  } catch (reason) {
    if (isAmiPublisherError(reason) && reason.code === 'INVALID_MANIFEST') return undefined;
    throw reason;
  }
};

/** Reads the manifest and every object of an image again and compares their digests. */
export async function* verifyImage(
  store: Store,
  image: ImageRecord,
  signal: AbortSignal,
): AsyncGenerator<VerifyProgress> {
  const totals = await totalsOf(store, image, signal);
  if (totals === undefined) {
    const damage: Damage = { digest: image.manifestDigest, kind: 'CORRUPT', path: '' };
    yield { objectsDone: 0, objectsTotal: 0, bytesDone: 0, bytesTotal: 0, damage: [damage] };
    return;
  }
  const check = new ObjectCheck(store, signal);
  let objectsDone = 0;
  let damage: Damage[] = [];
  let reportedAt = performance.now();
  const progress = (): VerifyProgress => ({ ...totals, objectsDone, bytesDone: check.bytesDone, damage });
  for await (const files of contentsOf(store, image, signal)) {
    for await (const [{ sha512, path }, kind] of check.faults(files)) {
      if (kind !== undefined) damage.push({ digest: sha512, kind, path });
      objectsDone += 1;
      if (performance.now() - reportedAt < reportEveryMs) continue;
      yield progress();
      damage = [];
      reportedAt = performance.now();
    }
  }
  yield progress();
}
