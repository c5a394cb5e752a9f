import { type Clock, systemClock } from '@ami-publisher/base';
import { Breather } from '../breather.js';
import { parentOf } from '../byte-string.js';
import type { ImageSource } from '../image-source.js';
import type { ByteString, DirectoryEntry, InodeEntry, Manifest } from '../manifest.js';
import type { KnownImage } from '../tree/known-image.js';
import type { Scan } from '../tree/scan.js';
import { TreeIndex, trustedAgeMs } from '../tree/tree-index.js';
import { changesAnything, currentAbility, type UnsettableAttributes } from './attributes.js';
import {
  type ChangeContext,
  finishDirectories,
  holdMoved,
  makeDirectories,
  placeInodes,
  removeUnwanted,
} from './change.js';
import { checkPaths } from './check-paths.js';
import type { Made } from './file-maker.js';
import { planFill } from './fill.js';
import { nextIndex } from './next-index.js';
import { type InodePlan, type Plan, planChanges } from './plan.js';
import { type ApplyProgress, Progress } from './progress.js';
import { RealDirectories } from './real-directories.js';
import { freeSpace, mustRemoveFirst, removableFirst, type SpaceNeed, spaceNeed } from './space.js';
import { stageFiles } from './stage.js';
import { Staging } from './staging.js';
import { type Survey, surveyTree } from './survey.js';
import { UnsettableCollector } from './unsettable.js';
import { inStaging, inTree, type Workplace } from './workplace.js';

/** Options of `applyImage`. */
export interface ApplyOptions {
  /** Directory that becomes the image's root; it must exist. */
  readonly root: string;
  /** Directory for files in the making, on the same file system; made when needed and removed at the end. */
  readonly stagingDir: string;
  readonly manifest: Manifest;
  readonly source: Pick<ImageSource, 'getObjects'>;
  /** Result of the last apply to the tree. @default none: every file is read */
  readonly index?: TreeIndex | undefined;
  /** The image that the tree is known to equal: nothing is looked at, and no index is made. @default none: the tree is looked at */
  readonly known?: KnownImage | undefined;
  /** Whether to make an index for the next apply. @default true, unless the image of the tree is known */
  readonly withIndex?: boolean | undefined;
  /** `unsettable` of the last apply to the tree. @default none */
  readonly attributeStore?: UnsettableAttributes | undefined;
  /** Runs once, before the first change to the tree; not at all if nothing differs. @default nothing */
  readonly beforeFirstChange?: (() => Promise<void>) | undefined;
  readonly onProgress?: ((progress: ApplyProgress) => void) | undefined;
  /** Calls of `getObjects` at a time. @default 4 */
  readonly streams?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** @default the machine's */
  readonly clock?: Clock | undefined;
}

/** What an apply has done. */
export interface ApplyResult {
  /** Names of files, links and devices that were put in place. */
  readonly filesWritten: number;
  /** Names of any kind that were removed, replaced ones not counted. */
  readonly filesRemoved: number;
  /** Inodes that stayed, or moved, and were given other attributes. */
  readonly metadataChanged: number;
  /** Bytes of objects that came from the source. */
  readonly bytesFetched: number;
  /** Bytes of file content that were written, fetched or copied. */
  readonly bytesWritten: number;
  /** Bytes of the tree that had to be read to know its content. */
  readonly bytesRead: number;
  /** For the next apply. */
  readonly index: TreeIndex;
  /** What this process could not set; for a side file, and the next apply. */
  readonly unsettable: UnsettableAttributes;
}

const defaultStreams = 4;
const worthWaitingBytes = 1024 * 1024;

const isMade = (inode: InodePlan): boolean => inode.origin.kind !== 'keep' && inode.origin.kind !== 'move';

const isStaged = (inode: InodePlan): boolean => isMade(inode) && inode.origin.kind !== 'make';

const changesMetadata = (inode: InodePlan): boolean =>
  (inode.origin.kind === 'keep' || inode.origin.kind === 'move') && changesAnything(inode.origin.changes);

/** What a plan has done. */
interface Outcome extends Pick<ApplyResult, 'filesWritten' | 'filesRemoved' | 'metadataChanged'> {
  /** Whether an inode was made anew. */
  isMade(entry: InodeEntry): boolean;
  /** Whether the inode with this first path was touched in any way. */
  isChanged(path: ByteString): boolean;
}

/** One run of `applyImage`. */
class Application {
  readonly staging: Staging;
  readonly progress: Progress;
  readonly breather: Breather;
  readonly unsettable: UnsettableCollector;
  #lastFileAtMs = 0;

  constructor(readonly options: ApplyOptions) {
    this.staging = Staging.at(options.stagingDir, options.root);
    this.progress = new Progress(options.onProgress);
    this.breather = new Breather(options.signal, () => this.progress.report());
    this.unsettable = new UnsettableCollector(currentAbility(), options.attributeStore);
  }

  async run(): Promise<ApplyResult> {
    this.staging.discardUnfinished();
    const survey = await surveyTree({
      ...this.options,
      exclude: this.staging.insideTree,
      onProgress: (progress) => {
        Object.assign(this.progress, progress);
        this.progress.report();
      },
    });
    const { root } = survey.scan;
    checkPaths(this.options.manifest, root, this.staging.insideTree);
    const context: ChangeContext = {
      root,
      staging: this.staging,
      directories: new RealDirectories(root, this.unsettable.ability),
      unsettable: this.unsettable,
      breather: this.breather,
      onChange: () => {
        this.progress.filesDone += 1;
      },
    };
    const outcome = survey.isEmpty ? await this.#fill(survey, context) : await this.#update(survey, context);
    await this.#growOld();
    return this.#result(outcome, survey);
  }

  get #withIndex(): boolean {
    return this.options.withIndex ?? this.options.known === undefined;
  }

  /** A tree without files has nothing to lose: new ones are made in place, which is faster and keeps those of a directory together. */
  async #fill(survey: Survey, context: ChangeContext): Promise<Outcome> {
    const plan = planFill(survey, this.unsettable);
    let filesWritten = 0;
    if (this.#isNeeded(plan)) {
      this.#mustRemoveFirst(plan.space, context);
      await this.#prepareFill(plan.directories, context);
      this.progress.begin('fetching', plan.contentFiles, plan.contentBytes);
      for (const inodes of plan.portions()) {
        const made = await this.#stage(inodes, inTree(context.directories), context);
        await placeInodes(inodes, made, { ...context, onChange: () => {} });
        filesWritten += inodes.reduce((sum, { place }) => sum + place.length, 0);
      }
      const folders = this.#unfinished(plan.directories, context);
      this.progress.begin('updating', folders.length, 0);
      await this.#finish(folders, context);
    }
    return {
      filesWritten,
      filesRemoved: plan.namesRemoved,
      metadataChanged: plan.directories.directoryChanges.size,
      isMade: ({ type }) => type !== 'directory',
      isChanged: () => true,
    };
  }

  async #prepareFill({ removals, directories }: Plan, context: ChangeContext): Promise<void> {
    this.staging.remove();
    this.staging.create();
    await this.options.beforeFirstChange?.();
    await removeUnwanted(removals, context);
    await makeDirectories(directories, context);
  }

  /** Whether anything has to be done; removes what is left beside the tree if not. */
  #isNeeded({ empty }: Pick<Plan, 'empty'>): boolean {
    if (!empty || (this.staging.insideTree !== undefined && this.staging.exists())) return true;
    if (this.staging.exists()) this.staging.remove();
    return false;
  }

  #mustRemoveFirst(need: SpaceNeed, { root }: ChangeContext): boolean {
    return mustRemoveFirst(need, freeSpace(root, this.unsettable.ability.euid === 0), root);
  }

  async #update({ entries, scan, contents }: Survey, context: ChangeContext): Promise<Outcome> {
    const plan = planChanges(entries, scan, contents, this.unsettable);
    if (this.#isNeeded(plan)) await this.#change(plan, scan, context);
    const made = new Set<InodeEntry>(plan.inodes.filter(isMade).map((inode) => inode.entry));
    const placed = new Set(plan.inodes.flatMap((inode) => inode.place));
    const changed = new Set(plan.inodes.flatMap((inode) => inode.paths));
    return {
      filesWritten: placed.size,
      filesRemoved: plan.removals.filter((node) => !placed.has(node.path)).length,
      metadataChanged: plan.inodes.filter(changesMetadata).length + plan.directoryChanges.size,
      isMade: (entry) => made.has(entry),
      isChanged: (path) => changed.has(path),
    };
  }

  async #change(plan: Plan, scan: Scan, context: ChangeContext): Promise<void> {
    const removeFirst = this.#mustRemoveFirst(spaceNeed(plan, scan), context);
    this.staging.create();
    if (removeFirst) return this.#changeInPlace(plan, scan, context);
    const staged = await this.#stageAll(plan, context);
    await this.#begin(plan);
    const held = await holdMoved(plan, context);
    await removeUnwanted(plan.removals, context);
    await makeDirectories(plan.directories, context);
    await this.#place(plan, (inode) => staged(inode) ?? held(inode), context);
  }

  /** Old files go before the new ones are there. */
  async #changeInPlace(plan: Plan, scan: Scan, context: ChangeContext): Promise<void> {
    await this.#begin(plan);
    const held = await holdMoved(plan, context);
    const first = removableFirst(plan, scan);
    await removeUnwanted(first, context);
    const gone = new Set(first);
    const staged = await this.#stageAll(plan, context);
    this.progress.begin('updating', this.#changeCount(plan), 0);
    await removeUnwanted(
      plan.removals.filter((node) => !gone.has(node)),
      context,
    );
    await makeDirectories(plan.directories, context);
    await this.#place(plan, (inode) => staged(inode) ?? held(inode), context);
  }

  /** The index takes no file younger than a tick of the file system's clock; waiting is cheaper than reading much again next time. */
  async #growOld(): Promise<void> {
    if (!this.#withIndex || this.progress.bytesWritten <= worthWaitingBytes) return;
    const clock = this.options.clock ?? systemClock;
    const remainingMs = this.#lastFileAtMs + trustedAgeMs - clock.now();
    if (remainingMs > 0) await clock.sleep(remainingMs, this.options.signal);
  }

  #changeCount(plan: Plan): number {
    return plan.removals.length + plan.directories.length + plan.inodes.length;
  }

  async #begin(plan: Plan): Promise<void> {
    await this.options.beforeFirstChange?.();
    this.progress.begin('updating', this.#changeCount(plan), 0);
  }

  #stageAll({ inodes }: Plan, context: ChangeContext): Promise<Made> {
    const staged = inodes.filter(isStaged);
    const bytes = staged.reduce((sum, { entry }) => sum + (entry.type === 'file' ? entry.size : 0), 0);
    this.progress.begin('fetching', staged.length, bytes);
    return this.#stage(inodes, inStaging(this.staging), context);
  }

  #stage(inodes: readonly InodePlan[], workplace: Workplace, context: ChangeContext): Promise<Made> {
    const { progress } = this;
    return stageFiles(inodes, {
      root: context.root,
      staging: this.staging,
      workplace,
      source: this.options.source,
      unsettable: this.unsettable,
      streams: this.options.streams ?? defaultStreams,
      signal: this.options.signal,
      onFetched: (count) => {
        progress.bytesFetched += count;
      },
      onWritten: (count) => {
        progress.bytesDone += count;
        progress.bytesWritten += count;
      },
      onFile: () => {
        progress.filesDone += 1;
      },
      onTurn: () => progress.report(),
    });
  }

  async #place(plan: Plan, made: Made, context: ChangeContext): Promise<void> {
    await placeInodes(plan.inodes, made, context);
    await this.#finish(this.#unfinished(plan, context), { ...context, onChange: () => {} });
  }

  /** The directories of which something has changed, or whose content has, the one that holds the staging directory among them. */
  #unfinished(plan: Plan, context: ChangeContext): DirectoryEntry[] {
    const newPaths = new Set(plan.directories.map((entry) => entry.path));
    const { insideTree } = this.staging;
    const stagedIn = insideTree === undefined ? undefined : parentOf(insideTree);
    const unfinished = (entry: InodeEntry): boolean =>
      newPaths.has(entry.path) ||
      context.directories.touched.has(entry.path) ||
      plan.directoryChanges.has(entry.path) ||
      entry.path === stagedIn;
    return this.options.manifest.entries.filter(
      (entry): entry is DirectoryEntry => entry.type === 'directory' && unfinished(entry),
    );
  }

  /** Directories come last, since every change in them changes their times. */
  async #finish(folders: readonly DirectoryEntry[], context: ChangeContext): Promise<void> {
    this.#lastFileAtMs = (this.options.clock ?? systemClock).now();
    this.staging.remove();
    await finishDirectories(folders, context);
    this.progress.report();
  }

  #result({ isMade, isChanged, ...counts }: Outcome, survey: Survey): ApplyResult {
    const { manifest } = this.options;
    return {
      ...counts,
      bytesFetched: this.progress.bytesFetched,
      bytesWritten: this.progress.bytesWritten,
      bytesRead: survey.contents.bytesRead,
      index: this.#withIndex ? nextIndex(manifest.entries, survey, isChanged) : TreeIndex.empty(),
      unsettable: this.unsettable.result(manifest, (entry) => !isMade(entry)),
    };
  }
}

/**
 * Makes the tree at `root` equal to a manifest, touching only what differs.
 *
 * Everything new is fetched, verified and made complete in the staging directory first, and then renamed into place; only if that
 * does not fit do old files go before. In a tree that has no files yet, new ones are made in place. An apply that was cut short at any
 * point is put right by the next one. Attributes that this process may not set are not an error: they are returned.
 *
 * @throws `INVALID_MANIFEST` naming a path that the tree cannot have, and `NO_SPACE` with the figures, both before anything is changed; `OBJECT_CORRUPT` and `OBJECT_MISSING` naming object and path, before
 * any file is changed; `TREE_CHANGED` if something else writes to the tree; `INVALID_OPTION` if the staging directory is on another file
 * system; `CANCELLED`; what the source throws.
 */
export const applyImage = async (options: ApplyOptions): Promise<ApplyResult> =>
  new Application(options).run();
