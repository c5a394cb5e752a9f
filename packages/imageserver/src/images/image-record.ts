import type { ImageName } from '@ami-publisher/image';

/** What a store keeps of an image beside its manifest; JSON in `image.json`. Times are RFC 3339, UTC. */
export interface ImageRecord extends ImageName {
  readonly manifestDigest: string;
  readonly usageBytes: number;
  readonly contentBytes: number;
  readonly entryCount: number;
  readonly manifestBytes: number;
  readonly createdAt: string;
  /** Common name of who added it. */
  readonly createdBy: string;
  /** When it counts as deleted. Left out: never. */
  readonly expiresAt?: string;
  /** When it was deleted by hand. */
  readonly deletedAt?: string;
  /** Common name of who deleted it. */
  readonly deletedBy?: string;
  /** When its manifest was given up, so that it cannot be restored any more; only its name stays taken. */
  readonly collectedAt?: string;
}

/** When an image was deleted or expires, ms since the Unix epoch; infinite if neither. */
export const endOf = ({ deletedAt, expiresAt }: ImageRecord): number =>
  Math.min(...[deletedAt, expiresAt].map((time) => (time === undefined ? Infinity : Date.parse(time))));

/** Whether an image can be used at `nowMs`: neither deleted nor expired. */
export const isLive = (image: ImageRecord, nowMs: number): boolean => nowMs < endOf(image);

/** Images in the order in which they were added. */
export const byAge = (a: ImageRecord, b: ImageRecord): number => {
  if (a.createdAt === b.createdAt) return a.leaf < b.leaf ? -1 : 1;
  return a.createdAt < b.createdAt ? -1 : 1;
};
