import type { InodeEntry } from '../manifest.js';
import type { TarAttributes, TarMember } from './tar-header.js';

type Unplaced<T> = T extends unknown ? Omit<T, 'path'> : never;

/** An inode without a place; two names of one inode share the object. */
export type TarInode = Unplaced<InodeEntry>;

/** What directories have that an archive implies but does not name. */
export const defaultAttributes: TarAttributes = { mode: 0o755, uid: 0, gid: 0, mtimeNs: 0n };

/** The inode that a member of an archive brings. @param sha512 of the content of a file that has some. */
export const inodeOf = (
  member: Exclude<TarMember, { readonly type: 'hardlink' }>,
  sha512: string | undefined,
): TarInode => {
  switch (member.type) {
    case 'file':
      return {
        type: 'file',
        ...member.attributes,
        size: member.size,
        ...(sha512 !== undefined && { sha512 }),
      };
    case 'symlink':
      // Whatever an archive says, Linux gives every symbolic link this mode.
      return { type: 'symlink', ...member.attributes, mode: 0o777, target: member.target };
    case 'character-device':
    case 'block-device':
      return { type: member.type, ...member.attributes, major: member.major, minor: member.minor };
    default:
      return { type: member.type, ...member.attributes };
  }
};
