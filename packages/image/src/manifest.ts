/**
 * A path, name or link text as bytes: each character is one byte (ISO 8859-1), so that names which are not UTF-8 survive and
 * comparing strings compares bytes. `Buffer.from(path, 'latin1')` gives the bytes.
 */
export type ByteString = string;

/** Permission bits, set-id bits and sticky bit: `mode & 0o7777`. */
interface Attributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Nanoseconds since the Unix epoch. */
  readonly mtimeNs: bigint;
  /** Extended attributes, capabilities and ACLs included: name to base64 of the value. Left out when there are none. */
  readonly xattrs?: Readonly<Record<ByteString, string>>;
}

export interface DirectoryEntry extends Attributes {
  readonly type: 'directory';
  readonly path: ByteString;
}

export interface FileEntry extends Attributes {
  readonly type: 'file';
  readonly path: ByteString;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex SHA-512 of the content, holes read as zeros; left out when `size` is 0. */
  readonly sha512?: string;
  /** Data ranges `[offset, length]` in order, if the file has holes: everything else is a hole. Left out when it has none. */
  readonly extents?: readonly (readonly [number, number])[];
}

export interface SymlinkEntry extends Attributes {
  readonly type: 'symlink';
  readonly path: ByteString;
  readonly target: ByteString;
}

export interface FifoEntry extends Attributes {
  readonly type: 'fifo';
  readonly path: ByteString;
}

export interface DeviceEntry extends Attributes {
  readonly type: 'character-device' | 'block-device';
  readonly path: ByteString;
  readonly major: number;
  readonly minor: number;
}

/** Another name of the inode at `target`, which comes earlier in the manifest and is no hard link itself. */
export interface HardLinkEntry {
  readonly type: 'hardlink';
  readonly path: ByteString;
  readonly target: ByteString;
}

export type InodeEntry = DirectoryEntry | FileEntry | SymlinkEntry | FifoEntry | DeviceEntry;
export type ManifestEntry = InodeEntry | HardLinkEntry;

/**
 * A tree of inodes. `entries` are in byte order of their paths; the first is the root, whose path is empty; every other path is
 * relative, without `.`, `..`, empty components or NUL, and its parent is a directory entry before it.
 */
export interface Manifest {
  readonly entries: readonly ManifestEntry[];
  /** Lower-case hex SHA-512 of the manifest's canonical bytes. */
  readonly digest: string;
}
