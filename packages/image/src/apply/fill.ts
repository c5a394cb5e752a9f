import type { ByteString, FileEntry, HardLinkEntry, ManifestEntry } from '../manifest.js';
import { TreeIndex } from '../tree/tree-index.js';
import { type InodePlan, type LeafEntry, otherSize, type Plan, planChanges } from './plan.js';
import { type SpaceNeed, spaceFor } from './space.js';
import type { Survey } from './survey.js';
import type { UnsettableCollector } from './unsettable.js';

/**
 * Entries that are planned, fetched and made before the next ones are. Everything that is known of a file while it is made takes several
 * times the memory of its entry. So many keep the fetching busy, and are done with before V8 takes what is known of them for long-lived.
 */
const portionEntries = 2048;

/** What fills a tree that holds nothing but directories. */
export interface FillPlan {
  /** What the directories need; has no inodes. */
  readonly directories: Plan;
  readonly space: SpaceNeed;
  /** Directories that go and are not replaced by anything else. */
  readonly namesRemoved: number;
  /** Files with content, and its bytes. */
  readonly contentFiles: number;
  readonly contentBytes: number;
  /** Whether there is nothing to do. */
  readonly empty: boolean;
  /** Everything else that is to be made, a portion at a time; names and copies of a file come in its portion. */
  portions(): Iterable<readonly InodePlan[]>;
}

const isLeaf = (entry: ManifestEntry): entry is LeafEntry =>
  entry.type !== 'directory' && entry.type !== 'hardlink';

/** Plans what fills a tree of directories. Changes nothing. @throws `INVALID_MANIFEST` if one content has two sizes. */
export const planFill = ({ entries, scan, contents }: Survey, unsettable: UnsettableCollector): FillPlan => {
  const folders = entries.filter(({ type }) => type === 'directory');
  const directories = planChanges(folders, scan, contents, unsettable);
  const copies = filesByContent(entries);
  const links = linksByTarget(entries);
  const leaves = entries.filter(isLeaf);
  const files = leaves.filter((entry) => entry.type === 'file' && entry.size > 0) as readonly FileEntry[];
  const gone = new Set(directories.removals.map(({ path }) => path));
  return {
    directories,
    namesRemoved:
      gone.size - entries.filter(({ path, type }) => type !== 'directory' && gone.has(path)).length,
    space: { ...spaceFor(leaves, directories.directories.length), reclaimableBytes: 0 },
    contentFiles: files.length,
    contentBytes: files.reduce((sum, { size }) => sum + size, 0),
    empty: directories.empty && leaves.length === 0,
    *portions() {
      for (const portion of inPortions(entries, copies, links))
        yield planChanges(portion, { ...scan, nodes: [] }, noContents, unsettable).inodes;
    },
  };
};

const noContents = { byInode: new Map(), index: TreeIndex.empty(), bytesRead: 0 };

function* inPortions(
  entries: readonly ManifestEntry[],
  copies: ReadonlyMap<string, readonly FileEntry[]>,
  links: ReadonlyMap<ByteString, readonly HardLinkEntry[]>,
): Generator<readonly ManifestEntry[]> {
  let portion: ManifestEntry[] = [];
  for (const entry of entries) {
    if (!isLeaf(entry)) continue;
    const together = (entry.type === 'file' && copies.get(entry.sha512 ?? '')) || [entry];
    // Others came with the first of them.
    if (together[0] !== entry) continue;
    for (const file of together) {
      portion.push(file);
      for (const link of links.get(file.path) ?? []) portion.push(link);
    }
    if (portion.length < portionEntries) continue;
    yield portion;
    portion = [];
  }
  if (portion.length > 0) yield portion;
}

/** The files of each content that several have. */
const filesByContent = (entries: readonly ManifestEntry[]): Map<string, FileEntry[]> => {
  const first = new Map<string, FileEntry>();
  const copies = new Map<string, FileEntry[]>();
  for (const entry of entries) {
    if (entry.type !== 'file' || entry.sha512 === undefined) continue;
    const before = first.get(entry.sha512);
    if (before === undefined) first.set(entry.sha512, entry);
    else if (before.size !== entry.size) throw otherSize(entry, before.size);
    else {
      const known = copies.get(entry.sha512);
      if (known === undefined) copies.set(entry.sha512, [before, entry]);
      else known.push(entry);
    }
  }
  return copies;
};

const linksByTarget = (entries: readonly ManifestEntry[]): Map<ByteString, HardLinkEntry[]> => {
  const links = new Map<ByteString, HardLinkEntry[]>();
  for (const entry of entries) {
    if (entry.type !== 'hardlink') continue;
    const known = links.get(entry.target);
    if (known === undefined) links.set(entry.target, [entry]);
    else known.push(entry);
  }
  return links;
};
