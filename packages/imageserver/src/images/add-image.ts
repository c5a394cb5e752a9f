import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { AmiPublisherError, type Clock } from '@ami-publisher/base';
import { type ByteString, formatImageName, type ImageName, toText } from '@ami-publisher/image';
import type { SizedDigest } from '../digest-table.js';
import type { Store } from '../store/store.js';
import { imageExists, imageNotFound } from './image-errors.js';
import { type ImageRecord, isLive } from './image-record.js';
import { listedFiles } from './listed-files.js';
import { type ReceivedManifest, receiveManifest } from './receive-manifest.js';

/** Objects that are looked for together. */
const batchObjects = 1000;
const claimPollMs = 1_000;

/** What `addImage` needs. */
export interface AddImageContext {
  readonly store: Store;
  readonly clock: Clock;
  /** How long unlisted objects stay, ms. */
  readonly graceMs: number;
  /** A time of creation for an image, later than that of every other, ms since the Unix epoch. */
  nextCreation(): Promise<number>;
}

/** What is asked to be added. */
export interface AddImageRequest {
  readonly name: ImageName;
  /** The bytes of the manifest. */
  readonly manifest: AsyncIterable<Uint8Array>;
  readonly createdBy: string;
  /** RFC 3339, UTC. Left out: never. */
  readonly expiresAt?: string | undefined;
  readonly signal: AbortSignal;
}

/** An image, and whether it was not there before. */
export interface AddedImage {
  readonly image: ImageRecord;
  readonly isNew: boolean;
}

/**
 * Adds an image of objects that are all there. The same manifest again gives the image that is there, and writes its manifest once more.
 *
 * The order is what keeps collections of garbage off: the manifest is declared, nobody may hold a claim on what it lists, the objects
 * are looked for, and only then the image appears.
 *
 * @throws `INVALID_MANIFEST`, `OBJECT_MISSING` naming a path, `IMAGE_EXISTS`, `NO_SPACE`, `TIMED_OUT`, `CANCELLED`.
 */
export const addImage = async (context: AddImageContext, request: AddImageRequest): Promise<AddedImage> => {
  const received = await receiveManifest(request.manifest, context.store.temporary);
  try {
    const before = await existing(context, request.name, received);
    if (before !== undefined) return { image: before, isNew: false };
    return await declareAndCreate(context, request, received);
  } finally {
    await rm(received.file, { force: true });
  }
};

/** The image that is there already. @throws `IMAGE_EXISTS` if it has another manifest or is deleted. */
const existing = async (
  { store, clock }: AddImageContext,
  name: ImageName,
  received: ReceivedManifest,
): Promise<ImageRecord | undefined> => {
  const image = (await store.images.find(name))?.image;
  if (image === undefined) return undefined;
  const isDeleted = !isLive(image, clock.now());
  if (isDeleted || image.manifestDigest !== received.digest) throw imageExists(image, isDeleted);
  await store.images.replaceManifest(name, received);
  return image;
};

const declareAndCreate = async (
  context: AddImageContext,
  request: AddImageRequest,
  received: ReceivedManifest,
): Promise<AddedImage> => {
  const { store, clock, graceMs } = context;
  const { withdraw, declaredMs } = await declareUnclaimed(context, request, received);
  try {
    await checkObjects(store, received, request.signal);
    const image = describe(request, received, await context.nextCreation());
    // A manifest without an image is collected when it is older than the grace time.
    if (clock.now() - declaredMs > graceMs / 2) throw tooSlow(request.name);
    if (await store.images.create(image)) return { image, isNew: true };
    const winner = await existing(context, request.name, received);
    if (winner === undefined) throw imageNotFound(request.name);
    return { image: winner, isNew: false };
  } finally {
    await withdraw();
  }
};

/** Declares the manifest, again and again until no collection is about to remove what it lists, or itself. */
const declareUnclaimed = async (
  { store, clock }: AddImageContext,
  { name, signal }: AddImageRequest,
  received: ReceivedManifest,
): Promise<{ readonly withdraw: () => Promise<void>; readonly declaredMs: number }> => {
  for (;;) {
    const declaredMs = clock.now();
    const withdraw = await store.images.declare(name, received);
    try {
      const isWanted = (sha512: string) => sha512 === received.digest || received.objects.has(sha512);
      if (!(await store.claims.overlap(isWanted))) return { withdraw, declaredMs };
      await clock.sleep(claimPollMs, signal);
    } catch (reason) {
      await withdraw();
      throw reason;
    }
    await withdraw();
  }
};

const checkObjects = async (store: Store, received: ReceivedManifest, signal: AbortSignal): Promise<void> => {
  let batch: SizedDigest[] = [];
  const check = async () => {
    const sizes = await store.objects.sizesOf(
      batch.map(({ sha512 }) => sha512),
      signal,
    );
    const wrong = batch.findIndex(({ size }, index) => sizes[index] !== size);
    if (wrong !== -1) throw await objectMissing(received, batch[wrong]!, sizes[wrong]);
    batch = [];
  };
  for (const object of received.objects) {
    batch.push(object);
    if (batch.length === batchObjects) await check();
  }
  await check();
};

const objectMissing = async (
  received: ReceivedManifest,
  object: SizedDigest,
  size: number | undefined,
): Promise<AmiPublisherError> => {
  const path = await pathOf(received, object.sha512);
  const problem =
    size === undefined ? 'is missing' : `has ${size} bytes, and the manifest says ${object.size}`;
  return new AmiPublisherError('OBJECT_MISSING', {
    message: `object ${object.sha512.slice(0, 16)}… of ${toText(path)} ${problem}`,
    resource: object.sha512,
    remedy: 'add the objects first: begin the ingest again',
  });
};

/** The first path that has the content. */
const pathOf = async (received: ReceivedManifest, sha512: string): Promise<ByteString> => {
  const { signal } = new AbortController();
  for await (const files of listedFiles(createReadStream(received.file), received.digest, signal)) {
    const file = files.find((candidate) => candidate.sha512 === sha512);
    if (file !== undefined) return file.path;
  }
  return '';
};

const tooSlow = (name: ImageName): AmiPublisherError =>
  new AmiPublisherError('TIMED_OUT', {
    message: `adding ${formatImageName(name)} took longer than half the grace time of unlisted objects`,
    resource: formatImageName(name),
    remedy: 'begin the ingest again, or give the image server a longer --grace-time',
  });

const describe = (request: AddImageRequest, received: ReceivedManifest, createdMs: number): ImageRecord => ({
  stream: request.name.stream,
  leaf: request.name.leaf,
  manifestDigest: received.digest,
  usageBytes: received.usageBytes,
  contentBytes: received.contentBytes,
  entryCount: received.entryCount,
  manifestBytes: received.bytes,
  createdAt: new Date(createdMs).toISOString(),
  createdBy: request.createdBy,
  ...(request.expiresAt !== undefined && { expiresAt: request.expiresAt }),
});
