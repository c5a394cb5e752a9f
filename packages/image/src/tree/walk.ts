import type { ByteString, InodeEntry, ManifestEntry } from '../manifest.js';
import { decodeDevice } from '../posix.js';
import { type OnContent, type ReadProgress, readContents } from './contents.js';
import { treeChanged } from './read-file.js';
import { readNode, type Scan, type ScannedNode, scanTree } from './scan.js';
import type { FileContent, TreeIndex } from './tree-index.js';

/** Options of `walkTree`. */
export interface WalkOptions {
  /** Digests known from last time. @default none: every file is read */
  readonly index?: TreeIndex | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ReadProgress) => void) | undefined;
  /** Told of each file's content as soon as it is known; the walk waits for it. */
  readonly onContent?: OnContent | undefined;
  /** A path in the tree that is no part of it. @default none */
  readonly exclude?: ByteString | undefined;
}

/** A tree as a manifest describes it. */
export interface WalkedTree {
  /** In byte order, the root first: what `encodeManifest` takes. */
  readonly entries: readonly ManifestEntry[];
  /** For the next walk. */
  readonly index: TreeIndex;
  /** What was left out (sockets, other file systems), as sentences. */
  readonly warnings: readonly string[];
  /** Bytes that had to be read; files that the index knew are not among them. */
  readonly bytesRead: number;
  /** The scan that the entries were made of, for reading the files once more. */
  readonly scan: Scan;
}

const inodeEntry = (node: ScannedNode, content: FileContent | undefined): InodeEntry => {
  const attributes = {
    path: node.path,
    mode: node.mode,
    uid: node.uid,
    gid: node.gid,
    mtimeNs: node.mtimeNs,
    ...(node.xattrs !== undefined && { xattrs: node.xattrs }),
  };
  switch (node.type) {
    case 'file':
      return { ...attributes, type: 'file', size: node.size, ...content };
    case 'symlink':
      return { ...attributes, type: 'symlink', target: node.target ?? '' };
    case 'character-device':
    case 'block-device':
      return { ...attributes, type: node.type, ...decodeDevice(node.rdev) };
    default:
      return { ...attributes, type: node.type };
  }
};

/** Entries of a scan; all names but the first of an inode become hard links. */
const entriesOf = (
  nodes: readonly ScannedNode[],
  contents: ReadonlyMap<string, FileContent>,
): ManifestEntry[] => {
  const first = new Map<string, ByteString>();
  return nodes.map((node) => {
    if (node.type === 'directory' || node.linkCount === 1) return inodeEntry(node, contents.get(node.inode));
    const target = first.get(node.inode);
    if (target !== undefined) return { type: 'hardlink', path: node.path, target };
    first.set(node.inode, node.path);
    return inodeEntry(node, contents.get(node.inode));
  });
};

/** A name that came or went shows in the ctime of its directory. */
const checkDirectories = (scan: Scan): void => {
  for (const node of scan.nodes) {
    if (node.type !== 'directory') continue;
    const now = readNode(scan.root, node.path);
    if (now?.inode !== node.inode || now.ctimeNs !== node.ctimeNs) throw treeChanged(node.path);
  }
};

/**
 * Describes the tree at `root`: every attribute that a manifest holds, digests included. Stays on one file system.
 *
 * @throws `INVALID_OPTION` if `root` is no directory; `TREE_CHANGED` if it changes meanwhile; `FILE_SYSTEM_FAILED` if something
 * cannot be read; `CANCELLED`.
 */
export const walkTree = async (root: string, options: WalkOptions = {}): Promise<WalkedTree> => {
  const scan = await scanTree(root, options);
  const contents = await readContents(scan, options);
  checkDirectories(scan);
  return {
    entries: entriesOf(scan.nodes, contents.byInode),
    index: contents.index,
    warnings: scan.warnings,
    bytesRead: contents.bytesRead,
    scan,
  };
};
