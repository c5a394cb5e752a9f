import { AmiPublisherError } from '@ami-publisher/base';
import { toText } from '../byte-string.js';
import type { ByteString, DirectoryEntry, FileEntry, InodeEntry, ManifestEntry } from '../manifest.js';
import { decodeDevice } from '../posix.js';
import type { TreeContents } from '../tree/contents.js';
import { sameExtents } from '../tree/extents.js';
import type { Scan, ScannedNode } from '../tree/scan.js';
import { type AttributeChanges, attributeChanges, changesAnything } from './attributes.js';
import { standsIn, type UnsettableCollector } from './unsettable.js';

/** An inode of the manifest other than a directory. */
export type LeafEntry = Exclude<InodeEntry, DirectoryEntry>;

/** Where the inode of a manifest entry comes from. */
export type Origin =
  /** An inode of the tree stays, perhaps with other attributes. */
  | { readonly kind: 'keep'; readonly node: ScannedNode; readonly changes: AttributeChanges }
  /** An inode that nothing else wants comes from another place in the tree. */
  | { readonly kind: 'move'; readonly node: ScannedNode; readonly changes: AttributeChanges }
  /** The same content is in the tree. */
  | { readonly kind: 'copy'; readonly node: ScannedNode }
  /** The same content is fetched for an earlier entry. */
  | { readonly kind: 'copy-fetched' }
  | { readonly kind: 'fetch' }
  /** It has no content: an empty file, a link, a fifo, a device. */
  | { readonly kind: 'make' };

/** One inode of the manifest and what makes it so. */
export interface InodePlan {
  readonly entry: LeafEntry;
  /** All its names. */
  readonly paths: readonly ByteString[];
  /** The names that are not, or not yet, names of its inode. */
  readonly place: readonly ByteString[];
  readonly origin: Origin;
}

/** Everything that differs between a tree and a manifest. */
export interface Plan {
  /** Names to remove, children before their directories. */
  readonly removals: readonly ScannedNode[];
  /** Directories to make, parents first. */
  readonly directories: readonly DirectoryEntry[];
  /** Inodes that differ. */
  readonly inodes: readonly InodePlan[];
  /** Directories that stay and differ in their attributes. */
  readonly directoryChanges: ReadonlyMap<ByteString, AttributeChanges>;
  /** Whether there is nothing to do. */
  readonly empty: boolean;
}

interface Group {
  readonly entry: LeafEntry;
  readonly paths: ByteString[];
}

/** The tree as the planner looks at it. */
class Tree {
  readonly nodes: ReadonlyMap<ByteString, ScannedNode>;
  readonly #names = new Map<string, number>();
  readonly #byContent = new Map<string, ScannedNode[]>();
  readonly claimed = new Set<string>();

  constructor(
    scan: Scan,
    readonly contents: TreeContents,
  ) {
    this.nodes = new Map(scan.nodes.map((node) => [node.path, node]));
    for (const node of scan.nodes) {
      if (node.type === 'directory') continue;
      this.#names.set(node.inode, (this.#names.get(node.inode) ?? 0) + 1);
      const sha512 = contents.byInode.get(node.inode)?.sha512;
      if (sha512 === undefined) continue;
      const same = this.#byContent.get(sha512);
      if (same === undefined) this.#byContent.set(sha512, [node]);
      else same.push(node);
    }
  }

  /** An inode with names outside the tree must never be changed. */
  ownsWholly(node: ScannedNode): boolean {
    return this.#names.get(node.inode) === node.linkCount;
  }

  withContent(sha512: string): readonly ScannedNode[] {
    return this.#byContent.get(sha512) ?? [];
  }

  sameExtents(file: FileEntry, node: ScannedNode): boolean {
    return sameExtents(file.extents, this.contents.byInode.get(node.inode)?.extents);
  }
}

const groupsOf = (entries: readonly ManifestEntry[]): Group[] => {
  const groups = new Map<ByteString, Group>();
  for (const entry of entries) {
    if (entry.type === 'hardlink') groups.get(entry.target)?.paths.push(entry.path);
    else if (entry.type !== 'directory') groups.set(entry.path, { entry, paths: [entry.path] });
  }
  return [...groups.values()];
};

const sameSubstance = (
  entry: LeafEntry,
  node: ScannedNode,
  tree: Tree,
  unsettable: UnsettableCollector,
): boolean => {
  if (entry.type !== node.type) {
    return node.type === 'file' && node.size === 0 && standsIn(unsettable.known(entry), entry);
  }
  switch (entry.type) {
    case 'file':
      return (
        entry.size === node.size &&
        entry.sha512 === tree.contents.byInode.get(node.inode)?.sha512 &&
        tree.sameExtents(entry, node)
      );
    case 'symlink':
      return entry.target === node.target;
    case 'fifo':
      return true;
    default: {
      const { major, minor } = decodeDevice(node.rdev);
      return entry.major === major && entry.minor === minor;
    }
  }
};

const keep = (group: Group, tree: Tree, unsettable: UnsettableCollector): Origin | undefined => {
  const known = unsettable.known(group.entry);
  for (const path of group.paths) {
    const node = tree.nodes.get(path);
    if (node === undefined || tree.claimed.has(node.inode)) continue;
    if (!sameSubstance(group.entry, node, tree, unsettable)) continue;
    const changes = attributeChanges(group.entry, node, known, unsettable.ability);
    if (changesAnything(changes) && !tree.ownsWholly(node)) continue;
    tree.claimed.add(node.inode);
    return { kind: 'keep', node, changes };
  }
  return undefined;
};

/** The origin of an inode for which no name of its own has one. */
const otherwise = (
  group: Group,
  tree: Tree,
  fetched: Map<string, number>,
  unsettable: UnsettableCollector,
): Origin => {
  const { entry } = group;
  if (entry.type !== 'file' || entry.sha512 === undefined) return { kind: 'make' };
  const same = tree.withContent(entry.sha512);
  const size = same[0]?.size ?? fetched.get(entry.sha512) ?? entry.size;
  if (size !== entry.size) throw otherSize(entry, size);
  const free = same.find(
    (node) => !tree.claimed.has(node.inode) && tree.ownsWholly(node) && tree.sameExtents(entry, node),
  );
  if (free !== undefined) {
    tree.claimed.add(free.inode);
    return {
      kind: 'move',
      node: free,
      changes: attributeChanges(entry, free, undefined, unsettable.ability),
    };
  }
  const [source] = same;
  if (source !== undefined) return { kind: 'copy', node: source };
  if (fetched.has(entry.sha512)) return { kind: 'copy-fetched' };
  fetched.set(entry.sha512, entry.size);
  return { kind: 'fetch' };
};

/** The error of an image that gives one content two sizes. */
export const otherSize = ({ path, size, sha512 }: FileEntry, known: number): AmiPublisherError =>
  new AmiPublisherError('INVALID_MANIFEST', {
    message: `the manifest gives ${toText(path)} ${size} bytes, and the content with its digest has ${known}`,
    resource: sha512 ?? '',
    remedy: 'make the image again',
  });

const planInodes = (
  entries: readonly ManifestEntry[],
  tree: Tree,
  unsettable: UnsettableCollector,
): InodePlan[] => {
  const groups = groupsOf(entries);
  const kept = new Map(groups.map((group) => [group, keep(group, tree, unsettable)] as const));
  const fetched = new Map<string, number>();
  return groups.map((group) => {
    const origin = kept.get(group) ?? otherwise(group, tree, fetched, unsettable);
    const inPlace = (path: ByteString) =>
      origin.kind === 'keep' && tree.nodes.get(path)?.inode === origin.node.inode;
    return { ...group, origin, place: group.paths.filter((path) => !inPlace(path)) };
  });
};

const differs = (plan: InodePlan): boolean =>
  plan.origin.kind !== 'keep' || plan.place.length > 0 || changesAnything(plan.origin.changes);

const isUnwanted = (node: ScannedNode, wanted: ReadonlyMap<ByteString, boolean>): boolean => {
  const directory = wanted.get(node.path);
  return directory === undefined || directory !== (node.type === 'directory');
};

/** Compares a tree with the entries of a manifest. Changes nothing. */
export const planChanges = (
  entries: readonly ManifestEntry[],
  scan: Scan,
  contents: TreeContents,
  unsettable: UnsettableCollector,
): Plan => {
  const tree = new Tree(scan, contents);
  const inodes = planInodes(entries, tree, unsettable).filter(differs);
  const wanted = new Map(entries.map((entry) => [entry.path, entry.type === 'directory'] as const));
  const removals = scan.nodes.filter((node) => isUnwanted(node, wanted)).reverse();

  const directories: DirectoryEntry[] = [];
  const directoryChanges = new Map<ByteString, AttributeChanges>();
  for (const entry of entries) {
    if (entry.type !== 'directory') continue;
    const node = tree.nodes.get(entry.path);
    if (node?.type !== 'directory') {
      directories.push(entry);
      continue;
    }
    const changes = attributeChanges(entry, node, unsettable.known(entry), unsettable.ability);
    if (changesAnything(changes)) directoryChanges.set(entry.path, changes);
  }
  const empty = inodes.length + removals.length + directories.length === 0 && directoryChanges.size === 0;
  return { removals, directories, inodes, directoryChanges, empty };
};
