import { chmodSync, fchmodSync, fchownSync, lchownSync } from 'node:fs';
import type { ByteString, DeviceEntry, InodeEntry } from '../manifest.js';
import { posix } from '../posix.js';
import { onPath, systemCodeOf } from '../system-error.js';
import type { ScannedNode } from '../tree/scan.js';

/** Attributes of one inode that could not be set: what the manifest wants, and the tree has not. */
export interface UnsetAttributes {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Name to base64 of the value; null for an attribute that could not be removed. */
  readonly xattrs?: Readonly<Record<ByteString, string | null>>;
  /** The device that an empty file stands in for. */
  readonly device?: Pick<DeviceEntry, 'type' | 'major' | 'minor'>;
}

/** What could not be set in a tree, by the first path of each inode. Plain JSON, for a side file. */
export interface UnsettableAttributes {
  /** Who tried; somebody else may be able to. */
  readonly euid: number;
  readonly paths: Readonly<Record<ByteString, UnsetAttributes>>;
}

/** What this process may set. */
export interface Ability {
  readonly euid: number;
  readonly gids: ReadonlySet<number>;
}

export const currentAbility = (): Ability => ({
  euid: process.geteuid?.() ?? -1,
  gids: new Set([process.getegid?.() ?? -1, ...(process.getgroups?.() ?? [])]),
});

/** An ordinary user must keep enough rights to read the tree and to write to its directories. */
const ownRights = (entry: InodeEntry): number => (entry.type === 'directory' ? 0o700 : 0o400);

/** The attributes that this process can give an inode: those of the manifest as far as possible. */
export interface Attainable {
  readonly mode: number;
  /** Undefined if the owner must stay what it is. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

export const attainable = (entry: InodeEntry, ability: Ability): Attainable => {
  const privileged = ability.euid === 0;
  // Symbolic links have no mode of their own on Linux.
  const mode = entry.type === 'symlink' ? 0o777 : entry.mode | (privileged ? 0 : ownRights(entry));
  return {
    mode,
    uid: privileged || entry.uid === ability.euid ? entry.uid : undefined,
    gid: privileged || ability.gids.has(entry.gid) ? entry.gid : undefined,
  };
};

/** What an inode lacks that this process could give it. */
export interface AttributeChanges {
  readonly owner: boolean;
  readonly mode: boolean;
  readonly mtime: boolean;
  /** Name to base64 of the value to set, or null for one to remove. */
  readonly xattrs: Readonly<Record<ByteString, string | null>>;
}

export const xattrChanges = (
  entry: InodeEntry,
  current: ScannedNode['xattrs'],
  known: UnsetAttributes | undefined,
): Record<ByteString, string | null> => {
  const changes: Record<ByteString, string | null> = {};
  const note = (name: ByteString, value: string | null) => {
    if (known?.xattrs?.[name] !== value) changes[name] = value;
  };
  for (const [name, value] of Object.entries(entry.xattrs ?? {}))
    if (current?.[name] !== value) note(name, value);
  for (const name of Object.keys(current ?? {})) if (entry.xattrs?.[name] === undefined) note(name, null);
  return changes;
};

export const attributeChanges = (
  entry: InodeEntry,
  node: ScannedNode,
  known: UnsetAttributes | undefined,
  ability: Ability,
): AttributeChanges => {
  const wanted = attainable(entry, ability);
  const differs = (value: number | undefined, current: number, unset: number | undefined) =>
    value !== undefined && value !== current && value !== unset;
  return {
    owner: differs(wanted.uid, node.uid, known?.uid) || differs(wanted.gid, node.gid, known?.gid),
    mode: differs(wanted.mode, node.mode, known?.mode),
    mtime: entry.mtimeNs !== node.mtimeNs,
    xattrs: xattrChanges(entry, node.xattrs, known),
  };
};

export const changesAnything = (changes: AttributeChanges): boolean =>
  changes.owner || changes.mode || changes.mtime || Object.keys(changes.xattrs).length > 0;

/** Everything: for an inode that was made just now. */
export const allChanges = (entry: InodeEntry): AttributeChanges => ({
  owner: true,
  mode: true,
  mtime: true,
  xattrs: entry.xattrs ?? {},
});

/** Answers of the system to which there is no remedy but the side file. */
const refusals = new Set(['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'EINVAL', 'ENODATA']);

const refused = (action: () => void): boolean => {
  try {
    action();
    return false;
  } catch (reason) {
    if (!refusals.has(systemCodeOf(reason) ?? '')) throw reason;
    return true;
  }
};

const setOwner = (place: Buffer, wanted: Attainable, fd: number | undefined): boolean => {
  if (wanted.uid === undefined && wanted.gid === undefined) return false;
  // -1 leaves an id alone.
  const [uid, gid] = [wanted.uid ?? -1, wanted.gid ?? -1];
  return refused(() => (fd === undefined ? lchownSync(place, uid, gid) : fchownSync(fd, uid, gid)));
};

const setMode = (place: Buffer, mode: number, fd: number | undefined): void =>
  fd === undefined ? chmodSync(place, mode) : fchmodSync(fd, mode);

const setXattrs = (place: Buffer, changes: AttributeChanges['xattrs']): Record<ByteString, string | null> => {
  const unset: Record<ByteString, string | null> = {};
  for (const [name, value] of Object.entries(changes)) {
    const failed = refused(() =>
      value === null
        ? posix().removeXattr(place, name)
        : posix().setXattr(place, name, Buffer.from(value, 'base64')),
    );
    if (failed) unset[name] = value;
  }
  return unset;
};

/**
 * Sets attributes in the order in which they do not undo each other: owner (clears set-id bits and capabilities), extended
 * attributes (an ACL changes the mode), mode, time.
 *
 * @param fd of the inode at `place`, if it is open: that saves the system most of its work.
 * @returns what the system refused.
 */
export const setAttributes = (
  place: Buffer,
  entry: InodeEntry,
  changes: AttributeChanges,
  ability: Ability,
  fd?: number,
): UnsetAttributes =>
  onPath('set the attributes of', entry.path, () => {
    const wanted = attainable(entry, ability);
    const ownerRefused = changes.owner && setOwner(place, wanted, fd);
    const hasXattrs = Object.keys(changes.xattrs).length > 0;
    const canChangeMode = entry.type !== 'symlink';
    // An ordinary user may set user attributes only on what it may write to.
    if (hasXattrs && canChangeMode && ability.euid !== 0) setMode(place, wanted.mode | 0o200, fd);
    const xattrs = hasXattrs ? setXattrs(place, changes.xattrs) : {};
    if (canChangeMode && (changes.mode || changes.owner || hasXattrs)) setMode(place, wanted.mode, fd);
    if (changes.mtime) posix().setModificationTime(fd ?? place, entry.mtimeNs);
    return {
      ...(ownerRefused && { uid: entry.uid, gid: entry.gid }),
      ...(Object.keys(xattrs).length > 0 && { xattrs }),
    };
  });

/** What of the manifest is out of this process's reach whatever the system says. */
export const outOfReach = (entry: InodeEntry, ability: Ability): UnsetAttributes => {
  const wanted = attainable(entry, ability);
  return {
    ...(wanted.mode !== entry.mode && { mode: entry.mode }),
    ...(wanted.uid === undefined && { uid: entry.uid }),
    ...(wanted.gid === undefined && { gid: entry.gid }),
  };
};
