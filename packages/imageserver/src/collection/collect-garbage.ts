import { throwIfCancelled } from '@ami-publisher/base';
import { formatImageName, type ImageName } from '@ami-publisher/image';
import { endOf, type ImageRecord } from '../images/image-record.js';
import type { ImageVersion, ListedObject, Store, StoredManifest } from '../store/store.js';
import { ReferenceIndex } from './reference-index.js';

/** Objects that are claimed and removed together. */
const batchObjects = 1000;
/** A collection that stood still for longer than this gives up: adders of images count on a claim being over by then. */
const claimLifeMs = 10 * 60_000;

/** Options of `collectGarbage`. */
export interface CollectOptions {
  /** Now, ms since the Unix epoch. */
  readonly nowMs: number;
  /** How long deleted images and unlisted objects stay, ms. */
  readonly graceMs: number;
  /** Only say what would go. */
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/** What a collection has removed, or would remove. */
export interface Collected {
  /** Deleted or expired images that cannot be restored any more. */
  readonly images: ImageName[];
  /** Manifests of images that were never finished. */
  readonly unfinished: number;
  readonly objects: number;
  readonly bytes: number;
}

const claimed = async <T>(store: Store, digests: readonly string[], work: () => Promise<T>): Promise<T> => {
  const release = await store.claims.claim(digests);
  try {
    return await work();
  } finally {
    await release();
  }
};

/** Images whose time to be restored is over; their manifests go, their names stay taken. */
const collectImages = async (store: Store, options: CollectOptions): Promise<ImageRecord[]> => {
  const { nowMs, graceMs, dryRun, signal } = options;
  const collected: ImageRecord[] = [];
  for (const version of await store.images.list()) {
    throwIfCancelled(signal);
    const { image } = version;
    if (image.collectedAt !== undefined) {
      // Of a collection that was cut short.
      if (!dryRun) await store.images.removeManifest(image, image.manifestDigest);
      continue;
    }
    if (nowMs < endOf(image) + graceMs) continue;
    if (dryRun || (await giveUp(store, version, nowMs))) collected.push(image);
  }
  return collected;
};

/** Whoever restores the image at this moment wins or loses as a whole: records change by version. */
const giveUp = async (store: Store, version: ImageVersion, nowMs: number): Promise<boolean> => {
  const { image } = version;
  const collectedAt = new Date(nowMs).toISOString();
  if (!(await store.images.change(version, { ...image, collectedAt }))) return false;
  await store.images.removeManifest(image, image.manifestDigest);
  return true;
};

/** Manifests without an image that are older than the grace time: whoever sent them has gone. */
const unfinishedManifests = async (store: Store, options: CollectOptions): Promise<StoredManifest[]> => {
  const records = new Map(
    (await store.images.list()).map(({ image }) => [formatImageName(image), image.manifestDigest]),
  );
  return (await store.images.manifests()).filter(
    ({ name, digest, storedAtMs }) =>
      storedAtMs < options.nowMs - options.graceMs && records.get(formatImageName(name)) !== digest,
  );
};

const collectUnfinished = async (store: Store, options: CollectOptions): Promise<StoredManifest[]> => {
  const found = await unfinishedManifests(store, options);
  if (options.dryRun || found.length === 0) return found;
  const digests = found.map(({ digest }) => digest);
  return claimed(store, digests, async () => {
    const still = (await unfinishedManifests(store, options)).filter(({ digest }) =>
      digests.includes(digest),
    );
    for (const { name, digest } of still) await store.images.removeManifest(name, digest);
    return still;
  });
};

/** Objects that no manifest lists and that are older than the grace time. */
class ObjectSweep {
  readonly #before: number;
  readonly #index: ReferenceIndex;
  readonly removed = { objects: 0, bytes: 0 };

  /** @param gone digests of manifests that a dry run takes for removed. */
  constructor(
    readonly store: Store,
    readonly options: CollectOptions,
    readonly gone: ReadonlySet<string>,
  ) {
    this.#before = options.nowMs - options.graceMs;
    this.#index = new ReferenceIndex(store.images);
  }

  async run(): Promise<void> {
    await this.#readManifests();
    let batch: ListedObject[] = [];
    for await (const object of this.store.objects.list(this.options.signal)) {
      if (object.storedAtMs >= this.#before || this.#index.has(object.sha512)) continue;
      batch.push(object);
      if (batch.length < batchObjects) continue;
      await this.#remove(batch);
      batch = [];
    }
    await this.#remove(batch);
  }

  async #readManifests(): Promise<void> {
    const manifests = (await this.store.images.manifests()).filter(({ digest }) => !this.gone.has(digest));
    await this.#index.add(manifests, this.options.signal);
  }

  async #remove(batch: readonly ListedObject[]): Promise<void> {
    if (batch.length === 0) return;
    if (this.options.dryRun) {
      this.#count({ objects: batch.length, bytes: batch.reduce((sum, { size }) => sum + size, 0) });
      return;
    }
    const digests = batch.map(({ sha512 }) => sha512);
    const startedAt = performance.now();
    await claimed(this.store, digests, async () => {
      // Whoever adds an image declares its manifest, then looks for claims; this claims, then looks for manifests: one sees the other.
      await this.#readManifests();
      const unlisted = digests.filter((sha512) => !this.#index.has(sha512));
      if (performance.now() - startedAt > claimLifeMs) return;
      this.#count(await this.store.objects.removeOld(unlisted, this.#before, this.options.signal));
    });
  }

  #count({ objects, bytes }: { readonly objects: number; readonly bytes: number }): void {
    this.removed.objects += objects;
    this.removed.bytes += bytes;
  }
}

/**
 * Removes what nobody can ask for any more: manifests of images that were deleted or expired longer than the grace time ago, manifests
 * of images that were never finished, and objects that no manifest lists. Safe while images are added, changed and
 * collected at the same time, by other servers of the store too.
 *
 * @throws `INVALID_MANIFEST` if a manifest is damaged, since what it lists is not known; no object is removed then. `CANCELLED`.
 */
export const collectGarbage = async (store: Store, options: CollectOptions): Promise<Collected> => {
  const images = await collectImages(store, options);
  const unfinished = await collectUnfinished(store, options);
  const gone = [
    ...images.map(({ manifestDigest }) => manifestDigest),
    ...unfinished.map(({ digest }) => digest),
  ];
  const sweep = new ObjectSweep(store, options, options.dryRun ? new Set(gone) : new Set());
  await sweep.run();
  const names = images.map(({ stream, leaf }) => ({ stream, leaf }));
  return { images: names, unfinished: unfinished.length, ...sweep.removed };
};
