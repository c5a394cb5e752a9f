import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AmiPublisherError } from '@ami-publisher/base';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { independentWalk } from '../../test/support/independent-walk.js';
import { MemorySource } from '../../test/support/memory-source.js';
import { makeTree, randomDirectory } from '../../test/support/random-tree.js';
import { encodeManifest, type Manifest, parseManifest, type TreeIndex, walkTree } from '../index.js';
import { applyImage } from './apply.js';

const inTemporaryDirectory = async (work: (directory: string) => Promise<void>): Promise<void> => {
  const directory = mkdtempSync(join(tmpdir(), 'apply-property-'));
  try {
    await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

const manifestOf = async (root: string): Promise<Manifest> =>
  parseManifest(encodeManifest((await walkTree(root)).entries).bytes);

/** A signal that aborts when it is asked for the `count`th time. */
const cutAfter = (count: number): AbortSignal => {
  const controller = new AbortController();
  let asked = 0;
  Object.defineProperty(controller.signal, 'aborted', {
    get: () => {
      asked += 1;
      return asked > count;
    },
  });
  const reason = new AmiPublisherError('CANCELLED', { message: 'cut' });
  Object.defineProperty(controller.signal, 'reason', { value: reason });
  return controller.signal;
};

describe('applyImage', { timeout: 60_000 }, () => {
  it('[U36] makes any tree equal to any other, and then finds nothing to do', async () => {
    await fc.assert(
      fc.asyncProperty(randomDirectory, randomDirectory, (before, after) =>
        inTemporaryDirectory(async (directory) => {
          const [root, wanted] = [join(directory, 'root'), join(directory, 'wanted')];
          makeTree(root, before);
          makeTree(wanted, after);
          const manifest = await manifestOf(wanted);
          const options = {
            root,
            stagingDir: join(directory, 'staging'),
            manifest,
            source: new MemorySource().addTree(wanted),
          };
          const first = await applyImage(options);
          expect(independentWalk(root)).toEqual(independentWalk(wanted));
          let changes = 0;
          const beforeFirstChange = async () => {
            changes += 1;
          };
          await applyImage({
            ...options,
            index: first.index,
            attributeStore: first.unsettable,
            beforeFirstChange,
          });
          expect(changes).toBe(0);
        }),
      ),
      { numRuns: 40, endOnFailure: true },
    );
  });

  it('is put right by the next apply when it was cut at any point', async () => {
    const inside = fc.boolean();
    await fc.assert(
      fc.asyncProperty(
        randomDirectory,
        randomDirectory,
        fc.nat(120),
        inside,
        (before, after, count, stageInside) =>
          inTemporaryDirectory(async (directory) => {
            const [root, wanted] = [join(directory, 'root'), join(directory, 'wanted')];
            makeTree(root, before);
            makeTree(wanted, after);
            const manifest = await manifestOf(wanted);
            const stagingDir = stageInside ? join(root, '.staging') : join(directory, 'staging');
            const options = { root, stagingDir, manifest, source: new MemorySource().addTree(wanted) };
            let index: TreeIndex | undefined;
            await applyImage({ ...options, signal: cutAfter(count) }).then(
              (result) => {
                index = result.index;
              },
              (reason: unknown) => expect(reason).toMatchObject({ code: 'CANCELLED' }),
            );
            await applyImage({ ...options, index });
            expect(independentWalk(root)).toEqual(independentWalk(wanted));
          }),
      ),
      { numRuns: 60, endOnFailure: true },
    );
  });
});
