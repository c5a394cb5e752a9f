import { createHash } from 'node:crypto';
import { AmiPublisherError } from '@ami-publisher/base';
import type { ImageSource, ImageSummary } from '@ami-publisher/core';

export interface ModelImageOptions {
  readonly stream: string;
  readonly leaf: string;
  /** Sum of the sizes of its files. @default 2 GiB */
  readonly contentBytes?: number | undefined;
  /** How many of them any other release of the stream lacks. @default all */
  readonly changedBytes?: number | undefined;
  /** @default 40,000 */
  readonly entryCount?: number | undefined;
}

export interface ModelImage extends ImageSummary {
  readonly changedBytes: number;
}

const defaultContentBytes = 2 * 2 ** 30;
const defaultEntryCount = 40_000;

/** Images of which the model knows how large they are, and nothing else: neither manifests nor objects. */
export class ModelImages implements ImageSource {
  readonly #images = new Map<string, ModelImage>();

  /** Adds an image. @returns it; its digest follows from its name */
  add(options: ModelImageOptions): ModelImage {
    const { stream, leaf, contentBytes = defaultContentBytes } = options;
    const image: ModelImage = {
      stream,
      leaf,
      manifestDigest: createHash('sha512').update(`${stream}/${leaf}`).digest('hex'),
      usageBytes: contentBytes,
      contentBytes,
      changedBytes: options.changedBytes ?? contentBytes,
      entryCount: options.entryCount ?? defaultEntryCount,
      createdAt: new Date(0),
    };
    this.#images.set(image.manifestDigest, image);
    return image;
  }

  async getImage(stream: string, leaf: string): Promise<ImageSummary> {
    const ofStream = [...this.#images.values()].filter((image) => image.stream === stream);
    const image = ofStream.find((candidate) => candidate.leaf === leaf);
    if (image !== undefined) return image;
    throw new AmiPublisherError(ofStream.length === 0 ? 'STREAM_NOT_FOUND' : 'IMAGE_NOT_FOUND', {
      message: `the model has no image ${stream}/${leaf}`,
      resource: `${stream}/${leaf}`,
    });
  }

  /** @throws `IMAGE_NOT_FOUND` */
  withDigest(manifestDigest: string): ModelImage {
    const image = this.#images.get(manifestDigest);
    if (image !== undefined) return image;
    throw new AmiPublisherError('IMAGE_NOT_FOUND', {
      message: `the model has no image of the digest ${manifestDigest}`,
      resource: manifestDigest,
    });
  }

  /** @throws `INVALID_MANIFEST`: the model has none. */
  async getManifest(manifestDigest: string): Promise<never> {
    throw new AmiPublisherError('INVALID_MANIFEST', {
      message: 'images of the model have no manifests',
      resource: manifestDigest,
    });
  }

  /** @throws `OBJECT_MISSING`: the model has none. */
  // biome-ignore lint/correctness/useYield: there is nothing to yield
  async *getObjects(digests: readonly string[]): AsyncGenerator<never> {
    throw new AmiPublisherError('OBJECT_MISSING', {
      message: 'images of the model have no objects',
      ...(digests[0] !== undefined && { resource: digests[0] }),
    });
  }
}
