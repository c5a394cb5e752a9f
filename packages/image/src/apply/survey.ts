import type { ByteString, InodeEntry, Manifest, ManifestEntry } from '../manifest.js';
import { encodeDevice } from '../posix.js';
import { type ReadProgress, readContents, type TreeContents } from '../tree/contents.js';
import { dataBytes } from '../tree/extents.js';
import { compareImages, type KnownImage } from '../tree/known-image.js';
import { realRoot, type Scan, type ScannedNode, scanTree } from '../tree/scan.js';
import { TreeIndex } from '../tree/tree-index.js';

/** What the tree holds before it is changed, and what of the manifest it is to be compared with. */
export interface Survey {
  readonly scan: Scan;
  readonly contents: TreeContents;
  readonly entries: readonly ManifestEntry[];
  /** Whether the tree has no files that could be broken. */
  readonly isEmpty: boolean;
}

export interface SurveyOptions {
  readonly root: string;
  readonly manifest: Manifest;
  readonly index?: TreeIndex | undefined;
  readonly known?: KnownImage | undefined;
  /** A path in the tree that is no part of it. */
  readonly exclude: ByteString | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (progress: ReadProgress) => void;
}

/** Finds out what the tree holds: by what is known of it, else by looking at every name and reading what the index does not know. */
export const surveyTree = async (options: SurveyOptions): Promise<Survey> => {
  if (options.known !== undefined) return surveyKnown(options.known, options);
  const { manifest, signal, exclude, index, onProgress } = options;
  const scan = await scanTree(options.root, { signal, exclude });
  const contents = await readContents(scan, { index, signal, skipUnreadable: true, onProgress });
  const isEmpty = scan.nodes.every((node) => node.type === 'directory');
  return { scan, contents, entries: manifest.entries, isEmpty };
};

const surveyKnown = async (known: KnownImage, { root, manifest, signal }: SurveyOptions): Promise<Survey> => {
  const { before, after } = await compareImages(known, manifest, signal);
  const byInode = new Map<string, { readonly sha512: string }>();
  const nodes = nodesOf(before, (inode, entry) => {
    if (entry.type !== 'file' || entry.sha512 === undefined) return;
    byInode.set(inode, { sha512: entry.sha512, ...(entry.extents && { extents: entry.extents }) });
  });
  return {
    scan: { root: realRoot(root), nodes, warnings: [] },
    contents: { byInode, index: TreeIndex.empty(), bytesRead: 0 },
    entries: after,
    isEmpty: false,
  };
};

/** Manifest entries as a walk would have found them. */
const nodesOf = (
  entries: readonly ManifestEntry[],
  onInode: (inode: string, entry: InodeEntry) => void,
): ScannedNode[] => {
  const inodes = new Map<ByteString, InodeEntry>();
  const links = new Map<ByteString, number>();
  for (const entry of entries) {
    if (entry.type === 'hardlink') links.set(entry.target, (links.get(entry.target) ?? 1) + 1);
    else inodes.set(entry.path, entry);
  }
  return entries.flatMap((entry) => {
    const target = entry.type === 'hardlink' ? entry.target : entry.path;
    const inode = inodes.get(target);
    if (inode === undefined) return [];
    onInode(target, inode);
    return [nodeOf(entry.path, inode, links.get(target) ?? 1)];
  });
};

const nodeOf = (path: ByteString, entry: InodeEntry, linkCount: number): ScannedNode => ({
  path,
  type: entry.type,
  inode: entry.path,
  linkCount,
  // Symbolic links have no mode of their own on Linux.
  mode: entry.type === 'symlink' ? 0o777 : entry.mode,
  uid: entry.uid,
  gid: entry.gid,
  mtimeNs: entry.mtimeNs,
  ctimeNs: 0n,
  size: entry.type === 'file' ? entry.size : 0,
  allocatedBytes: entry.type === 'file' ? dataBytes(entry) : 0,
  rdev: 'major' in entry ? encodeDevice(entry) : 0n,
  xattrs: entry.xattrs,
  target: entry.type === 'symlink' ? entry.target : undefined,
});
