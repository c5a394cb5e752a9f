import { EventEmitter, on } from 'node:events';
import { createReadStream } from 'node:fs';
import { AmiPublisherError } from '@ami-publisher/base';
import {
  Breather,
  formatImageName,
  type ImageName,
  type ObjectPiece,
  packParts,
  parseStreamName,
} from '@ami-publisher/image';
import type { ImageServerHandlers } from '@ami-publisher/protocol';
import type { DirectoryStore } from '../store/directory-store.js';
import type { StoredImage } from '../store/image-store.js';
import { receiveObjects } from '../store/receive-objects.js';
import { digestsOf, nameOf, partsOf, splitAddImage } from './requests.js';
import { verifyImage } from './verify-image.js';

const maxCheckedDigests = 65_536;
const maxFetchedDigests = 16_384;
const manifestPieceBytes = 256 * 1024;

const toMessage = ({ stream, leaf, ...image }: StoredImage) => ({
  ...image,
  name: { stream, leaf },
  expiresAt: '',
});

const streamNotFound = (stream: string): AmiPublisherError =>
  new AmiPublisherError('STREAM_NOT_FOUND', {
    message: `there is no stream ${stream}`,
    resource: stream,
    remedy: 'see `ami-publisher image list`, or add an image with `ami-publisher image add`',
  });

const imageNotFound = (name: ImageName): AmiPublisherError =>
  new AmiPublisherError('IMAGE_NOT_FOUND', {
    message: `the stream ${name.stream} has no image ${name.leaf}`,
    resource: formatImageName(name),
    remedy: `see \`ami-publisher image list ${name.stream}\``,
  });

const findImage = (store: DirectoryStore, name: ImageName): StoredImage => {
  const image = store.images.find(name);
  if (image !== undefined) return image;
  throw store.images.list(name.stream).length === 0 ? streamNotFound(name.stream) : imageNotFound(name);
};

async function* readObjects(
  store: DirectoryStore,
  digests: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<ObjectPiece> {
  const breather = new Breather(signal);
  for (const sha512 of digests) {
    await breather.breathe();
    yield* store.objects.read(sha512, signal);
  }
}

async function* readManifestBytes(
  store: DirectoryStore,
  digest: string,
): AsyncGenerator<{ readonly data: Buffer }> {
  const image = store.images.withManifest(digest);
  if (image === undefined) {
    throw new AmiPublisherError('IMAGE_NOT_FOUND', {
      message: `no image has the manifest ${digest.slice(0, 16)}…`,
      resource: digest,
      remedy: 'look the image up again; it may have been added under another digest',
    });
  }
  const file = createReadStream(store.images.manifestPath(image), { highWaterMark: manifestPieceBytes });
  for await (const data of file) yield { data: data as Buffer };
}

async function* watched(
  added: EventEmitter,
  stream: string,
  signal: AbortSignal,
): AsyncGenerator<ReturnType<typeof toMessage>> {
  try {
    for await (const [image] of on(added, 'image', { signal }) as AsyncIterable<[StoredImage]>) {
      if (stream === '' || image.stream === stream) yield toMessage(image);
    }
  } catch (reason) {
    if (!signal.aborted) throw reason;
  }
}

/**
 * The service over a store. SetExpiry and DeleteImage are not implemented.
 */
export const imageServerHandlers = (store: DirectoryStore): ImageServerHandlers => {
  const added = new EventEmitter().setMaxListeners(0);
  return {
    ListStreams: async () => ({
      streams: [...new Set(store.images.list().map((image) => image.stream))].sort(),
    }),
    ListImages: async ({ stream }) => {
      if (stream === '') return { images: store.images.list().map(toMessage) };
      const images = store.images.list(parseStreamName(stream));
      if (images.length === 0) throw streamNotFound(stream);
      return { images: images.map(toMessage) };
    },
    FindLatest: async ({ stream }) => {
      const image = store.images.list(parseStreamName(stream)).at(-1);
      if (image === undefined) throw streamNotFound(stream);
      return toMessage(image);
    },
    GetImage: async ({ name }) => toMessage(findImage(store, nameOf(name))),
    GetManifest: ({ manifestDigest }) => readManifestBytes(store, manifestDigest),
    CheckObjects: async ({ digests }, { signal }) => {
      const breather = new Breather(signal);
      const missing: number[] = [];
      for (const [index, sha512] of digestsOf(digests, maxCheckedDigests).entries()) {
        await breather.breathe();
        if (store.objects.sizeOf(sha512) === undefined) missing.push(index);
      }
      return { missing };
    },
    AddObjects: (requests, { signal }) => receiveObjects(partsOf(requests), store.objects, signal),
    GetObjects: ({ digests }, { signal }) =>
      packParts(readObjects(store, digestsOf(digests, maxFetchedDigests), signal)),
    AddImage: async (requests, { caller, signal }) => {
      const { name, manifest } = await splitAddImage(requests);
      const { image, isNew } = await store.images.add(name, manifest, caller.commonName, signal);
      if (isNew) added.emit('image', image);
      return toMessage(image);
    },
    VerifyImage: ({ name }, { signal }) => verifyImage(store, findImage(store, nameOf(name)), signal),
    Watch: ({ stream }, { signal }) => watched(added, stream, signal),
  };
};
