import { AmiPublisherError, type ErrorCode, throwIfCancelled, untilAborted } from '@ami-publisher/base';
import { type SrpcCalls, SrpcImageServer, type SrpcImageTree, SrpcObjectServer } from '@ami-publisher/srpc';
import type { CallOptions, ImageSource, ImageSummary, ObjectPiece } from '../image-source.js';
import { sealManifest } from '../manifest/seal-manifest.js';
import type { Manifest } from '../manifest.js';
import { formatImageName, type ImageName } from '../names.js';
import { estimateUsage } from '../usage.js';
import { TreeEntries } from './entries.js';
import { pulled } from './pulled.js';

/** What a call fetches at a time, so that one that breaks off costs little. */
const batchObjects = 1000;

/** An image with the manifest that was made of its tree. */
interface FoundImage {
  readonly manifest: Manifest;
  readonly summary: ImageSummary;
}

/**
 * An image server of Go as a source of images. It has no manifests: one is made of the image's tree, always the same of the same image, so that a digest means as much as
 * elsewhere. A tree takes seconds and much memory: one is fetched at a time, and again only if its image is another one by now. A manifest can be asked for once its image has been
 * asked for by name; the latest is kept. The client is the caller's to close.
 */
export class SrpcImageSource implements ImageSource {
  readonly #images: SrpcImageServer;
  readonly #objects: SrpcObjectServer;
  readonly #names = new Map<string, ImageName>();
  /** What was found, by `STREAM/LEAF`. */
  readonly #summaries = new Map<string, ImageSummary>();
  #latest: Manifest | undefined;
  #lookingUp: Promise<unknown> = Promise.resolve();

  constructor(client: SrpcCalls) {
    this.#images = new SrpcImageServer(client);
    this.#objects = new SrpcObjectServer(client);
  }

  async getImage(stream: string, leaf: string, options: CallOptions = {}): Promise<ImageSummary> {
    const { signal } = options;
    const mine = this.#lookingUp.then(() => {
      throwIfCancelled(signal);
      return this.#summary({ stream, leaf }, options);
    });
    this.#lookingUp = mine.catch(() => {});
    try {
      return await untilAborted(mine, signal);
    } catch (reason) {
      throwIfCancelled(signal);
      throw reason;
    }
  }

  async getManifest(manifestDigest: string, options: CallOptions = {}): Promise<Manifest> {
    if (this.#latest?.digest === manifestDigest) return this.#latest;
    const name = this.#names.get(manifestDigest);
    const found = name && (await this.#find(name, options));
    if (found?.manifest.digest === manifestDigest) return found.manifest;
    throw new AmiPublisherError('IMAGE_NOT_FOUND', {
      message: `no image of manifest digest ${manifestDigest} has been asked for by name`,
      resource: manifestDigest,
      remedy: 'ask for the image by its stream and leaf first',
    });
  }

  async *getObjects(digests: readonly string[], options: CallOptions = {}): AsyncGenerator<ObjectPiece> {
    for (let at = 0; at < digests.length; at += batchObjects)
      yield* this.#batch(digests.slice(at, at + batchObjects), options);
  }

  #batch(digests: readonly string[], { signal }: CallOptions): AsyncGenerator<ObjectPiece> {
    return pulled((push, end) =>
      this.#objects.getObjects(
        digests,
        ({ index, size, data }) => push({ sha512: digests[index] ?? '', size, data }),
        { signal: signal === undefined ? end : AbortSignal.any([signal, end]) },
      ),
    );
  }

  /** Of the image that was found before, if it is still that: a server gives each that is added a time of its own. */
  async #summary(name: ImageName, options: CallOptions): Promise<ImageSummary> {
    const full = formatImageName(name);
    const known = this.#summaries.get(full);
    const image = known && (await this.#images.image(full, options));
    const isKnown =
      image?.createdAt !== undefined && image.createdAt.getTime() === known?.createdAt.getTime();
    return isKnown ? known : (await this.#find(name, options)).summary;
  }

  async #find(name: ImageName, options: CallOptions): Promise<FoundImage> {
    const inodes = new TreeEntries(formatImageName(name));
    const tree = await this.#tree(name, inodes, options);
    const manifest = sealManifest(inodes.end(tree));
    const { digest: manifestDigest, entries } = manifest;
    this.#names.set(manifestDigest, name);
    this.#latest = manifest;
    const createdAt = tree.createdAt ?? new Date(0);
    const usage = estimateUsage(entries);
    const summary = { ...name, manifestDigest, ...usage, entryCount: entries.length, createdAt };
    this.#summaries.set(formatImageName(name), summary);
    return { manifest, summary };
  }

  /** Puts all inodes but the root where they are wanted. */
  async #tree(name: ImageName, inodes: TreeEntries, { signal }: CallOptions): Promise<SrpcImageTree> {
    const full = formatImageName(name);
    const tree = await this.#images.tree(full, (number, inode) => inodes.add(number, inode), { signal });
    if (tree !== undefined) return tree;
    const hasStream = await this.#images.hasDirectory(name.stream, { signal });
    throw hasStream
      ? missing('IMAGE_NOT_FOUND', `the image server has no image ${full}`, full)
      : missing('STREAM_NOT_FOUND', `the image server has no stream ${name.stream}`, name.stream);
  }
}

const missing = (code: ErrorCode, message: string, resource: string): AmiPublisherError =>
  new AmiPublisherError(code, { message, resource, remedy: 'check the name' });
