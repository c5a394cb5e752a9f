import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';

/** One name of a random tree. */
export type RandomNode =
  | {
      readonly kind: 'directory';
      readonly mode: number;
      readonly mtime: number;
      readonly children: Readonly<Record<string, RandomNode>>;
    }
  | {
      readonly kind: 'file';
      readonly mode: number;
      readonly mtime: number;
      readonly content: string;
      readonly repeat: number;
    }
  | {
      readonly kind: 'sparse';
      readonly mode: number;
      readonly mtime: number;
      readonly offset: number;
      readonly size: number;
    }
  | { readonly kind: 'symlink'; readonly mtime: number; readonly target: string }
  | { readonly kind: 'fifo'; readonly mode: number; readonly mtime: number }
  /** A link to the file made before, if there is one. */
  | { readonly kind: 'hardlink' };

const names = fc.constantFrom('a', 'b', 'a-b', 'c', 'ä', 'd.txt', 'Z');
const mode = fc.constantFrom(0o644, 0o755, 0o4755, 0o2755, 0o600, 0o1777, 0o444);
const directoryMode = fc.constantFrom(0o755, 0o700, 0o1777, 0o2775);
const mtime = fc.integer({ min: 1, max: 1_700_000_000 });
const content = fc.constantFrom('', 'one', 'two', 'three', 'four');

export const randomDirectory: fc.Arbitrary<Extract<RandomNode, { kind: 'directory' }>> = fc.letrec<{
  directory: Extract<RandomNode, { kind: 'directory' }>;
  node: RandomNode;
}>((tie) => ({
  directory: fc.record({
    kind: fc.constant('directory' as const),
    mode: directoryMode,
    mtime,
    children: fc.dictionary(names, tie('node'), { maxKeys: 5, noNullPrototype: true }),
  }),
  node: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'tree', withCrossShrink: true },
    fc.record({
      kind: fc.constant('file' as const),
      mode,
      mtime,
      content,
      repeat: fc.constantFrom(1, 7, 500_000),
    }),
    fc.record({
      kind: fc.constant('sparse' as const),
      mode,
      mtime,
      offset: fc.constantFrom(0, 8192, 65_536),
      size: fc.constantFrom(70_000, 131_072),
    }),
    fc.record({
      kind: fc.constant('symlink' as const),
      mtime,
      target: fc.constantFrom('/etc', '..', 'a', '/tmp'),
    }),
    fc.record({ kind: fc.constant('fifo' as const), mode, mtime }),
    fc.constant({ kind: 'hardlink' as const }),
    tie('directory'),
    tie('directory'),
  ),
})).directory;

const makeSparse = (place: string, node: Extract<RandomNode, { kind: 'sparse' }>): void => {
  const fd = openSync(place, 'wx');
  writeSync(fd, 'data', node.offset);
  ftruncateSync(fd, node.size);
  closeSync(fd);
};

/** Makes a random tree at `place`, which must not exist. */
export const makeTree = (place: string, node: RandomNode, made: { file?: string } = {}): void => {
  switch (node.kind) {
    case 'directory':
      mkdirSync(place);
      for (const [name, child] of Object.entries(node.children)) makeTree(join(place, name), child, made);
      break;
    case 'file':
      writeFileSync(place, node.content.repeat(node.repeat));
      made.file = place;
      break;
    case 'sparse':
      makeSparse(place, node);
      break;
    case 'symlink':
      symlinkSync(node.target, place);
      break;
    case 'fifo':
      execFileSync('mkfifo', [place]);
      break;
    case 'hardlink':
      if (made.file !== undefined) linkSync(made.file, place);
      return;
  }
  if (node.kind !== 'symlink') chmodSync(place, node.mode);
  lutimesSync(place, node.mtime, node.mtime);
};
