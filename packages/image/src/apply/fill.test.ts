import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { independentWalk } from '../../test/support/independent-walk.js';
import { MemorySource } from '../../test/support/memory-source.js';
import { temporaryDirectory } from '../../test/support/temporary-directory.js';
import { encodeManifest, type Manifest, type ManifestEntry, parseManifest, walkTree } from '../index.js';
import { applyImage } from './apply.js';

const sha512 = (content: Buffer) => createHash('sha512').update(content).digest('hex');

const manifestOf = async (tree: string): Promise<Manifest> =>
  parseManifest(encodeManifest((await walkTree(tree)).entries).bytes);

const places = () => {
  const directory = temporaryDirectory();
  const root = join(directory, 'root');
  mkdirSync(root);
  return { directory, root, stagingDir: join(directory, 'staging') };
};

describe('applying an image to a tree without files', () => {
  it.each([10, 3_000_000])('fills a tree of mere directories with files of %i bytes', async (size) => {
    const { directory, root, stagingDir } = places();
    mkdirSync(join(root, 'lost+found'));
    mkdirSync(join(root, 'file', 'below'), { recursive: true });
    mkdirSync(stagingDir);
    writeFileSync(join(stagingDir, 'left over'), 'x');
    const wanted = join(directory, 'wanted');
    mkdirSync(join(wanted, 'etc'), { recursive: true });
    writeFileSync(join(wanted, 'file'), Buffer.alloc(size, 'same'), { mode: 0o640 });
    writeFileSync(join(wanted, 'etc', 'same'), Buffer.alloc(size, 'same'), { mode: 0o4711 });
    linkSync(join(wanted, 'file'), join(wanted, 'etc', 'linked'));
    writeFileSync(join(wanted, 'etc', 'empty'), '');
    symlinkSync('file', join(wanted, 'link'));
    const source = new MemorySource().addTree(wanted);
    let changes = 0;
    const beforeFirstChange = async () => {
      changes += 1;
    };

    const result = await applyImage({
      root,
      stagingDir,
      manifest: await manifestOf(wanted),
      source,
      beforeFirstChange,
    });

    expect(independentWalk(root)).toEqual(independentWalk(wanted));
    expect(source.asked).toHaveLength(1);
    expect(result).toMatchObject({ bytesFetched: size, bytesWritten: 2 * size, filesRemoved: 2 });
    expect(changes).toBe(1);
    expect(existsSync(stagingDir)).toBe(false);
  });

  it.each([10, 3_000_000])(
    'leaves nothing of a corrupt object of %i bytes, and ends well later',
    async (size) => {
      const { directory, root, stagingDir } = places();
      const wanted = join(directory, 'wanted');
      mkdirSync(wanted);
      const content = Buffer.alloc(size, 'new');
      writeFileSync(join(wanted, 'file'), content);
      const source = new MemorySource();
      source.objects.set(sha512(content), Buffer.alloc(size, 'bad'));
      const options = { root, stagingDir, manifest: await manifestOf(wanted), source };

      await expect(applyImage(options)).rejects.toMatchObject({ code: 'OBJECT_CORRUPT' });

      expect(existsSync(join(root, 'file'))).toBe(false);
      source.add(content);
      await applyImage(options);
      expect(readFileSync(join(root, 'file')).equals(content)).toBe(true);
    },
  );

  it('makes copies and links of a file whichever portion their own entries would be in', async () => {
    const { root, stagingDir } = places();
    const contents = ['shared', ...Array.from({ length: 2_100 }, (_, number) => `own ${number}`)];
    const source = new MemorySource();
    for (const content of contents) source.add(Buffer.from(content));
    const name = (number: number) => String(number).padStart(5, '0');
    const inode = { mode: 0o644, uid: process.getuid!(), gid: process.getgid!(), mtimeNs: 1n };
    const file = (path: string, content: string): ManifestEntry => ({
      ...{ path, type: 'file', ...inode, size: content.length, sha512: sha512(Buffer.from(content)) },
    });
    const link: ManifestEntry = { path: 'z linked', type: 'hardlink', target: name(0) };
    const entries: readonly ManifestEntry[] = [
      { path: '', type: 'directory', ...inode, mode: 0o755 },
      ...contents.map((content, number) => file(name(number), content)),
      ...[file('y copied', 'shared'), link],
    ];

    const result = await applyImage({
      root,
      stagingDir,
      manifest: parseManifest(encodeManifest(entries).bytes),
      source,
    });

    expect((await walkTree(root)).entries).toEqual(entries);
    expect(result).toMatchObject({
      filesWritten: 2_103,
      bytesWritten: result.bytesFetched + 'shared'.length,
    });
  });
});
