import { AmiPublisherError } from '@ami-publisher/base';
import pMap from 'p-map';
import { Breather } from '../breather.js';
import type { ImageSource } from '../image-source.js';
import type { ByteString } from '../manifest.js';
import {
  digestLargeFile,
  digestSmallFile,
  pieceBytes,
  readPieces,
  treeChanged,
  withSmallFile,
} from '../tree/read-file.js';
import { readNode, type ScannedNode } from '../tree/scan.js';
import { allChanges, setAttributes } from './attributes.js';
import type { InodePlan, Plan } from './plan.js';
import { type ContentEntry, receiveObjects } from './receive.js';
import type { Staging } from './staging.js';
import type { UnsettableCollector } from './unsettable.js';
import { isSmall, LargeFileWriter, writeSmallFile } from './write-file.js';

const maxBatchFiles = 256;
const maxBatchBytes = 8 * 1024 * 1024;

/** What staging needs and reports. */
export interface StageContext {
  readonly root: ByteString;
  readonly staging: Staging;
  readonly source: Pick<ImageSource, 'getObjects'>;
  readonly unsettable: UnsettableCollector;
  /** Calls of `getObjects` at a time. */
  readonly streams: number;
  readonly signal: AbortSignal | undefined;
  onFetched(bytes: number): void;
  onWritten(bytes: number): void;
  onFile(): void;
  onTurn(): void;
}

/** Where the file of each plan is staged. */
export type Staged = ReadonlyMap<InodePlan, ByteString>;

const contentEntry = (plan: InodePlan): ContentEntry => {
  if (plan.entry.type === 'file' && plan.entry.sha512 !== undefined) return plan.entry as ContentEntry;
  throw new AmiPublisherError('INTERNAL', { message: `a ${plan.entry.type} has no content to stage` });
};

const batches = (files: readonly ContentEntry[]): ContentEntry[][] => {
  const result: ContentEntry[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const file of files) {
    const last = result.at(-1);
    if (last === undefined || last.length === maxBatchFiles || bytes + file.size > maxBatchBytes) {
      result.push([file]);
      bytes = file.size;
    } else {
      last.push(file);
      bytes += file.size;
    }
  }
  return result;
};

/** Sets the attributes of a staged file, so that it is complete when it is renamed into the tree. */
const dress = (context: StageContext, file: ContentEntry, name: ByteString): void => {
  const { unsettable, staging } = context;
  unsettable.refuse(file, setAttributes(staging.place(name), file, allChanges(file), unsettable.ability));
};

const fetchAll = async (files: readonly ContentEntry[], context: StageContext): Promise<void> => {
  const giveUp = new AbortController();
  const signal =
    context.signal === undefined ? giveUp.signal : AbortSignal.any([context.signal, giveUp.signal]);
  const failures: unknown[] = [];
  const breather = new Breather(context.signal, () => context.onTurn());
  const receiver = {
    source: context.source,
    signal,
    place: (file: ContentEntry) => context.staging.place(file.sha512),
    discard: (file: ContentEntry) => context.staging.discard(file.sha512),
    onBytes: (count: number) => {
      context.onFetched(count);
      context.onWritten(count);
    },
    onFile: (file: ContentEntry) => {
      dress(context, file, file.sha512);
      context.onFile();
    },
  };
  const fetchBatch = async (batch: readonly ContentEntry[]) => {
    if (failures.length > 0) return;
    try {
      await breather.breathe();
      await receiveObjects(batch, receiver);
      context.onTurn();
    } catch (reason) {
      failures.push(reason);
      giveUp.abort(reason);
    }
  };
  await pMap(batches(files), fetchBatch, { concurrency: context.streams });
  if (failures.length > 0) throw failures[0];
};

const copyFile = async (
  context: StageContext,
  from: { readonly root: ByteString; readonly node: ScannedNode },
  file: ContentEntry,
  name: ByteString,
): Promise<void> => {
  const place = context.staging.place(name);
  const copied = isSmall(file)
    ? withSmallFile(from.root, from.node, (data) => writeSmallFile(place, file, data))
    : await copyLarge(context, from, file, place);
  if (!copied) throw treeChanged(from.node.path);
  context.onWritten(file.size);
  dress(context, file, name);
  context.onFile();
};

const copyLarge = async (
  context: StageContext,
  from: { readonly root: ByteString; readonly node: ScannedNode },
  file: ContentEntry,
  place: Buffer,
): Promise<boolean> => {
  const writer = new LargeFileWriter(place, file);
  try {
    for await (const piece of readPieces(from.root, from.node, context.signal)) writer.write(piece);
    return writer.finish();
  } finally {
    writer.close();
  }
};

const stagedNode = (context: StageContext, name: ByteString): ScannedNode => {
  const node = readNode(context.staging.directory, name);
  if (node === undefined) throw treeChanged(name);
  return node;
};

/**
 * Takes over what an interrupted run has fetched already, and discards the rest of what it left.
 *
 * @returns digests that need not be fetched.
 */
const reuseLeftovers = async (
  files: readonly ContentEntry[],
  context: StageContext,
): Promise<Set<string>> => {
  const wanted = new Map(files.map((file) => [file.sha512, file]));
  const reused = new Set<string>();
  for (const name of context.staging.leftovers()) {
    const file = wanted.get(name);
    if (file !== undefined && file.extents === undefined && (await hasContent(context, name, file))) {
      dress(context, file, name);
      context.onFile();
      reused.add(name);
    } else {
      context.staging.discard(name);
    }
  }
  return reused;
};

const hasContent = async (context: StageContext, name: ByteString, file: ContentEntry): Promise<boolean> => {
  const node = stagedNode(context, name);
  if (node.type !== 'file' || node.size !== file.size || node.linkCount !== 1) return false;
  const { directory } = context.staging;
  const content =
    node.size > pieceBytes
      ? await digestLargeFile(directory, node, context.signal, () => {})
      : digestSmallFile(directory, node);
  return content.sha512 === file.sha512;
};

/** Copies content that is in the tree into staging files; must come before their sources change. */
const copyFromTree = async (
  plan: Plan,
  context: StageContext,
  staged: Map<InodePlan, ByteString>,
): Promise<void> => {
  const breather = new Breather(context.signal, () => context.onTurn());
  for (const inode of plan.inodes) {
    if (inode.origin.kind !== 'copy') continue;
    await breather.breathe();
    const name = context.staging.newName();
    await copyFile(context, { root: context.root, node: inode.origin.node }, contentEntry(inode), name);
    staged.set(inode, name);
  }
};

const copyFetched = async (
  plan: Plan,
  context: StageContext,
  staged: Map<InodePlan, ByteString>,
): Promise<void> => {
  const breather = new Breather(context.signal, () => context.onTurn());
  for (const inode of plan.inodes) {
    if (inode.origin.kind !== 'copy-fetched') continue;
    await breather.breathe();
    const file = contentEntry(inode);
    const name = context.staging.newName();
    const node = stagedNode(context, file.sha512);
    await copyFile(context, { root: context.staging.directory, node }, file, name);
    staged.set(inode, name);
  }
};

/** Makes every file with content that the plan places, complete with its attributes, in the staging directory. */
export const stageFiles = async (plan: Plan, context: StageContext): Promise<Staged> => {
  const staged = new Map<InodePlan, ByteString>();
  const fetched = plan.inodes.filter((inode) => inode.origin.kind === 'fetch');
  for (const inode of fetched) staged.set(inode, contentEntry(inode).sha512);
  const files = fetched.map(contentEntry);
  const reused = await reuseLeftovers(files, context);
  await copyFromTree(plan, context, staged);
  await fetchAll(
    files.filter((file) => !reused.has(file.sha512)),
    context,
  );
  await copyFetched(plan, context, staged);
  return staged;
};
