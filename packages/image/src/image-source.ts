import type { Manifest } from './manifest.js';

export interface ImageSummary {
  readonly stream: string;
  readonly leaf: string;
  /** Lower-case hex SHA-512 of the manifest. */
  readonly manifestDigest: string;
  /** Bytes that the unpacked image takes in 4096-byte blocks, hard links once. */
  readonly usageBytes: number;
  /** Sum of the sizes of the regular files, hard links once. */
  readonly contentBytes: number;
  readonly entryCount: number;
  readonly createdAt: Date;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** A piece of an object; all pieces of one object follow each other. */
export interface ObjectPiece {
  /** Lower-case hex SHA-512. */
  readonly sha512: string;
  /** Size of the whole object, bytes. */
  readonly size: number;
  readonly data: Uint8Array;
}

/** Where images come from. */
export interface ImageSource {
  /**
   * @throws `STREAM_NOT_FOUND`, `IMAGE_NOT_FOUND`, `IMAGE_SERVER_UNREACHABLE`.
   */
  getImage(stream: string, leaf: string, options?: CallOptions): Promise<ImageSummary>;
  /** @throws `IMAGE_NOT_FOUND`; `INVALID_MANIFEST` when the bytes do not have that digest or break the format. */
  getManifest(manifestDigest: string, options?: CallOptions): Promise<Manifest>;
  /**
   * The objects asked for, in the order asked for. The consumer verifies their digests.
   *
   * @throws `OBJECT_MISSING`, `IMAGE_SERVER_UNREACHABLE`.
   */
  getObjects(digests: readonly string[], options?: CallOptions): AsyncIterable<ObjectPiece>;
}
