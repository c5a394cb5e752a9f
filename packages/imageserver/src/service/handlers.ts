import { EventEmitter, on } from 'node:events';
import { packParts, parseStreamName } from '@ami-publisher/image';
import type { ImageServerHandlers } from '@ami-publisher/protocol';
import type { CollectionSchedule } from '../collection/collection-schedule.js';
import type { ImageCatalogue } from '../images/image-catalogue.js';
import { streamNotFound } from '../images/image-errors.js';
import type { ImageRecord } from '../images/image-record.js';
import { receiveObjects } from './receive-objects.js';
import { digestsOf, nameOf, partsOf, splitAddImage, timeOf } from './requests.js';
import { verifyImage } from './verify-image.js';

const maxCheckedDigests = 65_536;
const maxFetchedDigests = 16_384;

/** What the service works with. */
export interface ImageService {
  readonly catalogue: ImageCatalogue;
  readonly collections: CollectionSchedule;
  /** Ends the calls that would go on for ever. */
  readonly shutDown: AbortSignal;
}

const messages =
  (catalogue: ImageCatalogue) =>
  ({ stream, leaf, ...image }: ImageRecord) => ({
    ...image,
    name: { stream, leaf },
    restorableUntil: catalogue.restorableUntil({ stream, leaf, ...image }) ?? '',
  });

async function* watched(
  added: EventEmitter,
  stream: string,
  signal: AbortSignal,
): AsyncGenerator<ImageRecord> {
  try {
    for await (const [image] of on(added, 'image', { signal }) as AsyncIterable<[ImageRecord]>) {
      if (stream === '' || image.stream === stream) yield image;
    }
  } catch (reason) {
    if (!signal.aborted) throw reason;
  }
}

async function* mapped<T, U>(items: AsyncIterable<T>, map: (item: T) => U): AsyncGenerator<U> {
  for await (const item of items) yield map(item);
}

/** Looking images up. */
const lookUps = ({ catalogue }: ImageService): ImageServerHandlers => {
  const toMessage = messages(catalogue);
  return {
    ListStreams: async () => {
      const streams = (await catalogue.list()).map(({ stream }) => stream);
      return { streams: [...new Set(streams)].sort() };
    },
    ListImages: async ({ stream, deleted }) => {
      const images = await catalogue.list(stream === '' ? undefined : parseStreamName(stream), deleted);
      return { images: images.map(toMessage) };
    },
    FindLatest: async ({ stream }) => {
      const image = (await catalogue.list(parseStreamName(stream))).at(-1);
      if (image === undefined) throw streamNotFound(stream);
      return toMessage(image);
    },
    GetImage: async ({ name }) => toMessage(await catalogue.find(nameOf(name))),
    GetManifest: async function* ({ manifestDigest }) {
      yield* mapped(await catalogue.manifest(manifestDigest), (data) => ({ data: data as Buffer }));
    },
    VerifyImage: async function* ({ name }, { signal }) {
      yield* verifyImage(catalogue.store, await catalogue.find(nameOf(name)), signal);
    },
  };
};

/** Objects on their way in and out. */
const transfers = ({ catalogue }: ImageService): ImageServerHandlers => {
  const { objects } = catalogue.store;
  return {
    CheckObjects: async ({ digests }, { signal }) => {
      const staleMs = catalogue.clock.now() - catalogue.graceMs / 2;
      const fresh = await objects.areFresh(digestsOf(digests, maxCheckedDigests), staleMs, signal);
      return { missing: fresh.flatMap((isFresh, index) => (isFresh ? [] : [index])) };
    },
    AddObjects: (requests, { signal }) => receiveObjects(partsOf(requests), objects, signal),
    GetObjects: ({ digests }, { signal }) =>
      packParts(objects.read(digestsOf(digests, maxFetchedDigests), signal)),
  };
};

/** Images come, change and go. */
const changes = ({ catalogue, collections, shutDown }: ImageService): ImageServerHandlers => {
  const toMessage = messages(catalogue);
  const added = new EventEmitter().setMaxListeners(0);
  return {
    AddImage: async (requests, { caller, signal }) => {
      const request = await splitAddImage(requests);
      const { image, isNew } = await catalogue.add({ ...request, createdBy: caller.commonName, signal });
      if (isNew) added.emit('image', image);
      return toMessage(image);
    },
    SetExpiry: async ({ name, expiresAt }, { caller }) => {
      const time = timeOf('expires_at', expiresAt);
      return toMessage(await catalogue.setExpiry(nameOf(name), time, caller.role === 'operator'));
    },
    DeleteImage: async ({ name }, { caller }) =>
      toMessage(await catalogue.delete(nameOf(name), caller.commonName)),
    RestoreImage: async ({ name }) => toMessage(await catalogue.restore(nameOf(name))),
    CollectGarbage: ({ dryRun }, { signal }) => collections.run(dryRun, signal),
    Watch: ({ stream }, { signal }) =>
      mapped(watched(added, stream, AbortSignal.any([signal, shutDown])), toMessage),
  };
};

/** The service over a store. */
export const imageServerHandlers = (service: ImageService): ImageServerHandlers => ({
  ...lookUps(service),
  ...transfers(service),
  ...changes(service),
});
