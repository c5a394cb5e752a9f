import type { CallOptions, ImageSummary, ObjectPiece } from '../image-source.js';
import type { ImageName } from '../names.js';

/** Options of `ImageSink.addImage`. */
export interface AddImageOptions extends CallOptions {
  /** When the image expires. @default never */
  readonly expiresAt?: Date | undefined;
}

/** Where images go. */
export interface ImageSink {
  /** Those of the digests that the sink does not have yet. @throws `IMAGE_SERVER_UNREACHABLE`. */
  missingObjects(digests: readonly string[], options?: CallOptions): Promise<string[]>;
  /**
   * Adds objects by one stream; the pieces of one object follow each other.
   *
   * @throws `OBJECT_CORRUPT`, `NO_SPACE`, `IMAGE_SERVER_UNREACHABLE`, and what `pieces` throws.
   */
  addObjects(pieces: AsyncIterable<ObjectPiece>, options?: CallOptions): Promise<void>;
  /**
   * Makes an image of objects that are all there. The same manifest again succeeds.
   *
   * @throws `IMAGE_EXISTS`, `INVALID_MANIFEST`, `OBJECT_MISSING`, `IMAGE_SERVER_UNREACHABLE`.
   */
  addImage(name: ImageName, manifest: Uint8Array, options?: AddImageOptions): Promise<ImageSummary>;
}

/** How far an ingest has come. */
export interface IngestProgress {
  readonly phase: 'reading' | 'sending';
  readonly filesDone: number;
  /** Undefined while it is not known. */
  readonly filesTotal: number | undefined;
  readonly bytesDone: number;
  readonly bytesTotal: number | undefined;
}

/** Options of every ingest. */
export interface IngestOptions {
  readonly name: ImageName;
  readonly sink: ImageSink;
  /** When the image expires. @default never */
  readonly expiresAt?: Date | undefined;
  /** Streams of objects at a time. @default 4 */
  readonly streams?: number | undefined;
  readonly onProgress?: ((progress: IngestProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What an ingest has done. */
export interface IngestResult {
  readonly image: ImageSummary;
  /** Objects that the sink did not have. */
  readonly objectsSent: number;
  readonly bytesSent: number;
  /** What was left out, as sentences. */
  readonly warnings: readonly string[];
}

/** @see IngestOptions.streams */
export const defaultIngestStreams = 4;
