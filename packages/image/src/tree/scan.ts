import { type BigIntStats, lstatSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { AmiPublisherError, throwIfCancelled } from '@ami-publisher/base';
import { Breather } from '../breather.js';
import { below, fromText, toText } from '../byte-string.js';
import type { ByteString, InodeEntry } from '../manifest.js';
import { posix } from '../posix.js';
import { onPath, systemCodeOf } from '../system-error.js';

/** What one name in a tree is, without the content. */
export interface ScannedNode {
  readonly path: ByteString;
  readonly type: InodeEntry['type'];
  /** Device and inode: equal for the names of one inode. */
  readonly inode: string;
  readonly linkCount: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  /** Bytes. */
  readonly size: number;
  /** Bytes that the file system has set aside for it. */
  readonly allocatedBytes: number;
  /** Device number of a device. */
  readonly rdev: bigint;
  readonly xattrs: Readonly<Record<ByteString, string>> | undefined;
  /** Text of a symbolic link. */
  readonly target: ByteString | undefined;
}

/** A tree as the stat walk finds it. */
export interface Scan {
  /** Where the tree is, symbolic links resolved, as bytes. */
  readonly root: ByteString;
  /** In byte order of their paths; the first is the root. */
  readonly nodes: readonly ScannedNode[];
  /** What was left out, as sentences. */
  readonly warnings: readonly string[];
}

/** Options of `scanTree`. */
export interface ScanOptions {
  readonly signal?: AbortSignal | undefined;
  /** A path in the tree that is no part of it, such as a staging directory. @default none */
  readonly exclude?: ByteString | undefined;
}

const formatBits = 0o170000n;
const types: ReadonlyMap<number, InodeEntry['type']> = new Map([
  [0o040000, 'directory'],
  [0o100000, 'file'],
  [0o120000, 'symlink'],
  [0o010000, 'fifo'],
  [0o020000, 'character-device'],
  [0o060000, 'block-device'],
]);

const typeOf = (stat: BigIntStats): InodeEntry['type'] | undefined =>
  types.get(Number(stat.mode & formatBits));

const readXattrs = (path: Buffer): Readonly<Record<ByteString, string>> | undefined => {
  const names = posix().listXattrs(path);
  if (names.length === 0) return undefined;
  return Object.fromEntries(
    names.sort().map((name) => [name, posix().getXattr(path, name).toString('base64')]),
  );
};

/** What tells whether a file has changed since. */
export type FileState = Pick<ScannedNode, 'path' | 'inode' | 'ctimeNs' | 'size'>;

/** Looks at the state of one file only. */
export const readState = (root: ByteString, path: ByteString): FileState =>
  onPath('look at', path, () => {
    const { dev, ino, ctimeNs, size } = lstatSync(below(root, path), { bigint: true });
    return { path, inode: `${dev}:${ino}`, ctimeNs, size: Number(size) };
  });

/** Looks at one name. Undefined for a socket, which no image can hold. */
export const readNode = (root: ByteString, path: ByteString): ScannedNode | undefined =>
  onPath('look at', path, () => {
    const place = below(root, path);
    const stat = lstatSync(place, { bigint: true });
    const type = typeOf(stat);
    if (type === undefined) return undefined;
    return {
      path,
      type,
      inode: `${stat.dev}:${stat.ino}`,
      linkCount: Number(stat.nlink),
      mode: Number(stat.mode & 0o7777n),
      uid: Number(stat.uid),
      gid: Number(stat.gid),
      mtimeNs: stat.mtimeNs,
      ctimeNs: stat.ctimeNs,
      size: Number(stat.size),
      allocatedBytes: Number(stat.blocks) * 512,
      rdev: stat.rdev,
      xattrs: readXattrs(place),
      target: type === 'symlink' ? readlinkSync(place, { encoding: 'latin1' }) : undefined,
    };
  });

const deviceOf = (node: ScannedNode): string => node.inode.slice(0, node.inode.indexOf(':'));

/**
 * Where a tree is, symbolic links resolved, as bytes.
 *
 * @throws `INVALID_OPTION` if nothing is there.
 */
export const realRoot = (root: string): ByteString =>
  onPath('find', fromText(root), () => {
    try {
      return fromText(realpathSync(root));
    } catch (cause) {
      if (systemCodeOf(cause) !== 'ENOENT') throw cause;
      throw noDirectory(root, cause);
    }
  });

const noDirectory = (root: string, cause?: unknown): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `${root} is not a directory`,
    resource: root,
    remedy: 'name an existing directory',
    cause,
  });

const byPath = (a: ScannedNode, b: ScannedNode): number => (a.path < b.path ? -1 : 1);

/**
 * Looks at every name of the tree at `root`, on one file system, without reading content.
 *
 * @throws `INVALID_OPTION` if `root` is no directory; `TREE_CHANGED` if names vanish meanwhile; `CANCELLED`.
 */
export const scanTree = async (root: string, options: ScanOptions = {}): Promise<Scan> => {
  throwIfCancelled(options.signal);
  const place = realRoot(root);
  const top = readNode(place, '');
  if (top?.type !== 'directory') throw noDirectory(root);
  const breather = new Breather(options.signal);
  const nodes: ScannedNode[] = [top];
  const warnings: string[] = [];
  const pending: ScannedNode[] = [top];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    for (const path of childrenOf(place, directory.path)) {
      if (path === options.exclude) continue;
      const node = readNode(place, path);
      const warning = reasonToSkip(node, path, deviceOf(top));
      if (warning !== undefined) warnings.push(warning);
      if (node === undefined) continue;
      if (node.type === 'directory' && warning === undefined) pending.push(node);
      // A mount point stays as an empty directory.
      if (warning === undefined || node.type === 'directory') nodes.push(node);
      await breather.breathe();
    }
  }
  return { root: place, nodes: nodes.sort(byPath), warnings };
};

const childrenOf = (root: ByteString, directory: ByteString): ByteString[] => {
  const prefix = directory === '' ? '' : `${directory}/`;
  const names = onPath('list', directory, () => readdirSync(below(root, directory), { encoding: 'latin1' }));
  return names.map((name) => prefix + name);
};

const reasonToSkip = (
  node: ScannedNode | undefined,
  path: ByteString,
  device: string,
): string | undefined => {
  if (node === undefined) return `${toText(path)} is a socket and was left out`;
  return deviceOf(node) === device
    ? undefined
    : `${toText(path)} is on another file system and was not entered`;
};
