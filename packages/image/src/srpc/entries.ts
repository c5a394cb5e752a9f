import { AmiPublisherError } from '@ami-publisher/base';
import type { SrpcDirectoryEntry, SrpcImageTree, SrpcInode } from '@ami-publisher/srpc';
import { fromText } from '../byte-string.js';
import type { ByteString, InodeEntry, ManifestEntry } from '../manifest.js';
import { decodeDevice } from '../posix.js';

type Directory = SrpcImageTree['root'];
type Special = Extract<SrpcInode, { type: 'special' }>;
type File = Extract<SrpcInode, { type: 'file' }>;

/** What stands for bytes of a name that JSON could not carry. */
const damaged = '\ufffd';
const permissionBits = 0o7777;
const typeBits = 0o170000;
const deviceTypes = new Map<number, 'character-device' | 'block-device'>([
  [0o020000, 'character-device'],
  [0o060000, 'block-device'],
]);
const fifoType = 0o010000;

/** A tree as an image server of Go has it: its inodes by number, all but the root. */
export interface NumberedTree extends SrpcImageTree {
  /** `STREAM/LEAF`, for messages. */
  readonly name: string;
  readonly inodes: ReadonlyMap<string, SrpcInode>;
}

interface Place {
  readonly path: ByteString;
  readonly number: string;
  readonly inode: SrpcInode;
}

/**
 * The entries of a tree in the order of a manifest. Directories and links have no times of their own there: they get that of the image, so that equal images have equal
 * manifests. Sockets and files that are computed on each machine are left out, as the unpackers of Go do.
 *
 * @throws `INVALID_MANIFEST` if names were damaged on their way, or the tree is none.
 */
export const toEntries = (tree: NumberedTree): ManifestEntry[] => {
  const imageNs = BigInt(tree.createdAt?.getTime() ?? 0) * 1_000_000n;
  const places = placesOf(tree).sort((a, b) => (a.path < b.path ? -1 : 1));
  const entries: ManifestEntry[] = [directoryAt('', tree.root, imageNs)];
  const firstPaths = new Map<string, ByteString>();
  for (const { path, number, inode } of places) {
    const target = firstPaths.get(number);
    const entry: ManifestEntry | undefined =
      target === undefined ? entryOf(path, inode, imageNs) : { type: 'hardlink', path, target };
    if (entry === undefined) continue;
    firstPaths.set(number, target ?? path);
    entries.push(entry);
  }
  return entries;
};

/** Every name of the tree. A directory has one name only, so that a tree cannot contain itself. */
const placesOf = (tree: NumberedTree): Place[] => {
  const places: Place[] = [];
  const seen = new Set<string>();
  const waiting: { readonly path: ByteString; readonly entries: readonly SrpcDirectoryEntry[] }[] = [
    { path: '', entries: tree.root.entries },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const { name, inode: number } of next.entries) {
      const path = (next.path === '' ? '' : `${next.path}/`) + byteName(tree, name);
      const inode = tree.inodes.get(number);
      if (inode === undefined) throw invalid(tree, `has no inode ${number} for ${path}`);
      places.push({ path, number, inode });
      if (inode.type !== 'directory') continue;
      if (seen.has(number)) throw invalid(tree, `has the directory ${path} in several places`);
      seen.add(number);
      waiting.push({ path, entries: inode.entries });
    }
  }
  return places;
};

const byteName = (tree: NumberedTree, name: string): ByteString => {
  if (name.includes(damaged)) throw invalid(tree, `has a name that is not UTF-8, ${JSON.stringify(name)}`);
  if (name.includes('/')) throw invalid(tree, `has a slash in the name ${JSON.stringify(name)}`);
  return fromText(name);
};

const entryOf = (path: ByteString, inode: SrpcInode, imageNs: bigint): InodeEntry | undefined => {
  switch (inode.type) {
    case 'directory':
      return directoryAt(path, inode, imageNs);
    case 'file':
      return fileAt(path, inode);
    case 'symlink': {
      const { uid, gid } = inode;
      return {
        type: 'symlink',
        path,
        mode: 0o777,
        uid,
        gid,
        mtimeNs: imageNs,
        target: fromText(inode.target),
      };
    }
    case 'special':
      return specialAt(path, inode);
    case 'computed':
      return undefined;
  }
};

const directoryAt = (path: ByteString, inode: Directory, mtimeNs: bigint): InodeEntry => {
  const { uid, gid } = inode;
  return { type: 'directory', path, mode: inode.mode & permissionBits, uid, gid, mtimeNs };
};

/** In plain literals, as there may be hundreds of thousands. */
const fileAt = (path: ByteString, inode: File): InodeEntry => {
  const { uid, gid, mtimeNs, size, sha512 } = inode;
  const mode = inode.mode & permissionBits;
  return size === 0
    ? { type: 'file', path, mode, uid, gid, mtimeNs, size }
    : { type: 'file', path, mode, uid, gid, mtimeNs, size, sha512 };
};

const specialAt = (path: ByteString, inode: Special): InodeEntry | undefined => {
  const { uid, gid, mtimeNs, device } = inode;
  const attributes = { path, mode: inode.mode & permissionBits, uid, gid, mtimeNs };
  const type = deviceTypes.get(inode.mode & typeBits);
  if (type !== undefined) return { type, ...attributes, ...decodeDevice(BigInt(device)) };
  return (inode.mode & typeBits) === fifoType ? { type: 'fifo', ...attributes } : undefined;
};

const invalid = ({ name }: NumberedTree, what: string): AmiPublisherError =>
  new AmiPublisherError('INVALID_MANIFEST', {
    message: `the image ${name} ${what}`,
    resource: name,
    remedy: 'build the image again; names that are not UTF-8 need an image server of ours',
  });
