import { isAmiPublisherError, type Logger } from '@ami-publisher/base';
import { ReferenceIndex } from '../../collection/reference-index.js';
import { endOf, type ImageRecord } from '../../images/image-record.js';
import type { S3Images } from './s3-images.js';

/**
 * Objects that are known to be there without a request for each, because images list them: what an image lists stays for as long as
 * the image is not collected.
 */
export class KnownObjects {
  #index: ReferenceIndex;
  #updating: Promise<void> = Promise.resolve();

  constructor(
    readonly images: S3Images,
    readonly logger: Logger,
  ) {
    this.#index = new ReferenceIndex(images);
  }

  /** Learns what images list that are live or ended after `sinceMs`, and forgets the others. */
  async update(sinceMs: number, signal: AbortSignal): Promise<void> {
    await this.#oneAtATime(async () => {
      const images = await this.#uncollected();
      const wanted = images.filter((image) => endOf(image) > sinceMs);
      this.#forgetAllBut(wanted);
      for (const image of wanted) await this.#learn(image, signal);
    });
  }

  /** Forgets what another server may have removed meanwhile. */
  async recheck(): Promise<void> {
    await this.#oneAtATime(async () => this.#forgetAllBut(await this.#uncollected()));
  }

  /** Bytes; undefined if it is not known. */
  sizeOf(sha512: string): number | undefined {
    return this.#index.sizeOf(sha512);
  }

  async #uncollected(): Promise<ImageRecord[]> {
    return (await this.images.list())
      .map(({ image }) => image)
      .filter(({ collectedAt }) => collectedAt === undefined);
  }

  /** What several manifests list cannot be taken out by one of them, so that all are read again. */
  #forgetAllBut(images: readonly ImageRecord[]): void {
    const digests = new Set(images.map(({ manifestDigest }) => manifestDigest));
    if ([...this.#index.manifests].some((digest) => !digests.has(digest)))
      this.#index = new ReferenceIndex(this.images);
  }

  /** A damaged manifest makes nothing known; `image verify` tells about it. */
  async #learn(image: ImageRecord, signal: AbortSignal): Promise<void> {
    const { stream, leaf, manifestDigest: digest } = image;
    try {
      await this.#index.add([{ name: { stream, leaf }, digest, storedAtMs: 0 }], signal);
    } catch (reason) {
      if (!isAmiPublisherError(reason) || reason.code !== 'INVALID_MANIFEST') throw reason;
      this.logger.warn('a manifest is damaged', { image: `${stream}/${leaf}`, error: reason.message });
    }
  }

  async #oneAtATime(work: () => Promise<void>): Promise<void> {
    const run = this.#updating.then(work);
    this.#updating = run.catch(() => {});
    await run;
  }
}
