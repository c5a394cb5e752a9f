import { createHash, hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { AmiPublisherError, throwIfCancelled } from '@ami-publisher/base';
import { below, toText } from '../byte-string.js';
import type { ByteString, FileEntry } from '../manifest.js';
import { fileSystemError, onPath } from '../system-error.js';
import { readExtents } from './extents.js';
import type { ScannedNode } from './scan.js';
import type { FileContent } from './tree-index.js';

/** Files up to this size are read at once; larger ones in pieces of this size. */
export const pieceBytes = 1024 * 1024;

/** Never through a symbolic link, and without waiting should a fifo have taken the place. */
const readFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** @throws `TREE_CHANGED` always. */
export const treeChanged = (path: ByteString): AmiPublisherError =>
  new AmiPublisherError('TREE_CHANGED', {
    message: `${toText(path) || 'the root of the tree'} changed while it was read`,
    resource: toText(path),
    remedy: 'stop what writes to the tree, or read a snapshot of it',
  });

const checkUnchanged = (fd: number, node: ScannedNode): void => {
  const stat = fstatSync(fd, { bigint: true });
  if (
    `${stat.dev}:${stat.ino}` !== node.inode ||
    stat.ctimeNs !== node.ctimeNs ||
    Number(stat.size) !== node.size
  ) {
    throw treeChanged(node.path);
  }
};

const shared = Buffer.allocUnsafeSlow(pieceBytes);

const fill = (fd: number, node: ScannedNode): Buffer => {
  let filled = 0;
  while (filled < node.size) {
    const count = readSync(fd, shared, filled, node.size - filled, filled);
    if (count === 0) throw treeChanged(node.path);
    filled += count;
  }
  return shared.subarray(0, filled);
};

/**
 * Runs `use` with the content of a file of at most `pieceBytes`; the buffer is good until the next call.
 *
 * @throws `TREE_CHANGED` if the file is not the one that was scanned.
 */
export const withSmallFile = <T>(
  root: ByteString,
  node: ScannedNode,
  use: (data: Buffer, fd: number) => T,
): T =>
  onPath('read', node.path, () => {
    const fd = openSync(below(root, node.path), readFlags);
    try {
      const result = use(fill(fd, node), fd);
      checkUnchanged(fd, node);
      return result;
    } finally {
      closeSync(fd);
    }
  });

/**
 * The content of a file in pieces; each is good until the next one is asked for.
 *
 * @throws `TREE_CHANGED` if the file is not the one that was scanned, or changes meanwhile; `CANCELLED`.
 */
export async function* readPieces(
  root: ByteString,
  node: ScannedNode,
  signal?: AbortSignal,
  onOpen: (fd: number) => void = () => {},
): AsyncGenerator<Buffer> {
  const file = await open(below(root, node.path), readFlags).catch((reason: unknown) => {
    throw fileSystemError(reason, 'read', node.path);
  });
  try {
    onOpen(file.fd);
    const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, node.size));
    for (let position = 0; position < node.size; ) {
      throwIfCancelled(signal);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) throw treeChanged(node.path);
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
    checkUnchanged(file.fd, node);
  } finally {
    await file.close();
  }
}

/** A file that has fewer blocks than its size asks for may have holes; only then is it worth looking. */
const mayHaveHoles = (node: ScannedNode): boolean => node.allocatedBytes < node.size;

const content = (sha512: string, extents: FileEntry['extents']): FileContent => ({
  sha512,
  ...(extents !== undefined && { extents }),
});

/** Reads a small file for its digest and holes. @throws `TREE_CHANGED`. */
export const digestSmallFile = (root: ByteString, node: ScannedNode): FileContent =>
  withSmallFile(root, node, (data, fd) =>
    content(hash('sha512', data, 'hex'), mayHaveHoles(node) ? readExtents(fd, node.size) : undefined),
  );

/** Reads a large file for its digest and holes, in pieces. @throws `TREE_CHANGED`, `CANCELLED`. */
export const digestLargeFile = async (
  root: ByteString,
  node: ScannedNode,
  signal: AbortSignal | undefined,
  onBytes: (count: number) => void,
): Promise<FileContent> => {
  const digest = createHash('sha512');
  let extents: FileEntry['extents'];
  const look = (fd: number) => {
    if (mayHaveHoles(node)) extents = readExtents(fd, node.size);
  };
  for await (const piece of readPieces(root, node, signal, look)) {
    digest.update(piece);
    onBytes(piece.length);
  }
  return content(digest.digest('hex'), extents);
};
