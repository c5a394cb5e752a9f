import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { independentWalk } from '../../test/support/independent-walk.js';
import { MemorySource } from '../../test/support/memory-source.js';
import { makeTree, randomDirectory } from '../../test/support/random-tree.js';
import { temporaryDirectory } from '../../test/support/temporary-directory.js';
import { encodeManifest, type KnownImage, parseManifest, walkTree } from '../index.js';
import { compareImages } from '../tree/known-image.js';
import { applyImage } from './apply.js';

const imageOf = async (root: string) => {
  const encoded = encodeManifest((await walkTree(root)).entries);
  const known: KnownImage = {
    digest: encoded.digest,
    // In pieces that end anywhere.
    read: async function* () {
      for (let at = 0; at < encoded.bytes.length; at += 100) yield encoded.bytes.subarray(at, at + 100);
    },
  };
  return { manifest: parseManifest(encoded.bytes), known };
};

describe('applying an image to a tree whose image is known', { timeout: 60_000 }, () => {
  it('makes the tree equal to the new one without reading a file, and then finds nothing to do', async () => {
    await fc.assert(
      fc.asyncProperty(randomDirectory, randomDirectory, async (before, after) => {
        const directory = mkdtempSync(join(tmpdir(), 'known-property-'));
        try {
          const [root, wanted] = [join(directory, 'root'), join(directory, 'wanted')];
          makeTree(root, before);
          makeTree(wanted, after);
          const { known } = await imageOf(root);
          const next = await imageOf(wanted);
          const options = {
            root,
            stagingDir: join(root, '.staging'),
            manifest: next.manifest,
            source: new MemorySource().addTree(wanted),
          };
          const { bytesRead } = await applyImage({ ...options, known });
          expect(bytesRead).toBe(0);
          expect(independentWalk(root)).toEqual(independentWalk(wanted));
          expect(await compareImages(next.known, next.manifest, undefined)).toEqual({
            before: [],
            after: [],
          });
        } finally {
          rmSync(directory, { recursive: true, force: true });
        }
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  it('fetches nothing that an unchanged file has', async () => {
    const directory = temporaryDirectory();
    const [root, wanted] = [join(directory, 'root'), join(directory, 'wanted')];
    for (const place of [root, wanted]) {
      mkdirSync(place);
      writeFileSync(join(place, 'same'), 'content');
    }
    const { known } = await imageOf(root);
    writeFileSync(join(wanted, 'copy'), 'content');
    const source = new MemorySource();

    const { manifest } = await imageOf(wanted);
    await applyImage({ root, stagingDir: join(directory, 'staging'), manifest, source, known });

    expect(source.asked).toEqual([]);
    expect(independentWalk(root)).toEqual(independentWalk(wanted));
  });

  it('changes nothing if what was kept of the image is damaged', async () => {
    const directory = temporaryDirectory();
    const [root, wanted] = [join(directory, 'root'), join(directory, 'wanted')];
    for (const place of [root, wanted]) mkdirSync(place);
    writeFileSync(join(wanted, 'new'), '');
    const { known } = await imageOf(root);
    const { manifest } = await imageOf(wanted);
    const options = { root, stagingDir: join(directory, 'staging'), manifest, source: new MemorySource() };

    const applying = applyImage({ ...options, known: { ...known, digest: '0'.repeat(128) } });

    await expect(applying).rejects.toMatchObject({ code: 'INVALID_MANIFEST' });
    expect(independentWalk(root)).toHaveLength(1);
  });
});
