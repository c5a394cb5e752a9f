import { createHash } from 'node:crypto';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { independentWalk } from '../../test/support/independent-walk.js';
import { MemorySource } from '../../test/support/memory-source.js';
import { isRoot, temporaryDirectory } from '../../test/support/temporary-directory.js';
import { encodeManifest, type ManifestEntry, parseManifest, posix, walkTree } from '../index.js';
import { type ApplyOptions, applyImage } from './apply.js';

const owner = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
const attributes = { mode: 0o755, mtimeNs: 1_600_000_000_000_000_001n, ...owner };
const rootEntry: ManifestEntry = { ...attributes, type: 'directory', path: '' };
const manifestOf = (...entries: ManifestEntry[]) =>
  parseManifest(encodeManifest([rootEntry, ...entries]).bytes);
const sha512 = (content: Buffer) => createHash('sha512').update(content).digest('hex');
const fileEntry = (path: string, content: Buffer): ManifestEntry => ({
  ...attributes,
  type: 'file',
  path,
  size: content.length,
  sha512: sha512(content),
});

const places = () => {
  const directory = temporaryDirectory();
  const [root, outside] = [join(directory, 'root'), join(directory, 'outside')];
  mkdirSync(root);
  mkdirSync(outside);
  return { directory, root, outside, stagingDir: join(directory, 'staging') };
};

const counted = async (options: ApplyOptions) => {
  let changes = 0;
  const result = await applyImage({
    ...options,
    beforeFirstChange: async () => {
      changes += 1;
    },
  });
  return { changes, result };
};

describe('applying an image', () => {
  it('fetches each content once, and only what no file of the tree has', async () => {
    const { root, stagingDir } = places();
    const [known, fresh] = [Buffer.from('known'), Buffer.from('fresh')];
    writeFileSync(join(root, 'old-name'), known);
    const source = new MemorySource();
    source.add(fresh);
    const manifest = manifestOf(
      fileEntry('a', fresh),
      fileEntry('b', fresh),
      fileEntry('c', known),
      fileEntry('d', known),
    );

    const { result, changes } = await counted({ root, stagingDir, manifest, source });

    expect(source.asked).toEqual([sha512(fresh)]);
    expect(result).toMatchObject({ filesWritten: 4, filesRemoved: 1, bytesFetched: 5 });
    expect(changes).toBe(1);
    expect(['a', 'b', 'c', 'd'].map((name) => readFileSync(join(root, name), 'utf8'))).toEqual([
      'fresh',
      'fresh',
      'known',
      'known',
    ]);
    expect(existsSync(stagingDir)).toBe(false);
  });

  it('keeps the inode of a file of which only attributes differ', async () => {
    const { root, stagingDir } = places();
    const content = Buffer.from('content');
    writeFileSync(join(root, 'file'), content, { mode: 0o600 });
    const inode = lstatSync(join(root, 'file'), { bigint: true }).ino;

    const { result } = await counted({
      root,
      stagingDir,
      manifest: manifestOf(fileEntry('file', content)),
      source: new MemorySource(),
    });

    expect(result).toMatchObject({ filesWritten: 0, metadataChanged: 2, bytesFetched: 0 });
    expect(lstatSync(join(root, 'file'), { bigint: true })).toMatchObject({
      ino: inode,
      mtimeNs: attributes.mtimeNs,
    });
  });

  it('never follows a symbolic link that stands where a directory belongs', async () => {
    const { root, outside, stagingDir } = places();
    symlinkSync(outside, join(root, 'etc'));
    const content = Buffer.from('secret');
    const source = new MemorySource();
    source.add(content);
    const manifest = manifestOf(
      { ...attributes, type: 'directory', path: 'etc' },
      fileEntry('etc/shadow', content),
    );

    await applyImage({ root, stagingDir, manifest, source });

    expect(independentWalk(outside)).toHaveLength(1);
    expect(lstatSync(join(root, 'etc'), { bigint: true }).isDirectory()).toBe(true);
  });

  it('[U44] stops when a directory becomes a symbolic link behind its back', async () => {
    const { root, outside, stagingDir } = places();
    mkdirSync(join(root, 'etc'));
    const content = Buffer.from('secret');
    const source = new MemorySource();
    source.add(content);
    const manifest = manifestOf(
      { ...attributes, type: 'directory', path: 'etc' },
      fileEntry('etc/shadow', content),
    );
    const beforeFirstChange = async () => {
      renameSync(join(root, 'etc'), join(root, 'moved'));
      symlinkSync(outside, join(root, 'etc'));
    };

    const applying = applyImage({ root, stagingDir, manifest, source, beforeFirstChange });

    await expect(applying).rejects.toMatchObject({ code: 'TREE_CHANGED', resource: 'etc' });
    expect(independentWalk(outside)).toHaveLength(1);
  });

  it('does not touch an inode that has another name outside the tree', async () => {
    const { root, outside, stagingDir } = places();
    const content = Buffer.from('shared');
    writeFileSync(join(outside, 'file'), content, { mode: 0o600 });
    linkSync(join(outside, 'file'), join(root, 'file'));
    const before = independentWalk(outside);

    await applyImage({
      root,
      stagingDir,
      manifest: manifestOf(fileEntry('file', content)),
      source: new MemorySource(),
    });

    expect(independentWalk(outside)).toEqual(before);
    expect(lstatSync(join(root, 'file'), { bigint: true }).mode & 0o777n).toBe(0o755n);
  });

  it.each([10, 3_000_000])(
    'breaks nothing when an object of %i bytes is corrupt, and names object and path',
    async (size) => {
      const { root, stagingDir } = places();
      writeFileSync(join(root, 'file'), 'old');
      const before = independentWalk(root);
      const content = Buffer.alloc(size, 'new');
      const source = new MemorySource();
      source.objects.set(sha512(content), Buffer.alloc(size, 'bad'));
      let changes = 0;

      const applying = applyImage({
        root,
        stagingDir,
        manifest: manifestOf(fileEntry('file', content)),
        source,
        beforeFirstChange: async () => {
          changes += 1;
        },
      });

      await expect(applying).rejects.toMatchObject({
        code: 'OBJECT_CORRUPT',
        resource: sha512(content),
        message: expect.stringContaining('of file arrived with another digest'),
      });
      expect(changes).toBe(0);
      expect(independentWalk(root)).toEqual(before);
    },
  );

  it('says which object did not arrive', async () => {
    const { root, stagingDir } = places();
    const content = Buffer.from('absent');

    const applying = applyImage({
      root,
      stagingDir,
      manifest: manifestOf(fileEntry('file', content)),
      source: new MemorySource(),
    });

    await expect(applying).rejects.toMatchObject({ code: 'OBJECT_MISSING', resource: sha512(content) });
  });

  it('[U45] refuses before any change what does not fit, with the figures', async () => {
    const { root, stagingDir } = places();
    const huge: ManifestEntry = {
      ...attributes,
      type: 'file',
      path: 'huge',
      size: 2 ** 52,
      sha512: 'a'.repeat(128),
    };

    const { changes, error } = await counted({
      root,
      stagingDir,
      manifest: manifestOf(huge),
      source: new MemorySource(),
    }).then(
      () => ({ changes: -1, error: undefined }),
      (reason: unknown) => ({ changes: 0, error: reason }),
    );

    expect(error).toMatchObject({
      code: 'NO_SPACE',
      message: expect.stringContaining(`needs ${2 ** 52} bytes more`),
    });
    expect(changes).toBe(0);
    expect(existsSync(stagingDir)).toBe(false);
  });

  it('[U41] fetches again only what an interrupted run had not fetched', async () => {
    const { root, stagingDir } = places();
    const contents = Array.from({ length: 600 }, (_, i) => Buffer.from(`content ${i}`));
    const source = new MemorySource();
    for (const content of contents.slice(0, 300)) source.add(content);
    const manifest = manifestOf(
      ...contents.map((content, i) => fileEntry(String(i).padStart(4, '0'), content)),
    );
    const options = { root, stagingDir, manifest, source, streams: 1 };
    await expect(applyImage(options)).rejects.toMatchObject({ code: 'OBJECT_MISSING' });
    for (const content of contents) source.add(content);
    source.asked.length = 0;

    await applyImage(options);

    expect(source.asked).toEqual(contents.slice(300).map(sha512));
  });

  it('keeps what a run was fetching out of the tree, also when it is staged inside', async () => {
    const { root } = places();
    const content = Buffer.from('content');
    const source = new MemorySource();
    source.add(content);
    const stagingDir = join(root, '.staging');
    mkdirSync(stagingDir);
    writeFileSync(join(stagingDir, 'left over'), 'x');

    await applyImage({ root, stagingDir, manifest: manifestOf(fileEntry('file', content)), source });

    expect(independentWalk(root)).toHaveLength(2);
    expect(lstatSync(root, { bigint: true }).mtimeNs).toBe(attributes.mtimeNs);
  });

  it('[U37] sets extended attributes, and removes those that the image has not', async () => {
    const { root, stagingDir } = places();
    const place = Buffer.from(join(root, 'file'));
    writeFileSync(place, '', { mode: 0o644 });
    posix().setXattr(place, 'user.old', Buffer.from('old'));
    const manifest = manifestOf({
      ...attributes,
      mode: 0o444,
      type: 'file',
      path: 'file',
      size: 0,
      xattrs: { 'user.new': 'bmV3' },
    });

    await applyImage({ root, stagingDir, manifest, source: new MemorySource() });

    expect(posix().listXattrs(place)).toEqual(['user.new']);
    expect((await walkTree(root)).entries).toEqual(manifest.entries);
  });

  it('makes devices as root, and otherwise leaves an empty file and says so, once', async () => {
    const { root, stagingDir } = places();
    const device: ManifestEntry = {
      ...attributes,
      uid: 0,
      gid: 0,
      type: 'character-device',
      path: 'null',
      major: 1,
      minor: 3,
    };
    const options = { root, stagingDir, manifest: manifestOf(device), source: new MemorySource() };

    const { result } = await counted(options);
    const again = await counted({ ...options, index: result.index, attributeStore: result.unsettable });

    expect(lstatSync(join(root, 'null'), { bigint: true }).isCharacterDevice()).toBe(isRoot);
    expect(result.unsettable.paths.null?.device).toEqual(
      isRoot ? undefined : { type: 'character-device', major: 1, minor: 3 },
    );
    expect(again.changes).toBe(0);
    expect(again.result.unsettable).toEqual(result.unsettable);
  });

  it('keeps what an ordinary user cannot set, and is not held up by it again', async () => {
    const { root, stagingDir } = places();
    const manifest = manifestOf({
      ...attributes,
      uid: 12_345,
      gid: 23_456,
      mode: 0o111,
      type: 'directory',
      path: 'directory',
      xattrs: { 'trusted.key': 'dg==' },
    });
    const options = { root, stagingDir, manifest, source: new MemorySource() };

    const { result } = await counted(options);
    const again = await counted({ ...options, index: result.index, attributeStore: result.unsettable });

    expect(result.unsettable.paths).toEqual(
      isRoot
        ? {}
        : { directory: { uid: 12_345, gid: 23_456, mode: 0o111, xattrs: { 'trusted.key': 'dg==' } } },
    );
    expect(again.changes).toBe(0);
    expect(again.result.unsettable).toEqual(result.unsettable);
  });

  it('knows afterwards what it has written, so that the next apply reads nothing', async () => {
    const { root, stagingDir } = places();
    const content = Buffer.alloc(2_000_000, 'x');
    const source = new MemorySource();
    source.add(content);
    const options = { root, stagingDir, manifest: manifestOf(fileEntry('file', content)), source };

    const { index } = await applyImage(options);

    expect(await applyImage({ ...options, index })).toMatchObject({ bytesRead: 0, filesWritten: 0 });
    expect(await applyImage(options)).toMatchObject({ bytesRead: 2_000_000, filesWritten: 0 });
  });

  it('[U51] reports its phases in order, with counts that reach their totals', async () => {
    const { root, stagingDir } = places();
    const content = Buffer.alloc(2_000_000, 'x');
    const source = new MemorySource();
    source.add(content);
    const seen: {
      phase: string;
      filesDone: number;
      filesTotal: number;
      bytesDone: number;
      bytesTotal: number;
    }[] = [];

    await applyImage({
      root,
      stagingDir,
      manifest: manifestOf(fileEntry('file', content)),
      source,
      onProgress: (p) => seen.push(p),
    });

    expect([...new Set(seen.map((progress) => progress.phase))]).toEqual([
      'scanning',
      'fetching',
      'updating',
    ]);
    expect(seen.findLast((progress) => progress.phase === 'fetching')).toMatchObject({
      filesDone: 1,
      filesTotal: 1,
      bytesDone: 2_000_000,
    });
    expect(seen.at(-1)).toMatchObject({ filesDone: 1, filesTotal: 1 });
  });

  it('refuses a staging directory on another file system', async () => {
    const { root } = places();
    const applying = applyImage({
      root,
      stagingDir: '/proc/staging',
      manifest: manifestOf(),
      source: new MemorySource(),
    });

    await expect(applying).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('not on the file system'),
    });
  });
});
