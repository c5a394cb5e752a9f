import type { ManifestEntry } from './manifest.js';

/** What a directory takes, and what the sizes of files are rounded up to. */
export const blockBytes = 4096;
const symlinkBytes = 64;

/** How large an image is; hard links count once. */
export interface ImageUsage {
  /** Bytes that the unpacked image takes in 4096-byte blocks, without the file system's own. */
  readonly usageBytes: number;
  /** Sum of the sizes of the regular files. */
  readonly contentBytes: number;
}

const blocksOf = (entry: ManifestEntry): number => {
  if (entry.type === 'directory') return blockBytes;
  if (entry.type === 'symlink') return symlinkBytes;
  return entry.type === 'file' ? Math.ceil(entry.size / blockBytes) * blockBytes : 0;
};

/** What one entry adds: a directory is one block, a file its size rounded up to blocks, a symbolic link 64 bytes, the rest nothing. */
export const entryUsage = (entry: ManifestEntry): ImageUsage => ({
  usageBytes: blocksOf(entry),
  contentBytes: entry.type === 'file' ? entry.size : 0,
});

/** Adds up a manifest. */
export const estimateUsage = (entries: readonly ManifestEntry[]): ImageUsage => {
  let usageBytes = 0;
  let contentBytes = 0;
  for (const entry of entries) {
    const usage = entryUsage(entry);
    usageBytes += usage.usageBytes;
    contentBytes += usage.contentBytes;
  }
  return { usageBytes, contentBytes };
};
