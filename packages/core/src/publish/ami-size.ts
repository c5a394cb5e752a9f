import { gibibyte } from '../unpacker/volumes.js';

/**
 * Size of the AMI's root disk, GiB (reference 4.4): the image and its free room, but never less than the volume that was captured. What the
 * disk has beyond the file system is for the guest to grow into.
 */
export const amiSizeGiB = (usageBytes: number, minFreeBytes: number, volumeGiB: number): number =>
  Math.max(Math.ceil((usageBytes + minFreeBytes) / gibibyte), volumeGiB);
