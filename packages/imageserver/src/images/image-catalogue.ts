import { AmiPublisherError, type Clock, invalidOption } from '@ami-publisher/base';
import { ChangeNotifier } from '@ami-publisher/daemon';
import { formatImageName, type ImageName } from '@ami-publisher/image';
import type { ImageVersion, Store } from '../store/store.js';
import { type AddedImage, type AddImageRequest, addImage } from './add-image.js';
import {
  changedMeanwhile,
  imageDeleted,
  imageNotFound,
  manifestNotFound,
  streamNotFound,
} from './image-errors.js';
import { endOf, type ImageRecord, isLive } from './image-record.js';

/** How often a change of a record is tried that others change at the same time. */
const changeTries = 8;

/** Options of `ImageCatalogue`. */
export interface ImageCatalogueOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** How long deleted images can be restored, and unlisted objects stay, ms. */
  readonly graceMs: number;
}

/** The images of a store: those that are live, and those that were deleted or have expired and can still be restored. */
export class ImageCatalogue {
  readonly store: Store;
  readonly clock: Clock;
  readonly graceMs: number;
  /** Rises with what this server adds, changes and deletes. */
  readonly changes = new ChangeNotifier();
  #lastCreatedMs = 0;

  constructor(options: ImageCatalogueOptions) {
    this.store = options.store;
    this.clock = options.clock;
    this.graceMs = options.graceMs;
  }

  /** A live image. @throws `STREAM_NOT_FOUND`, `IMAGE_NOT_FOUND` saying so if it was deleted or has expired. */
  async find(name: ImageName): Promise<ImageRecord> {
    const { image } = await this.#version(name);
    if (!isLive(image, this.clock.now())) throw imageDeleted(image);
    return image;
  }

  /**
   * Images in the order in which they were added.
   *
   * @param stream of this stream only.
   * @param deleted also those that were deleted or have expired, as long as their names are taken.
   * @throws `STREAM_NOT_FOUND` if the stream has none.
   */
  async list(stream?: string, deleted = false): Promise<ImageRecord[]> {
    const now = this.clock.now();
    const images = (await this.store.images.list())
      .map(({ image }) => image)
      .filter((image) => stream === undefined || image.stream === stream)
      .filter((image) => deleted || isLive(image, now));
    if (stream !== undefined && images.length === 0) throw streamNotFound(stream);
    return images;
  }

  /** The bytes of a manifest, of a deleted image too while its grace time lasts. @throws `IMAGE_NOT_FOUND`. */
  async manifest(digest: string): Promise<AsyncIterable<Uint8Array>> {
    const images = (await this.store.images.list()).filter(
      ({ image }) => image.manifestDigest === digest && image.collectedAt === undefined,
    );
    for (const { image } of images) {
      const bytes = await this.store.images.readManifest(image, digest);
      if (bytes !== undefined) return bytes;
    }
    throw manifestNotFound(digest);
  }

  /** @see addImage */
  async add(request: AddImageRequest): Promise<AddedImage> {
    this.#checkExpiry(request.expiresAt);
    const added = await addImage({ ...this.#context(), nextCreation: () => this.#nextCreation() }, request);
    this.changes.notify();
    return added;
  }

  /**
   * Sets when an image expires.
   *
   * @param expiresAt RFC 3339, UTC; undefined: never.
   * @param mayShorten whether it may expire sooner than it does now.
   * @throws `IMAGE_NOT_FOUND`, `ROLE_REFUSED` if it would be shortened, `INVALID_OPTION` for a time that has passed.
   */
  async setExpiry(name: ImageName, expiresAt: string | undefined, mayShorten: boolean): Promise<ImageRecord> {
    this.#checkExpiry(expiresAt);
    return this.#change(name, (image, now) => {
      if (!isLive(image, now)) throw imageDeleted(image);
      if (!mayShorten && timeOf(expiresAt) < timeOf(image.expiresAt))
        throw shorteningRefused(name, image.expiresAt);
      const { expiresAt: _before, ...unending } = image;
      return { ...unending, ...(expiresAt !== undefined && { expiresAt }) };
    });
  }

  /** Deletes an image; it can be restored while the grace time lasts. One that is deleted already stays as it is. */
  async delete(name: ImageName, deletedBy: string): Promise<ImageRecord> {
    return this.#change(name, (image, now) =>
      isLive(image, now) ? { ...image, deletedAt: new Date(now).toISOString(), deletedBy } : image,
    );
  }

  /** Brings back an image that was deleted or has expired; it never expires then. @throws `IMAGE_NOT_FOUND` if its time is over. */
  async restore(name: ImageName): Promise<ImageRecord> {
    return this.#change(name, (image, now) => {
      if (isLive(image, now)) return image;
      if (image.collectedAt !== undefined) throw imageDeleted(image);
      const { deletedAt: _at, deletedBy: _by, expiresAt: _expiry, ...restored } = image;
      return restored;
    });
  }

  /** When a deleted or expired image can no longer be restored; undefined for one that is live. RFC 3339, UTC. */
  restorableUntil(image: ImageRecord): string | undefined {
    if (isLive(image, this.clock.now())) return undefined;
    return image.collectedAt ?? new Date(endOf(image) + this.graceMs).toISOString();
  }

  #context() {
    return { store: this.store, clock: this.clock, graceMs: this.graceMs };
  }

  async #version(name: ImageName): Promise<ImageVersion> {
    const version = await this.store.images.find(name);
    if (version !== undefined) return version;
    await this.list(name.stream, true);
    throw imageNotFound(name);
  }

  async #change(
    name: ImageName,
    change: (image: ImageRecord, nowMs: number) => ImageRecord,
  ): Promise<ImageRecord> {
    for (let tries = 0; tries < changeTries; tries += 1) {
      const version = await this.#version(name);
      const changed = change(version.image, this.clock.now());
      if (changed === version.image) return changed;
      if (!(await this.store.images.change(version, changed))) continue;
      this.changes.notify();
      return changed;
    }
    throw changedMeanwhile(name);
  }

  /** Later images are later, whatever the clock says: that is what "latest" means. */
  async #nextCreation(): Promise<number> {
    const last = (await this.store.images.list()).at(-1)?.image.createdAt ?? '1970-01-01T00:00:00Z';
    this.#lastCreatedMs = Math.max(this.clock.now(), this.#lastCreatedMs + 1, Date.parse(last) + 1);
    return this.#lastCreatedMs;
  }

  #checkExpiry(expiresAt: string | undefined): void {
    if (expiresAt !== undefined && Date.parse(expiresAt) <= this.clock.now())
      throw invalidOption('expires_at', 'in the future', expiresAt);
  }
}

const timeOf = (expiresAt: string | undefined): number =>
  expiresAt === undefined ? Infinity : Date.parse(expiresAt);

const shorteningRefused = (name: ImageName, before: string | undefined): AmiPublisherError =>
  new AmiPublisherError('ROLE_REFUSED', {
    message: `only an operator may let ${formatImageName(name)} expire sooner than ${before ?? 'never'}`,
    resource: formatImageName(name),
    remedy: 'use a client certificate with the role operator',
  });
