import { closeSync, constants, openSync } from 'node:fs';
import { posix } from './posix.js';

/** Files that the disk is reading while one is used: enough to keep a disk busy, and few enough to be still there when their turn comes. */
const filesAhead = 16;
/** Of each file; the kernel reads ahead by itself in what follows. */
const bytesAhead = 1024 * 1024;
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const announce = (path: Buffer | string): void => {
  let fd: number;
  try {
    fd = openSync(path, openFlags);
  } catch {
    // Whoever reads it will say why it cannot be read.
    return;
  }
  try {
    posix().willNeed(fd, bytesAhead);
  } finally {
    closeSync(fd);
  }
};

/**
 * Yields `items`, whose files are read one after the other, and has the system fetch those of the next ones from the disk meanwhile.
 * Reading many small files costs one wait for the disk per file otherwise.
 */
export function* readingAhead<T>(items: readonly T[], pathOf: (item: T) => Buffer | string): Generator<T> {
  for (const item of items.slice(1, filesAhead)) announce(pathOf(item));
  for (const [index, item] of items.entries()) {
    const next = items[index + filesAhead];
    if (next !== undefined) announce(pathOf(next));
    yield item;
  }
}
