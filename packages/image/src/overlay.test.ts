import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../test/support/memory-source.js';
import {
  encodeManifest,
  type ManifestEntry,
  type OverlayFile,
  overlayImage,
  parseManifest,
} from './index.js';

const attributes = { mode: 0o755, uid: 3, gid: 4, mtimeNs: 7n };
const sha512 = (content: Buffer) => createHash('sha512').update(content).digest('hex');
const [old, unlike] = [Buffer.from('old'), Buffer.from('unlike')];
const root: ManifestEntry = { ...attributes, type: 'directory', path: '' };
const etc: ManifestEntry = { ...attributes, type: 'directory', path: 'etc' };
const file = (path: string): ManifestEntry => ({
  ...attributes,
  type: 'file',
  path,
  size: old.length,
  sha512: sha512(old),
});
const link = (path: string, target: string): ManifestEntry => ({ type: 'hardlink', path, target });
const added = (path: string, content = unlike): OverlayFile => ({ path, content, mode: 0o644 });

const overlaid = (entries: readonly ManifestEntry[], ...files: OverlayFile[]) => {
  const image = overlayImage({ entries }, new MemorySource(), files);
  // Whatever comes out must be a manifest.
  return parseManifest(encodeManifest(image.entries).bytes).entries;
};

describe('an overlay', () => {
  it('adds files with the directories that they need, and replaces files', () => {
    expect(overlaid([root, etc, file('etc/fstab')], added('etc/fstab'), added('boot/grub/grub.cfg'))).toEqual(
      [
        root,
        { path: 'boot', type: 'directory', mode: 0o755, uid: 0, gid: 0, mtimeNs: 7n },
        { path: 'boot/grub', type: 'directory', mode: 0o755, uid: 0, gid: 0, mtimeNs: 7n },
        expect.objectContaining({ path: 'boot/grub/grub.cfg', mode: 0o644, size: 6, sha512: sha512(unlike) }),
        etc,
        expect.objectContaining({ path: 'etc/fstab', uid: 0, size: 6, sha512: sha512(unlike) }),
      ],
    );
  });

  it('leaves the other names of a replaced file what they were', () => {
    const entries = [root, file('a'), link('b', 'a'), link('c', 'a'), link('d', 'a')];

    expect(overlaid(entries, added('a'), added('c'))).toEqual([
      root,
      expect.objectContaining({ path: 'a', size: 6 }),
      file('b'),
      expect.objectContaining({ path: 'c', size: 6 }),
      link('d', 'b'),
    ]);
  });

  it('gives an empty file no digest', () => {
    expect(overlaid([root], added('empty', Buffer.alloc(0)))[1]).not.toHaveProperty('sha512');
  });

  it.each([
    ['etc', { ...attributes, type: 'symlink', path: 'etc', target: 'usr/etc' }],
    ['etc/fstab', { ...attributes, type: 'symlink', path: 'etc/fstab', target: '/run/fstab' }],
  ] as const)('refuses to write through a symbolic link at %s', (place, entry) => {
    const entries = place === 'etc' ? [root, entry] : [root, etc, entry];

    expect(() => overlaid(entries, added('etc/fstab'))).toThrowError(
      expect.objectContaining({ code: 'INVALID_MANIFEST', resource: place }),
    );
  });

  it('serves its own objects among those of the image, in the order asked for', async () => {
    const source = new MemorySource();
    source.add(old);
    const image = overlayImage({ entries: [root] }, source, [added('new')]);

    const served: string[] = [];
    for await (const { data } of image.source.getObjects([sha512(old), sha512(unlike), sha512(old)]))
      served.push(Buffer.from(data).toString());

    expect(served).toEqual(['old', 'unlike', 'old']);
    expect(source.asked).toEqual([sha512(old), sha512(old)]);
  });
});
