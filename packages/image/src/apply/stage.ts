import { Breather } from '../breather.js';
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
import { type FetchContext, fetchObjects, type WantedObject } from './fetch.js';
import { contentEntry, FileMaker, type Made, type MakingListener } from './file-maker.js';
import type { InodePlan } from './plan.js';
import type { Staging } from './staging.js';
import type { UnsettableCollector } from './unsettable.js';
import type { Workplace } from './workplace.js';
import { isContentOf, isSmall, LargeFileWriter } from './write-file.js';

/** What making files needs and reports. */
export interface StageContext extends MakingListener, FetchContext {
  readonly root: ByteString;
  readonly staging: Staging;
  readonly workplace: Workplace;
  readonly unsettable: UnsettableCollector;
}

interface CopySource {
  readonly root: ByteString;
  readonly node: ScannedNode;
}

const copyFile = async (
  inode: InodePlan,
  from: CopySource,
  maker: FileMaker,
  context: StageContext,
): Promise<void> => {
  const file = contentEntry(inode);
  if (!isSmall(file)) return copyLarge(inode, from, maker, context);
  const copied = withSmallFile(from.root, from.node, (data) => {
    if (!isContentOf(file, data)) return false;
    maker.makeSmall(inode, data);
    return true;
  });
  if (!copied) throw treeChanged(from.node.path);
};

const copyLarge = async (
  inode: InodePlan,
  from: CopySource,
  maker: FileMaker,
  context: StageContext,
): Promise<void> => {
  const name = context.workplace.nameFor(inode);
  const writer = new LargeFileWriter(context.workplace.place(name), contentEntry(inode));
  try {
    for await (const piece of readPieces(from.root, from.node, context.signal)) {
      writer.write(piece);
      context.onWritten(piece.length);
    }
    if (!writer.finish()) throw treeChanged(from.node.path);
  } finally {
    writer.close();
  }
  maker.complete(inode, name);
};

/** Every content that is fetched, with all the files that it is for. */
const wantedObjects = (inodes: readonly InodePlan[]): WantedObject[] => {
  const objects = new Map<string, WantedObject & { readonly inodes: InodePlan[] }>();
  for (const inode of inodes) {
    if (inode.origin.kind !== 'fetch' && inode.origin.kind !== 'copy-fetched') continue;
    const file = contentEntry(inode);
    const object = objects.get(file.sha512);
    if (object === undefined) objects.set(file.sha512, { file, inodes: [inode] });
    else object.inodes.push(inode);
  }
  return [...objects.values()];
};

const nodeOf = (directory: ByteString, name: ByteString): ScannedNode => {
  const node = readNode(directory, name);
  if (node === undefined) throw treeChanged(name);
  return node;
};

/** Takes over what an interrupted run has fetched already, and discards the rest of what it left. */
const reuseLeftovers = async (
  objects: readonly WantedObject[],
  maker: FileMaker,
  context: StageContext,
): Promise<void> => {
  const wanted = new Map(objects.map((object) => [object.file.sha512, object]));
  for (const name of context.staging.leftovers()) {
    const object = wanted.get(name);
    if (object !== undefined && (await isWhole(name, object, context)))
      maker.complete(object.inodes[0]!, name);
    else context.staging.discard(name);
  }
};

const isWhole = async (
  name: ByteString,
  { file }: WantedObject,
  { staging, signal }: StageContext,
): Promise<boolean> => {
  if (file.extents !== undefined) return false;
  const node = nodeOf(staging.directory, name);
  if (node.type !== 'file' || node.size !== file.size || node.linkCount !== 1) return false;
  const content =
    node.size > pieceBytes
      ? await digestLargeFile(staging.directory, node, signal, () => {})
      : digestSmallFile(staging.directory, node);
  return content.sha512 === file.sha512;
};

/** Copies content that is in the tree; must come before its sources change. */
const copyFromTree = async (
  inodes: readonly InodePlan[],
  maker: FileMaker,
  context: StageContext,
): Promise<void> => {
  const breather = new Breather(context.signal, () => context.onTurn());
  for (const inode of inodes) {
    if (inode.origin.kind !== 'copy') continue;
    await breather.breathe();
    // Looked at anew, since the node may come from a manifest; the digest tells whether it is still the content that was planned.
    const node = nodeOf(context.root, inode.origin.node.path);
    await copyFile(inode, { root: context.root, node }, maker, context);
  }
};

/** Makes those files of fetched objects that were not made when these arrived: large ones, and copies of what was there already. */
const copyFetched = async (
  objects: readonly WantedObject[],
  maker: FileMaker,
  context: StageContext,
): Promise<void> => {
  const breather = new Breather(context.signal, () => context.onTurn());
  const { directory } = context.workplace;
  for (const { inodes } of objects) {
    const [first, ...others] = inodes;
    for (const inode of others) {
      if (maker.nameOf(inode) !== undefined) continue;
      await breather.breathe();
      const node = nodeOf(directory, maker.nameOf(first!)!);
      await copyFile(inode, { root: directory, node }, maker, context);
    }
  }
};

/** Makes every file with content that is to be placed, complete with its attributes, in the workplace. */
export const stageFiles = async (inodes: readonly InodePlan[], context: StageContext): Promise<Made> => {
  const maker = new FileMaker(context.workplace, context.unsettable, context);
  const objects = wantedObjects(inodes);
  await reuseLeftovers(objects, maker, context);
  await copyFromTree(inodes, maker, context);
  await fetchObjects(
    objects.filter(({ inodes }) => maker.nameOf(inodes[0]!) === undefined),
    maker,
    context,
  );
  await copyFetched(objects, maker, context);
  return maker.made;
};
