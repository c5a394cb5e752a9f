import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  applyImage,
  encodeManifest,
  ingestDirectory,
  type ManifestEntry,
  type ObjectPiece,
} from '@ami-publisher/image';
import { describe, expect, it } from 'vitest';
import type { ImageServerOptions } from '../../src/index.js';
import { allOf } from './all-of.js';
import { ShiftedClock, serve } from './server.js';
import { temporaryDirectory } from './temporary-directory.js';
import { makeSampleTree, sha512 } from './trees.js';

const name = { stream: 'base/debian-12', leaf: '2026-01-31' };
const root: ManifestEntry = { path: '', type: 'directory', mode: 0o755, uid: 0, gid: 0, mtimeNs: 0n };
const emptyImage = encodeManifest([root]).bytes;
const hourMs = 3_600_000;

/** An image of one file. */
const imageOf = (content: Buffer): Buffer =>
  encodeManifest([root, { ...root, path: 'a', type: 'file', size: content.length, sha512: sha512(content) }])
    .bytes;

async function* pieces(
  content: Buffer,
  pieceBytes = 100_000,
  digest = sha512(content),
): AsyncGenerator<ObjectPiece> {
  for (let at = 0; at < content.length; at += pieceBytes) {
    yield { sha512: digest, size: content.length, data: content.subarray(at, at + pieceBytes) };
  }
}

const fetched = async (objects: AsyncIterable<ObjectPiece>): Promise<Buffer> =>
  Buffer.concat((await allOf(objects)).map((piece) => piece.data));

const objectsContract = (newStore: () => ImageServerOptions): void => {
  it.each([1, 300_000, 20_000_000])('gives objects of %i bytes back as they went', async (size) => {
    const { sink, source } = await serve(newStore());
    const content = randomBytes(size);

    await Promise.all([1, 2].map(() => sink.addObjects(pieces(content))));

    expect((await fetched(source.getObjects([sha512(content)]))).equals(content)).toBe(true);
  });

  it.each([1_000, 20_000_000])('refuses objects of %i bytes with another digest', async (size) => {
    const { sink } = await serve(newStore());
    const digest = sha512(Buffer.from('another'));

    const adding = sink.addObjects(pieces(randomBytes(size), 100_000, digest));

    await expect(adding).rejects.toMatchObject({ code: 'OBJECT_CORRUPT', resource: digest });
    expect(await sink.missingObjects([digest])).toEqual([digest]);
  });

  it('refuses objects that are cut short', async () => {
    const { sink } = await serve(newStore());
    const [half] = await allOf(pieces(randomBytes(2_000_000)));

    const adding = sink.addObjects(
      (async function* () {
        yield half!;
      })(),
    );

    await expect(adding).rejects.toMatchObject({ message: expect.stringContaining('cut short') });
  });

  it('gives objects in the order asked for, whatever their sizes', async () => {
    const { sink, source } = await serve(newStore());
    const contents = Array.from({ length: 60 }, (_, i) =>
      Buffer.from(`object ${i} ${'x'.repeat(i % 17 === 0 ? 300_000 : i)}`),
    );
    async function* all() {
      for (const content of contents) yield* pieces(content);
    }
    await sink.addObjects(all());
    const asked = contents.map(sha512).reverse();

    const order: string[] = [];
    for await (const piece of source.getObjects(asked))
      if (order.at(-1) !== piece.sha512) order.push(piece.sha512);

    expect(order).toEqual(asked);
  });

  it('names the object that is absent', async () => {
    const { source } = await serve(newStore());
    const absent = sha512(Buffer.from('absent'));

    await expect(allOf(source.getObjects([absent]))).rejects.toMatchObject({
      code: 'OBJECT_MISSING',
      resource: absent,
    });
  });
};

const imagesContract = (newStore: () => ImageServerOptions): void => {
  it('gives a tree back as it was, and the same image to another server', async () => {
    const store = newStore();
    const [tree, target, staging] = [temporaryDirectory(), temporaryDirectory(), temporaryDirectory()];
    makeSampleTree(tree);
    const { sink, close } = await serve(store);
    const ingested = await ingestDirectory({ root: tree, name, sink });
    const again = await ingestDirectory({ root: tree, name, sink });
    await close();

    const { source, client } = await serve(store);
    const summary = await source.getImage(name.stream, name.leaf);
    const manifest = await source.getManifest(summary.manifestDigest);
    await applyImage({ root: target, stagingDir: join(staging, 's'), manifest, source });
    const verified = await allOf(client.verifyImage({ name }));

    expect([ingested.objectsSent, again.objectsSent]).toEqual([42, 0]);
    expect([again.image, summary]).toEqual([ingested.image, ingested.image]);
    execFileSync('diff', ['-r', '--no-dereference', tree, target]);
    expect(verified.at(-1)).toMatchObject({ objectsDone: '42', objectsTotal: '42', damage: [] });
  });

  it('takes only what is new of the next image, and no other under the same name', async () => {
    const tree = temporaryDirectory();
    makeSampleTree(tree);
    const { sink } = await serve(newStore());
    await ingestDirectory({ root: tree, name, sink });
    writeFileSync(join(tree, 'new'), 'new content');

    const next = await ingestDirectory({ root: tree, name: { ...name, leaf: '2026-02-01' }, sink });
    mkdirSync(join(tree, 'other'));
    const other = ingestDirectory({ root: tree, name, sink });

    expect(next).toMatchObject({ objectsSent: 1, bytesSent: 11 });
    await expect(other).rejects.toMatchObject({
      code: 'IMAGE_EXISTS',
      message: expect.stringContaining('base/debian-12/2026-01-31 exists with another manifest'),
    });
  });

  it('has one winner when different images of one name are added at once', async () => {
    const { sink } = await serve(newStore());
    const manifests = [0n, 1n, 2n].map((mtimeNs) => encodeManifest([{ ...root, mtimeNs }]).bytes);

    const results = await Promise.allSettled(manifests.map((manifest) => sink.addImage(name, manifest)));

    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
  });

  it('refuses an image whose objects are not there, naming a path', async () => {
    const { sink } = await serve(newStore());

    await expect(sink.addImage(name, imageOf(Buffer.from('absent')))).rejects.toMatchObject({
      code: 'OBJECT_MISSING',
      message: expect.stringContaining('of a is missing'),
    });
  });

  it('finds streams, images, and the one added last', async () => {
    const { sink, client } = await serve(newStore());
    for (const leaf of ['2', '1']) await sink.addImage({ ...name, leaf }, emptyImage);
    await sink.addImage({ stream: 'other', leaf: '3' }, emptyImage);

    const { images } = await client.listImages({ stream: name.stream });

    expect((await client.listStreams({})).streams).toEqual(['base/debian-12', 'other']);
    expect(images.map((image) => image.name?.leaf)).toEqual(['2', '1']);
    expect((await client.findLatest({ stream: name.stream })).name?.leaf).toBe('1');
  });
};

const endContract = (newStore: () => ImageServerOptions): void => {
  const begin = async () => {
    const clock = new ShiftedClock();
    const server = await serve({ ...newStore(), clock });
    const content = randomBytes(5_000);
    const digest = sha512(content);
    await server.sink.addObjects(pieces(content));
    const { manifestDigest } = await server.sink.addImage(name, imageOf(content));
    return { ...server, clock, digest, manifestDigest };
  };

  it('hides a deleted image, keeps its name and content, and gives it back', async () => {
    const { client, sink, source, clock, digest, manifestDigest } = await begin();

    const deleted = await client.deleteImage({ name });
    clock.forward(23 * hourMs);
    const collected = await client.collectGarbage({});

    await expect(source.getImage(name.stream, name.leaf)).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
      message: expect.stringContaining('was deleted on'),
    });
    await expect(sink.addImage(name, emptyImage)).rejects.toMatchObject({ code: 'IMAGE_EXISTS' });
    expect(collected).toMatchObject({ images: [], objects: '0' });
    expect((await source.getManifest(manifestDigest)).entries).toHaveLength(2);
    expect(await fetched(source.getObjects([digest]))).toHaveLength(5_000);
    expect((await client.listImages({ deleted: true })).images).toEqual([deleted]);

    await client.restoreImage({ name });
    expect(await source.getImage(name.stream, name.leaf)).toMatchObject({ manifestDigest });
  });

  it('collects what an image left whose grace time is over, and nothing else', async () => {
    const { client, source, sink, clock, digest, manifestDigest } = await begin();
    const kept = randomBytes(3_000);
    await sink.addObjects(pieces(kept));
    await sink.addImage({ ...name, leaf: 'kept' }, imageOf(kept));
    await client.deleteImage({ name });
    clock.forward(25 * hourMs);

    const foreseen = await client.collectGarbage({ dryRun: true });
    const collected = await client.collectGarbage({});

    expect(foreseen).toEqual(collected);
    expect(collected).toMatchObject({ images: [name], objects: '1', bytes: '5000' });
    expect(await sink.missingObjects([digest, sha512(kept)])).toEqual([digest]);
    await expect(source.getManifest(manifestDigest)).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
    await expect(client.restoreImage({ name })).rejects.toMatchObject({
      message: expect.stringContaining('its grace time is over'),
    });
    await expect(sink.addImage(name, emptyImage)).rejects.toMatchObject({ code: 'IMAGE_EXISTS' });
  });

  it('lets an image expire at its time, which can be put off', async () => {
    const { client, sink, clock } = await begin();
    const inHours = (hours: number) => new Date(clock.now() + hours * hourMs).toISOString();
    await sink.addImage({ ...name, leaf: 'brief' }, emptyImage, { expiresAt: new Date(inHours(1)) });
    await client.setExpiry({ name, expiresAt: inHours(1) });
    await client.setExpiry({ name, expiresAt: inHours(3) });
    clock.forward(2 * hourMs);

    const { images } = await client.listImages({ stream: name.stream });
    expect(images.map((image) => image.name?.leaf)).toEqual([name.leaf]);
    await expect(client.setExpiry({ name, expiresAt: inHours(-1) })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
    await expect(client.setExpiry({ name: { ...name, leaf: 'brief' } })).rejects.toMatchObject({
      message: expect.stringContaining('expired on'),
    });
  });

  it('asks for unlisted objects again that are old, and keeps them then', async () => {
    const { client, sink, clock } = await begin();
    const content = randomBytes(2_000);
    await sink.addObjects(pieces(content));
    clock.forward(13 * hourMs);

    const missing = await sink.missingObjects([sha512(content)]);
    if (missing.length > 0) await sink.addObjects(pieces(content));
    const { objects } = await client.collectGarbage({});

    expect(objects).toBe('0');
    await sink.addImage({ ...name, leaf: 'next' }, imageOf(content));
  });
};

/**
 * What every store does, through a server.
 *
 * @param newStore options that name a store of its own for each test
 */
export const storeContract = (newStore: () => ImageServerOptions): void => {
  describe('objects', () => objectsContract(newStore));
  describe('images', () => imagesContract(newStore));
  describe('the end of images', () => endContract(newStore));
};
