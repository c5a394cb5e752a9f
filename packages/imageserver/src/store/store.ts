import type { ImageName, ObjectPiece } from '@ami-publisher/image';
import type { ImageRecord } from '../images/image-record.js';
import type { ReceivedManifest } from '../images/receive-manifest.js';

/** An object as a listing of the store shows it. */
export interface ListedObject {
  /** Lower-case hex SHA-512. */
  readonly sha512: string;
  /** Bytes. */
  readonly size: number;
  /** When it was stored or last asked for by an ingest, ms since the Unix epoch. */
  readonly storedAtMs: number;
}

/** An object that arrives. */
export interface ObjectArrival {
  write(data: Uint8Array): void | Promise<void>;
  /** Verifies it and gives it its place. @throws `OBJECT_CORRUPT`. */
  finish(): void | Promise<void>;
  /** Drops what has arrived. */
  abandon(): void | Promise<void>;
}

/** Content-addressed objects. Those that were found damaged count as absent. */
export interface ObjectStore {
  /** Sizes in bytes, in the order asked for; undefined for what is absent. */
  sizesOf(digests: readonly string[], signal: AbortSignal): Promise<(number | undefined)[]>;
  /**
   * Whether an ingest may count on the objects to be there for a while yet: what no image lists and was stored before `staleMs` is
   * either made as good as new, or counts as absent so that it is sent again.
   */
  areFresh(digests: readonly string[], staleMs: number, signal: AbortSignal): Promise<boolean[]>;
  /** Contents, in the order asked for, in pieces. @throws `OBJECT_MISSING`. */
  read(digests: readonly string[], signal: AbortSignal): AsyncGenerator<ObjectPiece>;
  /** Begins to take an object; `undefined` if it is there. */
  receive(sha512: string, size: number): Promise<ObjectArrival | undefined>;
  /** An object found damaged counts as absent until it is added again. */
  distrust(sha512: string): void;
  /** Every object, in no order. */
  list(signal: AbortSignal): AsyncIterable<ListedObject>;
  /** Removes those of the objects that are still older than `beforeMs`. */
  removeOld(digests: readonly string[], beforeMs: number, signal: AbortSignal): Promise<RemovedObjects>;
}

/** What went. */
export interface RemovedObjects {
  readonly objects: number;
  readonly bytes: number;
}

/** The record of an image as it was read; what is changed is this version and no other. */
export interface ImageVersion {
  readonly image: ImageRecord;
  /** What the store tells versions apart by. */
  readonly version: string;
}

/** A manifest that the store has, of an image or of one that is being added: what it lists must stay. */
export interface StoredManifest {
  /** Of the image, or of what is being added or was never finished. */
  readonly name: ImageName;
  /** Lower-case hex SHA-512. */
  readonly digest: string;
  /** When it was stored, ms since the Unix epoch. */
  readonly storedAtMs: number;
}

/** Records of images and their manifests. */
export interface ImageStore {
  find(name: ImageName): Promise<ImageVersion | undefined>;
  /** Every record, those of deleted images too, in the order in which they were added. */
  list(): Promise<readonly ImageVersion[]>;
  /** Every manifest, those of images that are being added too. */
  manifests(): Promise<readonly StoredManifest[]>;
  /** The bytes of a manifest; undefined if it is gone. */
  readManifest(name: ImageName, digest: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /**
   * Makes a manifest one of `manifests` before its image is there, so that no collection that begins from now on takes its objects.
   *
   * @returns what ends that, to be called whether the image was created or not.
   */
  declare(name: ImageName, manifest: ReceivedManifest): Promise<() => Promise<void>>;
  /** Makes the image whose manifest was declared appear, whole; false if the name is taken. */
  create(image: ImageRecord): Promise<boolean>;
  /** Writes the manifest of an image once more, as it may have been damaged. */
  replaceManifest(name: ImageName, manifest: ReceivedManifest): Promise<void>;
  /** Changes a record; false if it is another version by now. */
  change(before: ImageVersion, image: ImageRecord): Promise<boolean>;
  /** Removes a manifest that no image needs any more. */
  removeManifest(name: ImageName, digest: string): Promise<void>;
}

/** Digests (of objects and manifests) that are about to be removed. */
export interface Claims {
  /** Makes it known to whoever adds an image that these are about to go. @returns what takes that back. */
  claim(digests: readonly string[]): Promise<() => Promise<void>>;
  /** Whether something that `isWanted` is claimed. */
  overlap(isWanted: (sha512: string) => boolean): Promise<boolean>;
}

/** Where images and objects are kept. */
export interface Store {
  /** For messages: a directory or `s3://bucket/prefix`. */
  readonly location: string;
  /** A local folder for files in the making; what is left there goes at the next start. */
  readonly temporary: string;
  readonly objects: ObjectStore;
  readonly images: ImageStore;
  readonly claims: Claims;
  close(): Promise<void>;
}
