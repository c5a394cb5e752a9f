import { parentOf, toText } from '../byte-string.js';
import type { ByteString, InodeEntry, ManifestEntry } from '../manifest.js';
import { invalidArchive, type TarMember } from './tar-header.js';
import { defaultAttributes, inodeOf, type TarInode } from './tar-inode.js';

/** The tree that an archive describes; later members win over earlier ones of the same name. */
export class TarTree {
  readonly #inodes = new Map<ByteString, TarInode>([['', { type: 'directory', ...defaultAttributes }]]);

  /**
   * Adds a member.
   *
   * @param sha512 of the content of a file that has some.
   * @throws `INVALID_ARCHIVE` if it lies in something that is no directory, replaces a directory that has children, or links to
   * nothing.
   */
  add(member: TarMember, sha512?: string): void {
    this.#makeParents(member.path);
    const inode = member.type === 'hardlink' ? this.#linked(member) : inodeOf(member, sha512);
    const before = this.#inodes.get(member.path);
    if (before?.type === 'directory' && inode.type !== 'directory') this.#checkEmpty(member.path);
    this.#inodes.set(member.path, inode);
  }

  /** The entries of its manifest; of several names of one inode the first in byte order carries it. */
  entries(): ManifestEntry[] {
    const first = new Map<TarInode, ByteString>();
    const sorted = [...this.#inodes].sort(([a], [b]) => (a < b ? -1 : 1));
    return sorted.map(([path, inode]) => {
      const target = first.get(inode);
      if (target !== undefined) return { type: 'hardlink', path, target };
      first.set(inode, path);
      return { path, ...inode } as InodeEntry;
    });
  }

  #linked(member: Extract<TarMember, { type: 'hardlink' }>): TarInode {
    const inode = this.#inodes.get(member.target);
    if (inode !== undefined && inode.type !== 'directory') return inode;
    throw invalidArchive(
      toText(member.path),
      `links to ${toText(member.target)}, which is no earlier file`,
      'make the archive of the whole tree',
    );
  }

  #makeParents(path: ByteString): void {
    const parent = parentOf(path);
    if (parent === undefined) return;
    const inode = this.#inodes.get(parent);
    if (inode?.type === 'directory') return;
    if (inode !== undefined) {
      throw invalidArchive(
        toText(path),
        `lies in ${toText(parent)}, which is a ${inode.type}`,
        'make the archive again',
      );
    }
    this.#makeParents(parent);
    this.#inodes.set(parent, { type: 'directory', ...defaultAttributes });
  }

  #checkEmpty(path: ByteString): void {
    for (const other of this.#inodes.keys()) {
      if (path === '' || other.startsWith(`${path}/`)) {
        throw invalidArchive(
          toText(path),
          'replaces a directory that is not empty',
          'make the archive again',
        );
      }
    }
  }
}
