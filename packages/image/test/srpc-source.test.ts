import { createHash } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';
import { silentLogger } from '@ami-publisher/base';
import { answering, daemonKinds, SrpcClient, type SrpcMethod, SrpcServer } from '@ami-publisher/srpc';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readTranscript, turnsOf } from '../../srpc/test/support/transcript.js';
import { encodeManifest, parseManifest, SrpcImageSource } from '../src/index.js';

/** What a recorded daemon said in its n-th turn. */
const recorded = (name: string, turn: number): Buffer =>
  turnsOf(readTranscript(name).events).filter(({ from }) => from === 'server')[turn]?.bytes ??
  Buffer.alloc(0);

/** A method that answers each request with the same bytes. */
const saying = (bytes: Buffer): SrpcMethod => ({
  access: 'open',
  talk: async (call) => {
    await call.value();
    await call.sendBytes(bytes);
  },
});

/** An image server that answers with what was recorded, some of it changed. */
const sourceOf = async (methods: Readonly<Record<string, SrpcMethod>>): Promise<SrpcImageSource> => {
  const server = new SrpcServer({ methods, tls: 'plain-text', logger: silentLogger });
  const listening = createServer((socket) => server.accept(socket));
  await new Promise<void>((resolve) => listening.listen({ host: '127.0.0.1', port: 0 }, resolve));
  const address = `127.0.0.1:${(listening.address() as AddressInfo).port}`;
  const client = new SrpcClient(daemonKinds.imageServer, { address, tls: 'plain-text' });
  onTestFinished(() => {
    client.close();
    server.close();
    listening.close();
  });
  return new SrpcImageSource(client);
};

const fullTree = recorded('getimage-full', 1).toString();
const goodTree = fullTree.replace('bad\\ufffd', 'zero');

describe('an image server of Go', () => {
  it('gives an image whose manifest is of its tree, and of that alone', async () => {
    const source = await sourceOf({
      'ImageServer.GetImage': saying(Buffer.from(goodTree)),
    });
    const image = await source.getImage('base/test', 'v1');
    const { entries, digest } = await source.getManifest(image.manifestDigest);
    expect(parseManifest(encodeManifest(entries).bytes).digest).toBe(digest);
    expect(entries.map(({ type, path }) => `${path || '.'} ${type}`)).toEqual([
      ...['. directory', 'bin symlink', 'boot directory', 'boot/initrd.img-1 file', 'boot/vmlinuz-1 file'],
      ...['etc directory', 'etc/empty file', 'etc/hard file', 'etc/passwd hardlink', 'etc/zero hardlink'],
      ...['null character-device', 'var directory'],
    ]);
    expect(entries.find(({ path }) => path === 'boot/vmlinuz-1')).toMatchObject({
      ...{ mode: 0o644, uid: 0, size: 10, mtimeNs: 1_700_000_000_000_000_123n },
    });
    expect(entries.find(({ path }) => path === 'null')).toMatchObject({ mode: 0o666, major: 1, minor: 3 });
    // What the daemon itself estimates (24640), and the block of the root.
    expect(image).toMatchObject({
      usageBytes: 24_640 + 4096,
      contentBytes: 38,
      createdAt: new Date('2026-11-22T07:27:10.882Z'),
    });
  });

  it('gives the same digest of the same image, whoever asks', async () => {
    const methods = { 'ImageServer.GetImage': saying(recorded('getimage-clean', 1)) };
    const [one, other] = [await sourceOf(methods), await sourceOf(methods)];
    const { manifestDigest } = await one.getImage('base/clean', 'v1');
    expect((await other.getImage('base/clean', 'v1')).manifestDigest).toBe(manifestDigest);
    await expect((await sourceOf(methods)).getManifest(manifestDigest)).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
    });
  });

  it('is asked for a tree once, however many ask for the image, and again when it is another one', async () => {
    const trees = [goodTree, goodTree.replace('T07:27:10.882', 'T07:27:11.882')];
    let added = 0;
    let sent = 0;
    const source = await sourceOf({
      'ImageServer.GetImage': {
        access: 'open',
        talk: async (call) => {
          const { IgnoreFilesystem } = (await call.value()) as { readonly IgnoreFilesystem?: boolean };
          const reply = JSON.parse(trees[added] ?? '') as { readonly Image: object };
          if (IgnoreFilesystem) return call.sendReply({ Image: { ...reply.Image, FileSystem: null } });
          sent += 1;
          await call.sendBytes(Buffer.from(trees[added] ?? ''));
        },
      },
    });
    const cancelled = AbortSignal.abort();
    const asked = [1, 2, 3].map(() => source.getImage('base/test', 'v1'));
    const givenUp = source.getImage('base/test', 'v1', { signal: cancelled });
    await expect(givenUp).rejects.toMatchObject({ code: 'CANCELLED' });
    const digests = (await Promise.all(asked)).map(({ manifestDigest }) => manifestDigest);
    expect([new Set(digests).size, sent]).toEqual([1, 1]);
    added = 1;
    expect((await source.getImage('base/test', 'v1')).manifestDigest).not.toBe(digests[0]);
    expect(sent).toBe(2);
  });

  it.each([
    ['names that are not UTF-8', fullTree, 'a name that is not UTF-8'],
    ['an inode that is not there', goodTree.replace('"InodeNumber":9}', '"InodeNumber":99}'), 'no inode 99'],
    [
      'a directory within itself',
      goodTree.replace('"InodeNumber":3}', '"InodeNumber":2}'),
      'in several places',
    ],
    ['a name with a slash', goodTree.replace('"vmlinuz-1"', '"a/b"'), 'a slash'],
    ['a name that leads out', goodTree.replace('"vmlinuz-1"', '".."'), '`..`'],
  ])('is not believed an image with %s', async (_what, answer, problem) => {
    const source = await sourceOf({ 'ImageServer.GetImage': saying(Buffer.from(answer)) });
    await expect(source.getImage('base/test', 'v1')).rejects.toMatchObject({
      code: 'INVALID_MANIFEST',
      message: expect.stringContaining(problem),
    });
  });

  it.each([
    [true, 'IMAGE_NOT_FOUND'],
    [false, 'STREAM_NOT_FOUND'],
  ])('says what is missing if the stream is there: %s', async (DirectoryExists, code) => {
    const source = await sourceOf({
      'ImageServer.GetImage': answering('open', () => ({ Image: null })),
      'ImageServer.CheckDirectory': answering('open', () => ({ DirectoryExists })),
    });
    await expect(source.getImage('base/test', 'nope')).rejects.toMatchObject({ code });
  });

  it('gives objects in the order asked for', async () => {
    const source = await sourceOf({ 'ObjectServer.GetObjects': saying(recorded('getobjects', 1)) });
    const request = turnsOf(readTranscript('getobjects').events)[2]?.bytes.toString() ?? '';
    const { Hashes } = JSON.parse(request) as { Hashes: string[] };
    const contents = new Map<string, Buffer[]>();
    for await (const { sha512, data } of source.getObjects(Hashes))
      contents.set(sha512, [...(contents.get(sha512) ?? []), Buffer.from(data)]);
    expect([...contents.keys()]).toEqual(Hashes);
    for (const [sha512, parts] of contents)
      expect(createHash('sha512').update(Buffer.concat(parts)).digest('hex')).toBe(sha512);
  });
});
