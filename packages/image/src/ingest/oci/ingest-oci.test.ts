import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MemorySink } from '../../../test/support/memory-sink.js';
import { type LayerMember, LayoutMaker } from '../../../test/support/oci-layout.js';
import { temporaryDirectory } from '../../../test/support/temporary-directory.js';
import { ingestOciLayout } from './ingest-oci.js';
import type { LayoutChoice } from './layout.js';

const name = { stream: 'base', leaf: '1' };
const indexType = 'application/vnd.oci.image.index.v1+json';

const ingest = async (root: string, choice: LayoutChoice = {}) => {
  const sink = new MemorySink();
  await ingestOciLayout({ root, name, sink, ...choice });
  const entries = sink.images.get('base/1')?.entries ?? [];
  const shown = entries.map((entry) => {
    if (entry.type === 'directory') return `${entry.path}/`;
    if (entry.type === 'hardlink') return `${entry.path} = ${entry.target}`;
    if (entry.type === 'symlink') return `${entry.path} -> ${entry.target}`;
    const sha512 = entry.type === 'file' ? entry.sha512 : undefined;
    return `${entry.path}: ${sink.objects.get(sha512 ?? '')?.toString() ?? entry.type}`;
  });
  return { shown, entries };
};

/** A layout of one image. */
const layoutOf = async (...layers: readonly (readonly LayerMember[])[]): Promise<LayoutMaker> => {
  const maker = new LayoutMaker(temporaryDirectory());
  const packed = ['', '+gzip', '+zstd'] as const;
  const made = await Promise.all(layers.map((members, i) => maker.layer(members, packed[i % 3])));
  maker.index([maker.image(made)]);
  return maker;
};

const flattened = async (...layers: readonly (readonly LayerMember[])[]) =>
  (await ingest((await layoutOf(...layers)).root)).shown;

const directory = (path: string): LayerMember => ({ name: path, type: 'directory', mode: 0o755 });

describe('an OCI image layout', () => {
  it('lays plain, gzip and zstd layers upon each other', async () => {
    const shown = await flattened(
      [directory('etc'), { name: 'etc/a', content: 'first' }, { name: 'etc/b', content: 'kept' }],
      [{ name: 'etc/a', content: 'second' }],
      [{ name: 'usr/big', content: 'z'.repeat(300_000) }],
    );

    expect(shown).toEqual([
      '/',
      'etc/',
      'etc/a: second',
      'etc/b: kept',
      'usr/',
      `usr/big: ${'z'.repeat(300_000)}`,
    ]);
  });

  it('takes away what whiteouts name, of layers below only', async () => {
    const shown = await flattened(
      [
        { name: 'a', content: '1' },
        { name: 'd/x', content: '1' },
        { name: 'o/x', content: '1' },
      ],
      [
        { name: 'o/new', content: '2' },
        { name: '.wh.a' },
        { name: 'd/y', content: '2' },
        { name: '.wh.d' },
        { name: 'o/.wh..wh..opq' },
        { name: '.wh..wh.plnk' },
        { name: '.wh.absent' },
      ],
    );

    expect(shown).toEqual(['/', 'd/', 'd/y: 2', 'o/', 'o/new: 2']);
  });

  it('replaces directories by files and files by directories', async () => {
    const shown = await flattened(
      [
        { name: 'a/x', content: '1' },
        { name: 'b', content: '1' },
      ],
      [{ name: 'a', content: '2' }, directory('b'), { name: 'b/y', content: '2' }],
    );

    expect(shown).toEqual(['/', 'a: 2', 'b/', 'b/y: 2']);
  });

  it('keeps hard links across layers, and the other name when one is replaced', async () => {
    const shown = await flattened(
      [
        { name: 'a', content: '1' },
        { name: 'b', type: 'link', linkname: 'a' },
      ],
      [{ name: 'c', type: 'link', linkname: '/b' }],
      [{ name: 'a', content: '3' }],
    );

    expect(shown).toEqual(['/', 'a: 3', 'b: 1', 'c = b']);
  });

  it('follows links to directories of layers below, and never out of the tree', async () => {
    const shown = await flattened(
      [
        { name: 'lib', type: 'symlink', linkname: 'usr/lib' },
        { name: 'out', type: 'symlink', linkname: '../../../tmp' },
        { name: 'root', type: 'symlink', linkname: '/' },
        directory('usr/lib'),
      ],
      [
        { name: 'lib/x', content: '2' },
        { name: 'out/y', content: '2' },
        { name: 'root/root/z', content: '2' },
        { name: 'link', type: 'link', linkname: 'lib/x' },
      ],
    );

    expect(shown).toEqual([
      ...['/', 'lib -> usr/lib', 'link: 2', 'out -> ../../../tmp', 'root -> /', 'tmp/', 'tmp/y: 2'],
      ...['usr/', 'usr/lib/', 'usr/lib/x = link', 'z: 2'],
    ]);
  });

  it.each<[string, LayerMember[], string]>([
    ['`..` in a path', [{ name: '../x' }], 'has `..` in its path'],
    ['`..` in a whiteout', [{ name: 'a/.wh...' }], 'is a whiteout of nothing'],
    ['a link to nothing', [{ name: 'a', type: 'link', linkname: 'b' }], 'links to b'],
    ['a path in a file', [{ name: 'a', content: 'x' }, { name: 'a/b' }], 'lies in a, which is a file'],
    [
      'links in a circle',
      [
        { name: 'a', type: 'symlink', linkname: 'b' },
        { name: 'b', type: 'symlink', linkname: 'a' },
        { name: 'a/x' },
      ],
      'lies behind too many symbolic links',
    ],
  ])('refuses %s', async (_what, members, problem) => {
    await expect(flattened(members)).rejects.toMatchObject({
      code: 'INVALID_ARCHIVE',
      message: expect.stringContaining(problem),
    });
  });
});

describe('choosing an image of a layout', () => {
  const several = async (): Promise<string> => {
    const maker = new LayoutMaker(temporaryDirectory());
    const image = async (content: string) => maker.image([await maker.layer([{ name: 'a', content }])]);
    const forPlatform = async (architecture: string, variant?: string) => ({
      ...(await image(architecture)),
      platform: { os: 'linux', architecture, variant },
    });
    const record = { ...(await image('record')), platform: { os: 'unknown', architecture: 'unknown' } };
    const nested = maker.json(indexType, {
      manifests: [await forPlatform('amd64'), await forPlatform('arm64', 'v8'), record],
    });
    maker.index([
      { ...nested, annotations: { 'org.opencontainers.image.ref.name': 'many' } },
      { ...(await image('one')), annotations: { 'org.opencontainers.image.ref.name': 'one' } },
    ]);
    return maker.root;
  };

  it.each<[LayoutChoice, string]>([
    [{ tag: 'one' }, 'a: one'],
    [{ tag: 'many', platform: 'linux/arm64' }, 'a: arm64'],
    [{ tag: 'many', platform: 'linux/amd64' }, 'a: amd64'],
  ])('takes %j', async (choice, file) => {
    expect((await ingest(await several(), choice)).shown).toContain(file);
  });

  it.each<[LayoutChoice, string]>([
    [{}, 'name the tag; there are: many, one'],
    [{ tag: 'none' }, 'no image of the tag none; there are: many, one'],
    [{ tag: 'many' }, 'name the platform; there are: linux/amd64, linux/arm64/v8'],
    [{ tag: 'many', platform: 'linux/s390x' }, 'no image of the platform linux/s390x'],
  ])('says what there is when told %j', async (choice, message) => {
    await expect(ingest(await several(), choice)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(message),
    });
  });
});

describe('a damaged layout', () => {
  it('is refused when a layer has other bytes than its digest promises', async () => {
    const maker = new LayoutMaker(temporaryDirectory());
    const layer = await maker.layer([{ name: 'a', content: 'x' }]);
    const other = await maker.layer([{ name: 'a', content: 'y' }]);
    maker.index([maker.image([{ ...layer, digest: other.digest }, layer])]);
    writeFileSync(join(maker.root, 'blobs', ...layer.digest.split(':')), 'short');

    await expect(ingest(maker.root)).rejects.toMatchObject({
      code: 'INVALID_ARCHIVE',
      resource: layer.digest,
    });
  });

  it.each<[string, object, string]>([
    ['a digest that climbs', { digest: 'sha256:../../../etc/passwd' }, 'with the digest "sha256:../'],
    ['an unknown kind of image', { mediaType: 'text/plain' }, 'media type text/plain, which is no image'],
    ['a negative size', { size: -1 }, 'with the size -1'],
    ['a blob that is not there', { digest: `sha256:${'0'.repeat(64)}` }, 'cannot be read'],
  ])('is refused for %s', async (_what, change, problem) => {
    const maker = new LayoutMaker(temporaryDirectory());
    maker.index([{ ...maker.image([]), ...change }]);

    await expect(ingest(maker.root)).rejects.toMatchObject({
      code: 'INVALID_ARCHIVE',
      message: expect.stringContaining(problem),
    });
  });

  it.each(['gzip', 'zstd'])('is refused when a %s layer is none', async (packed) => {
    const maker = new LayoutMaker(temporaryDirectory());
    const layer = maker.blob(`application/vnd.oci.image.layer.v1.tar+${packed}`, Buffer.alloc(600, 'x'));
    maker.index([maker.image([layer])]);

    await expect(ingest(maker.root)).rejects.toMatchObject({
      code: 'INVALID_ARCHIVE',
      message: expect.stringContaining('cannot be read'),
    });
  });
});
