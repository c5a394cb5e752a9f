import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeManifest, ingestDirectory, type ManifestEntry } from '@ami-publisher/image';
import { describe, expect, it } from 'vitest';
import { startImageServer } from '../src/index.js';
import { allOf } from './support/all-of.js';
import { serve } from './support/server.js';
import { temporaryDirectory } from './support/temporary-directory.js';
import { makeSampleTree, sha512 } from './support/trees.js';

const name = { stream: 'base/debian-12', leaf: '1' };
const root: ManifestEntry = { path: '', type: 'directory', mode: 0o755, uid: 0, gid: 0, mtimeNs: 0n };
const emptyImage = encodeManifest([root]).bytes;

const objectFile = (data: string, digest: string): string =>
  join(data, 'objects', digest.slice(0, 2), digest.slice(2));

describe('adding an image', () => {
  it('is refused when an object is missing, naming a path that needs it', async () => {
    const { sink } = await serve(temporaryDirectory());
    const file: ManifestEntry = {
      ...root,
      path: 'etc',
      type: 'file',
      size: 3,
      sha512: sha512(Buffer.from('abc')),
    };

    const adding = sink.addImage(name, encodeManifest([root, file]).bytes);

    await expect(adding).rejects.toMatchObject({
      code: 'OBJECT_MISSING',
      message: expect.stringContaining('of etc is missing'),
    });
  });

  it('is refused when an object has another size than the manifest says', async () => {
    const { sink } = await serve(temporaryDirectory());
    const data = Buffer.from('abc');
    const digest = sha512(data);
    await sink.addObjects(
      (async function* () {
        yield { sha512: digest, size: 3, data };
      })(),
    );
    const file: ManifestEntry = { ...root, path: 'etc', type: 'file', size: 4, sha512: digest };

    const adding = sink.addImage(name, encodeManifest([root, file]).bytes);

    await expect(adding).rejects.toMatchObject({
      message: expect.stringContaining('has 3 bytes, and the manifest says 4'),
    });
  });

  it('is refused when the manifest breaks a rule', async () => {
    const { sink } = await serve(temporaryDirectory());

    const adding = sink.addImage(name, emptyImage.subarray(0, -1));

    await expect(adding).rejects.toMatchObject({
      code: 'INVALID_MANIFEST',
      message: expect.stringContaining('line 2'),
    });
  });

  it('is refused under a bad name', async () => {
    const { sink } = await serve(temporaryDirectory());

    await expect(sink.addImage({ stream: '../x', leaf: '1' }, emptyImage)).rejects.toMatchObject({
      code: 'INVALID_NAME',
    });
  });

  it('gives one winner when different images of one name are added at once', async () => {
    const { sink } = await serve(temporaryDirectory());
    const manifests = [0n, 1n, 2n].map((mtimeNs) => encodeManifest([{ ...root, mtimeNs }]).bytes);

    const results = await Promise.allSettled(manifests.map((manifest) => sink.addImage(name, manifest)));

    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  });
});

describe('looking images up', () => {
  it('finds streams, images, and the one added last', async () => {
    const { sink, client } = await serve(temporaryDirectory());
    for (const leaf of ['2', '1']) await sink.addImage({ ...name, leaf }, emptyImage);
    await sink.addImage({ stream: 'other', leaf: '3' }, emptyImage);

    const { images } = await client.listImages({ stream: name.stream });

    expect((await client.listStreams({})).streams).toEqual(['base/debian-12', 'other']);
    expect(images.map((image) => image.name?.leaf)).toEqual(['2', '1']);
    expect((await client.findLatest({ stream: name.stream })).name?.leaf).toBe('1');
    expect(images[0]).toMatchObject({
      usageBytes: '4096',
      contentBytes: '0',
      entryCount: '1',
      createdBy: 'local',
      expiresAt: '',
    });
  });

  it('tells an unknown stream from an unknown leaf', async () => {
    const { sink, source } = await serve(temporaryDirectory());
    await sink.addImage(name, emptyImage);

    await expect(source.getImage('nowhere', '1')).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' });
    await expect(source.getImage(name.stream, '9')).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
    await expect(source.getManifest('0'.repeat(128))).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
  });

  it('shows watchers what is added to their stream', async () => {
    const { sink, client } = await serve(temporaryDirectory());
    const abort = new AbortController();
    const watching = client.watch({ stream: name.stream }, { signal: abort.signal })[Symbol.asyncIterator]();
    const seen = watching.next();
    const added: Promise<unknown>[] = [];
    const adding = setInterval(() => {
      const leaf = String(added.length);
      added.push(sink.addImage({ stream: 'other', leaf }, emptyImage));
      added.push(sink.addImage({ ...name, leaf }, emptyImage));
    }, 20);

    const { value } = await seen;
    clearInterval(adding);
    await Promise.all(added);
    abort.abort();

    expect(value?.name?.stream).toBe(name.stream);
  });
});

describe('verifying an image', () => {
  it('reports every object that is gone, cut or changed, and such an image can be added again', async () => {
    const [data, tree] = [temporaryDirectory(), temporaryDirectory()];
    makeSampleTree(tree);
    const { sink, client } = await serve(data);
    await ingestDirectory({ root: tree, name, sink });
    const large = sha512(readFileSync(join(tree, 'large')));
    const hostname = sha512(Buffer.from('image\n'));
    const configuration = sha512(readFileSync(join(tree, 'etc/conf.d/0')));
    writeFileSync(objectFile(data, large), Buffer.alloc(3_000_000));
    truncateSync(objectFile(data, hostname), 1);

    const verify = async () => {
      const progress = await allOf(client.verifyImage({ name }));
      return { last: progress.at(-1), damage: progress.flatMap((step) => step.damage) };
    };
    const damaged = await verify();
    await ingestDirectory({ root: tree, name, sink }).catch(() => {});
    const mended = await verify();

    expect(damaged.damage).toEqual([
      { digest: hostname, kind: 'WRONG_SIZE', path: 'etc/hostname' },
      { digest: large, kind: 'CORRUPT', path: 'large' },
    ]);
    expect(damaged.last).toMatchObject({ objectsDone: '42', objectsTotal: '42' });
    expect(damaged.damage.map((damage) => damage.digest)).not.toContain(configuration);
    expect(mended.damage).toEqual([]);
  });

  it('reports a damaged manifest', async () => {
    const data = temporaryDirectory();
    const { sink, client } = await serve(data);
    const { manifestDigest } = await sink.addImage(name, emptyImage);
    writeFileSync(join(data, 'images', 'base!debian-12', '1', 'manifest.jsonl'), 'damaged');

    const [progress] = await allOf(client.verifyImage({ name }));

    expect(progress?.damage).toEqual([{ digest: manifestDigest, kind: 'CORRUPT', path: '' }]);
  });
});

describe('a store directory', () => {
  it('is refused to a second server, also in the same process', async () => {
    const data = temporaryDirectory();
    await serve(data);

    await expect(startImageServer({ dataDir: data })).rejects.toMatchObject({ code: 'DIRECTORY_LOCKED' });
  });

  it('that has a damaged image is not served', async () => {
    const data = temporaryDirectory();
    const server = await serve(data);
    await server.sink.addImage(name, emptyImage);
    await server.close();
    writeFileSync(join(data, 'images', 'base!debian-12', '1', 'image.json'), '{');

    await expect(startImageServer({ dataDir: data })).rejects.toMatchObject({
      code: 'INVALID_CONFIGURATION',
      message: expect.stringContaining('image.json is damaged'),
    });
  });
});
