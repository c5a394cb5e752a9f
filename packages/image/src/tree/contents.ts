import { isAmiPublisherError } from '@ami-publisher/base';
import { Breather } from '../breather.js';
import { below } from '../byte-string.js';
import { readingAhead } from '../read-ahead.js';
import { systemCodeOf } from '../system-error.js';
import { digestLargeFile, digestSmallFile, pieceBytes } from './read-file.js';
import type { Scan, ScannedNode } from './scan.js';
import { type FileContent, TreeIndex } from './tree-index.js';

/** How far reading a tree has come; bytes are those of files that have to be read. */
export interface ReadProgress {
  readonly filesDone: number;
  readonly filesTotal: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

/** Called once for each regular file that is not empty, whatever names it has. */
export type OnContent = (scan: Scan, node: ScannedNode, content: FileContent) => Promise<void>;

/** Options of `readContents`. */
export interface ReadContentsOptions {
  /** What is known from last time. @default nothing */
  readonly index?: TreeIndex | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ReadProgress) => void) | undefined;
  /** Told of each file's content as soon as it is known; the reading waits for it. */
  readonly onContent?: OnContent | undefined;
  /** Whether files without read permission are passed over instead of being an error. @default false */
  readonly skipUnreadable?: boolean | undefined;
}

/** The contents of the regular files of a tree, empty ones left out. */
export interface TreeContents {
  /** By `ScannedNode.inode`. */
  readonly byInode: ReadonlyMap<string, FileContent>;
  /** What is known now, for next time. */
  readonly index: TreeIndex;
  readonly bytesRead: number;
}

/** Digests every regular file that the index does not know. @throws `TREE_CHANGED`, `FILE_SYSTEM_FAILED`, `CANCELLED`. */
export const readContents = async (scan: Scan, options: ReadContentsOptions = {}): Promise<TreeContents> => {
  const startMs = Date.now();
  const byInode = new Map<string, FileContent>();
  const index = TreeIndex.empty();
  const unknown = new Map<string, ScannedNode>();
  const files = scan.nodes.filter((node) => node.type === 'file' && node.size > 0);
  for (const node of files) {
    const known = options.index?.find(node);
    if (known === undefined) {
      if (!unknown.has(node.inode)) unknown.set(node.inode, node);
      continue;
    }
    index.keep(node, known);
    if (!byInode.has(node.inode)) await options.onContent?.(scan, node, known);
    byInode.set(node.inode, known);
  }

  const toRead = [...unknown.values()].filter((node) => !byInode.has(node.inode));
  const bytesTotal = toRead.reduce((sum, node) => sum + node.size, 0);
  let [filesDone, bytesDone] = [0, 0];
  const report = () => options.onProgress?.({ filesDone, filesTotal: toRead.length, bytesDone, bytesTotal });
  const breather = new Breather(options.signal, report);
  const onBytes = (count: number) => {
    bytesDone += count;
  };
  for (const node of readingAhead(toRead, ({ path }) => below(scan.root, path))) {
    await breather.breathe();
    const content = await digest(scan, node, options, onBytes);
    filesDone += 1;
    if (content === undefined) continue;
    byInode.set(node.inode, content);
    await options.onContent?.(scan, node, content);
  }
  report();
  for (const node of files) {
    const content = byInode.get(node.inode);
    if (content !== undefined && index.find(node) === undefined) index.record(node, content, startMs);
  }
  return { byInode, index, bytesRead: bytesDone };
};

const digest = async (
  scan: Scan,
  node: ScannedNode,
  options: ReadContentsOptions,
  onBytes: (count: number) => void,
): Promise<FileContent | undefined> => {
  try {
    if (node.size > pieceBytes) return await digestLargeFile(scan.root, node, options.signal, onBytes);
    onBytes(node.size);
    return digestSmallFile(scan.root, node);
  } catch (reason) {
    const cause = isAmiPublisherError(reason) ? reason.cause : reason;
    if (options.skipUnreadable === true && systemCodeOf(cause) === 'EACCES') return undefined;
    throw reason;
  }
};
