import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import type { Breather } from '../breather.js';
import { below, toBytes } from '../byte-string.js';
import type { ByteString, DeviceEntry, DirectoryEntry } from '../manifest.js';
import { posix } from '../posix.js';
import { onPath, systemCodeOf } from '../system-error.js';
import { readNode, type ScannedNode } from '../tree/scan.js';
import { allChanges, attributeChanges, changesAnything, setAttributes } from './attributes.js';
import type { Made } from './file-maker.js';
import type { InodePlan, LeafEntry, Plan } from './plan.js';
import type { RealDirectories } from './real-directories.js';
import type { Staging } from './staging.js';
import type { UnsettableCollector } from './unsettable.js';

/** What changing a tree needs and reports. */
export interface ChangeContext {
  readonly root: ByteString;
  readonly staging: Staging;
  readonly directories: RealDirectories;
  readonly unsettable: UnsettableCollector;
  readonly breather: Breather;
  onChange(): void;
}

/** Gives inodes that move a second name in the staging directory, so that their old names can go. */
export const holdMoved = async (plan: Plan, context: ChangeContext): Promise<Made> => {
  const held = new Map<InodePlan, Buffer>();
  for (const inode of plan.inodes) {
    if (inode.origin.kind !== 'move') continue;
    await context.breather.breathe();
    const { path } = inode.origin.node;
    const place = context.staging.place(context.staging.newName());
    onPath('link', path, () => linkSync(context.directories.forChange(path), place));
    held.set(inode, place);
  }
  return (inode) => held.get(inode);
};

/** Removes what the manifest does not have. */
export const removeUnwanted = async (
  removals: readonly ScannedNode[],
  context: ChangeContext,
): Promise<void> => {
  for (const node of removals) {
    await context.breather.breathe();
    const place = context.directories.forChange(node.path);
    onPath('remove', node.path, () => (node.type === 'directory' ? rmdirSync(place) : unlinkSync(place)));
    context.directories.forget(node.path);
    context.onChange();
  }
};

/** Makes the directories that are not there, parents first; their attributes come last. */
export const makeDirectories = async (
  entries: readonly DirectoryEntry[],
  context: ChangeContext,
): Promise<void> => {
  for (const { path } of entries) {
    await context.breather.breathe();
    onPath('make', path, () => mkdirSync(context.directories.forChange(path), { mode: 0o700 }));
    context.onChange();
  }
};

const makeDevice = (place: Buffer, entry: DeviceEntry, unsettable: UnsettableCollector): void => {
  try {
    posix().makeDevice(place, entry.type, 0o600, entry);
  } catch (reason) {
    if (systemCodeOf(reason) !== 'EPERM') throw reason;
    // Only root makes devices: an empty file stands in.
    closeSync(openSync(place, 'wx', 0o600));
    unsettable.refuse(entry, { device: { type: entry.type, major: entry.major, minor: entry.minor } });
  }
};

const makeInode = (place: Buffer, entry: LeafEntry, unsettable: UnsettableCollector): void => {
  switch (entry.type) {
    case 'file':
      closeSync(openSync(place, 'wx', 0o600));
      break;
    case 'symlink':
      symlinkSync(toBytes(entry.target), place);
      break;
    case 'fifo':
      posix().makeFifo(place, 0o600);
      break;
    default:
      makeDevice(place, entry, unsettable);
  }
};

const makeStaged = (entry: LeafEntry, context: ChangeContext): Buffer => {
  const place = context.staging.place(context.staging.newName());
  onPath('make', entry.path, () => makeInode(place, entry, context.unsettable));
  const unset = setAttributes(place, entry, allChanges(entry), context.unsettable.ability);
  context.unsettable.refuse(entry, unset);
  return place;
};

const renameIn = (from: Buffer, path: ByteString, context: ChangeContext): void => {
  const to = context.directories.forChange(path);
  if (!from.equals(to)) onPath('put in place', path, () => renameSync(from, to));
};

const linkIn = (from: ByteString, path: ByteString, context: ChangeContext): void => {
  const place = context.staging.place(context.staging.newName());
  onPath('link', path, () => linkSync(below(context.root, from), place));
  renameIn(place, path, context);
};

/** Puts the inode at its first place. @returns the name by which the others can be linked, and those that remain. */
const placeFirst = (
  inode: InodePlan,
  made: Made,
  context: ChangeContext,
): readonly [ByteString, readonly ByteString[]] => {
  if (inode.origin.kind === 'keep') return [inode.origin.node.path, inode.place];
  const [first = inode.entry.path, ...rest] = inode.place;
  renameIn(made(inode) ?? makeStaged(inode.entry, context), first, context);
  return [first, rest];
};

/** Puts each inode under all its names, replacing what was there in one step. */
export const placeInodes = async (
  inodes: readonly InodePlan[],
  made: Made,
  context: ChangeContext,
): Promise<void> => {
  const { ability } = context.unsettable;
  for (const inode of inodes) {
    await context.breather.breathe();
    const [from, rest] = placeFirst(inode, made, context);
    for (const path of rest) linkIn(from, path, context);
    const { origin, entry } = inode;
    if ((origin.kind === 'keep' || origin.kind === 'move') && changesAnything(origin.changes)) {
      const place = context.directories.withoutChange(from);
      context.unsettable.refuse(entry, setAttributes(place, entry, origin.changes, ability));
    }
    context.onChange();
  }
};

/** Sets the attributes of directories, children before parents: the times come last of all. */
export const finishDirectories = async (
  entries: readonly DirectoryEntry[],
  context: ChangeContext,
): Promise<void> => {
  const { unsettable } = context;
  for (const entry of entries.toReversed()) {
    await context.breather.breathe();
    const place = context.directories.withoutChange(entry.path);
    const node = readNode(context.root, entry.path);
    if (node === undefined) continue;
    const changes = attributeChanges(entry, node, unsettable.known(entry), unsettable.ability);
    if (changesAnything(changes))
      unsettable.refuse(entry, setAttributes(place, entry, changes, unsettable.ability));
    context.onChange();
  }
};
