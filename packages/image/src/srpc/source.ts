import { AmiPublisherError, type ErrorCode } from '@ami-publisher/base';
import { type SrpcCalls, SrpcImageServer, type SrpcInode, SrpcObjectServer } from '@ami-publisher/srpc';
import type { CallOptions, ImageSource, ImageSummary, ObjectPiece } from '../image-source.js';
import { encodePieces } from '../manifest/encode.js';
import { ManifestReader } from '../manifest/reader.js';
import type { Manifest } from '../manifest.js';
import { formatImageName, type ImageName } from '../names.js';
import { estimateUsage } from '../usage.js';
import { type NumberedTree, toEntries } from './entries.js';
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
 * elsewhere. A manifest can be asked for once its image has been asked for by name; the latest is kept. The client is the caller's to close.
 */
export class SrpcImageSource implements ImageSource {
  readonly #images: SrpcImageServer;
  readonly #objects: SrpcObjectServer;
  readonly #names = new Map<string, ImageName>();
  #latest: Manifest | undefined;

  constructor(client: SrpcCalls) {
    this.#images = new SrpcImageServer(client);
    this.#objects = new SrpcObjectServer(client);
  }

  async getImage(stream: string, leaf: string, options: CallOptions = {}): Promise<ImageSummary> {
    return (await this.#find({ stream, leaf }, options)).summary;
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

  async #find(name: ImageName, options: CallOptions): Promise<FoundImage> {
    const found = toImage(name, await this.#tree(name, options));
    this.#names.set(found.manifest.digest, name);
    this.#latest = found.manifest;
    return found;
  }

  async #tree(name: ImageName, { signal }: CallOptions): Promise<NumberedTree> {
    const inodes = new Map<string, SrpcInode>();
    const full = formatImageName(name);
    const tree = await this.#images.tree(full, (number, inode) => inodes.set(number, inode), { signal });
    if (tree !== undefined) return { ...tree, inodes, name: full };
    const hasStream = await this.#images.hasDirectory(name.stream, { signal });
    throw hasStream
      ? missing('IMAGE_NOT_FOUND', `the image server has no image ${full}`, full)
      : missing('STREAM_NOT_FOUND', `the image server has no stream ${name.stream}`, name.stream);
  }
}

/** Checks the manifest by the same rules as one that was sent. */
const toImage = (name: ImageName, tree: NumberedTree): FoundImage => {
  const entries = toEntries(tree);
  const reader = new ManifestReader(() => {});
  for (const piece of encodePieces(entries)) reader.push(piece);
  const { digest, entryCount } = reader.end();
  const createdAt = tree.createdAt ?? new Date(0);
  return {
    manifest: { entries, digest },
    summary: { ...name, manifestDigest: digest, ...estimateUsage(entries), entryCount, createdAt },
  };
};

const missing = (code: ErrorCode, message: string, resource: string): AmiPublisherError =>
  new AmiPublisherError(code, { message, resource, remedy: 'check the name' });
