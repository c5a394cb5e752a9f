import { ingestDirectory } from '@ami-publisher/image';
import { describe, expect, it } from 'vitest';
import { serve } from './support/server.js';
import { temporaryDirectory } from './support/temporary-directory.js';
import { makeSampleTree } from './support/trees.js';

/** Daemons on a busy machine take their time. */
const patiently = { timeout: 20_000 };

/** A server with as many images of one stream, and its pages. */
const withImages = async (count: number) => {
  const [dataDir, root] = [temporaryDirectory(), temporaryDirectory()];
  makeSampleTree(root);
  const server = await serve(dataDir);
  for (let leaf = 1; leaf <= count; leaf++) {
    await ingestDirectory({ root, name: { stream: 'base/debian', leaf: `${leaf}` }, sink: server.sink });
  }
  const page = async (path: string) => (await fetch(`http://${server.address}${path}`)).text();
  return { ...server, dataDir, page };
};

describe('the pages of an image server', () => {
  it('show the images, the latest first', async () => {
    const { page, dataDir } = await withImages(2);
    expect(JSON.parse(await page('/status.json'))).toMatchObject({
      program: 'imageserver',
      store: dataDir,
      ...{ streams: 1, deleted: 0 },
      ingests: 0,
      images: [
        { stream: 'base/debian', leaf: '2', entryCount: 49, createdBy: 'local' },
        { stream: 'base/debian', leaf: '1' },
      ],
    });
    expect(await page('/')).toContain('<strong>2</strong>');
  });

  it('fold all but the latest three of a stream', async () => {
    const { page } = await withImages(5);
    const [shown, folded] = (await page('/')).split('<details');
    expect(shown?.match(/<strong>/g)).toHaveLength(3);
    expect(folded).toContain('<summary>2 older</summary>');
  });

  it('count an ingest while it is under way', async () => {
    const { page, client, close } = await withImages(1);
    let end: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      end = resolve;
    });
    const adding = client.addObjects(
      (async function* () {
        yield { parts: [] };
        await held;
      })(),
    );
    await expect.poll(async () => JSON.parse(await page('/status.json')).ingests, patiently).toBe(1);
    expect(await page('/metrics')).toContain('ami_publisher_rpcs_running{method="AddObjects"} 1');
    expect(await page('/metrics')).toContain('imageserver_images 1');
    end();
    await adding;
    await close();
  });
});

describe('an image server that ends', () => {
  it('does not wait for those that watch it', async () => {
    const { client, close } = await withImages(1);
    const watching = (async () => {
      for await (const image of client.watch({ stream: '' })) void image;
    })();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const before = Date.now();
    await close();
    await watching;
    expect(Date.now() - before).toBeLessThan(1_500);
  });
});
