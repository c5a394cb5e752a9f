import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyImage, ingestDirectory } from '@ami-publisher/image';
import { describe, expect, it } from 'vitest';
import { serve } from './support/server.js';
import { temporaryDirectory } from './support/temporary-directory.js';
import { makeSampleTree } from './support/trees.js';

const name = { stream: 'base/debian-12', leaf: '2026-01-31' };

const sameTrees = (a: string, b: string): void => {
  execFileSync('diff', ['-r', '--no-dereference', a, b]);
};

describe('an image over gRPC', () => {
  it('arrives as it was sent', async () => {
    const [data, tree, root, staging] = [
      temporaryDirectory(),
      temporaryDirectory(),
      temporaryDirectory(),
      temporaryDirectory(),
    ];
    makeSampleTree(tree);
    const { sink, source } = await serve(data);

    const ingested = await ingestDirectory({ root: tree, name, sink });
    const summary = await source.getImage(name.stream, name.leaf);
    const manifest = await source.getManifest(summary.manifestDigest);
    await applyImage({ root, stagingDir: join(staging, 's'), manifest, source });

    expect(ingested.image).toEqual(summary);
    expect(ingested.objectsSent).toBe(42);
    sameTrees(tree, root);
  });

  it('sends only what the server lacks', async () => {
    const [data, tree] = [temporaryDirectory(), temporaryDirectory()];
    makeSampleTree(tree);
    const { sink } = await serve(data);
    await ingestDirectory({ root: tree, name, sink });
    writeFileSync(join(tree, 'new'), 'new content');

    const second = await ingestDirectory({ root: tree, name: { ...name, leaf: '2026-02-01' }, sink });

    expect(second).toMatchObject({ objectsSent: 1, bytesSent: 11 });
  });

  it('succeeds again with the same tree and is refused with another under the same name', async () => {
    const [data, tree] = [temporaryDirectory(), temporaryDirectory()];
    makeSampleTree(tree);
    const { sink } = await serve(data);
    const first = await ingestDirectory({ root: tree, name, sink });

    const again = await ingestDirectory({ root: tree, name, sink });
    mkdirSync(join(tree, 'other'));
    const other = ingestDirectory({ root: tree, name, sink });

    expect(again.image).toEqual(first.image);
    await expect(other).rejects.toMatchObject({
      code: 'IMAGE_EXISTS',
      message: expect.stringContaining('base/debian-12/2026-01-31'),
    });
  });

  it('is there after the server was stopped and started', async () => {
    const [data, tree] = [temporaryDirectory(), temporaryDirectory()];
    makeSampleTree(tree);
    const before = await serve(data);
    const { image } = await ingestDirectory({ root: tree, name, sink: before.sink });
    await before.close();

    const after = await serve(data);

    expect(await after.source.getImage(name.stream, name.leaf)).toEqual(image);
  });
});
