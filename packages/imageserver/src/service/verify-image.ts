import { createReadStream } from 'node:fs';
import { isAmiPublisherError } from '@ami-publisher/base';
import { type ByteString, type Manifest, readManifest } from '@ami-publisher/image';
import type { DirectoryStore } from '../store/directory-store.js';
import type { StoredImage } from '../store/image-store.js';

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

interface ListedObject {
  readonly sha512: string;
  readonly size: number;
  readonly path: ByteString;
}

const objectsOf = (manifest: Manifest): ListedObject[] => {
  const objects = new Map<string, ListedObject>();
  for (const entry of manifest.entries) {
    if (entry.type !== 'file' || entry.sha512 === undefined || objects.has(entry.sha512)) continue;
    objects.set(entry.sha512, { sha512: entry.sha512, size: entry.size, path: entry.path });
  }
  return [...objects.values()];
};

const readStored = async (
  store: DirectoryStore,
  image: StoredImage,
  signal: AbortSignal,
): Promise<Manifest | undefined> => {
  try {
    const bytes = createReadStream(store.images.manifestPath(image), { signal });
    return await readManifest(bytes, { expectedDigest: image.manifestDigest, signal });
  } catch (reason) {
    if (isAmiPublisherError(reason) && reason.code === 'INVALID_MANIFEST') return undefined;
    throw reason;
  }
};

const damageOf = async (
  store: DirectoryStore,
  object: ListedObject,
  signal: AbortSignal,
  onBytes: (count: number) => void,
): Promise<Damage['kind'] | undefined> => {
  const size = store.objects.sizeOf(object.sha512);
  if (size === undefined) return 'MISSING';
  if (size !== object.size) {
    store.objects.distrust(object.sha512);
    return 'WRONG_SIZE';
  }
  return (await store.objects.isIntact(object.sha512, signal, onBytes)) ? undefined : 'CORRUPT';
};

/** Reads the manifest and every object of an image again and compares their digests. */
export async function* verifyImage(
  store: DirectoryStore,
  image: StoredImage,
  signal: AbortSignal,
): AsyncGenerator<VerifyProgress> {
  const manifest = await readStored(store, image, signal);
  if (manifest === undefined) {
    const damage: Damage = { digest: image.manifestDigest, kind: 'CORRUPT', path: '' };
    yield { objectsDone: 0, objectsTotal: 0, bytesDone: 0, bytesTotal: 0, damage: [damage] };
    return;
  }
  const objects = objectsOf(manifest);
  const totals = {
    objectsTotal: objects.length,
    bytesTotal: objects.reduce((sum, { size }) => sum + size, 0),
  };
  let [objectsDone, bytesDone] = [0, 0];
  let damage: Damage[] = [];
  let reportedAt = performance.now();
  const progress = (): VerifyProgress => ({ ...totals, objectsDone, bytesDone, damage });
  for (const object of objects) {
    if (signal.aborted) return;
    const kind = await damageOf(store, object, signal, (count) => {
      bytesDone += count;
    });
    if (kind !== undefined) damage.push({ digest: object.sha512, kind, path: object.path });
    objectsDone += 1;
    if (performance.now() - reportedAt < reportEveryMs) continue;
    yield progress();
    damage = [];
    reportedAt = performance.now();
  }
  yield progress();
}
