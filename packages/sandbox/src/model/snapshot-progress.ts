import { invalidOption } from '@ami-publisher/base';

/** Per cent that a snapshot reports, from the share of its time that has passed; AWS promises no shape. */
const shapes = {
  /** As much as is done. */
  linear: (share: number) => share * 100,
  /** Slowly at first, and twice the mean pace at the end. */
  accelerating: (share: number) => share ** 2 * 100,
  /** Brought up to date eight times only. */
  jumpy: (share: number) => Math.floor(share * 8) * 12.5,
  /** Quickly to three fifths, and not a step further until the end. */
  stalling: (share: number) => Math.min(60, share * 200),
  /** Nothing until the end. */
  stuck: () => 0,
} as const satisfies Readonly<Record<string, (share: number) => number>>;

export type SnapshotProgress = keyof typeof shapes;

/** Whole per cent that a snapshot reports when that share of its time has passed; 100 is for those that are complete. */
export const reportedPercent = (shape: SnapshotProgress, share: number): number =>
  Math.min(99, Math.floor(shapes[shape](Math.min(1, share))));

/** @throws `INVALID_OPTION` */
export const checkSnapshotProgress = (shape: SnapshotProgress = 'linear'): SnapshotProgress => {
  if (Object.hasOwn(shapes, shape)) return shape;
  throw invalidOption('snapshotProgress', `one of ${Object.keys(shapes).join(', ')}`, shape);
};
