import type { CommonStatus } from '@ami-publisher/daemon';
import type { ImageCatalogue } from '../images/image-catalogue.js';
import type { ImageRecord } from '../images/image-record.js';

/** An image as the page shows it. */
export interface ImageStatus {
  readonly stream: string;
  readonly leaf: string;
  readonly manifestDigest: string;
  readonly contentBytes: number;
  readonly entryCount: number;
  readonly createdAt: string;
  readonly createdBy: string;
  /** RFC 3339, UTC; undefined = never. */
  readonly expiresAt: string | undefined;
}

/** What a store holds, in two numbers and a list. */
export interface StoredImages {
  /** The latest first. */
  readonly images: readonly ImageStatus[];
  readonly streams: number;
  /** Images that were deleted or have expired, and whose names are still taken. */
  readonly deleted: number;
}

/** Reads what the catalogue has now. */
export const imagesOf = (catalogue: ImageCatalogue) => async (): Promise<StoredImages> => {
  const all = await catalogue.list(undefined, true);
  const live = all.filter((image) => catalogue.restorableUntil(image) === undefined);
  return {
    images: live.map(imageStatus).reverse(),
    streams: new Set(live.map(({ stream }) => stream)).size,
    deleted: all.length - live.length,
  };
};

const imageStatus = (image: ImageRecord): ImageStatus => {
  const { stream, leaf, manifestDigest, contentBytes, entryCount, createdAt, createdBy, expiresAt } = image;
  return { stream, leaf, manifestDigest, contentBytes, entryCount, createdAt, createdBy, expiresAt };
};

/** An image server as `/status.json` shows it. */
export interface ImageServerStatus extends CommonStatus, StoredImages {
  /** Where images and objects are kept. */
  readonly store: string;
  /** Calls under way that add objects or an image. */
  readonly ingests: number;
}
