import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../test/support/temporary-directory.js';
import { posix } from '../posix.js';
import { TreeIndex } from './tree-index.js';
import { walkTree } from './walk.js';

const old = (place: string) => utimesSync(place, 1_000, 1_000);

/** Lets the ctimes of a tree grow old enough for the index. */
const indexed = async (root: string): Promise<TreeIndex> => {
  let { index } = await walkTree(root);
  await expect
    .poll(async () => {
      ({ index } = await walkTree(root));
      return index.size;
    })
    .toBeGreaterThan(0);
  return index;
};

describe('walkTree', () => {
  it('describes every kind of inode in byte order', async () => {
    const root = temporaryDirectory();
    mkdirSync(join(root, 'a'));
    writeFileSync(join(root, 'a', 'file'), 'abc', { mode: 0o640 });
    chmodSync(join(root, 'a', 'file'), 0o4755);
    writeFileSync(join(root, 'a-b'), '');
    symlinkSync('../nowhere', join(root, 'link'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    linkSync(join(root, 'a', 'file'), join(root, 'z'));

    const { entries } = await walkTree(root);

    expect(entries.map((entry) => [entry.path, entry.type])).toEqual([
      ['', 'directory'],
      ['a', 'directory'],
      ['a-b', 'file'],
      ['a/file', 'file'],
      ['link', 'symlink'],
      ['pipe', 'fifo'],
      ['z', 'hardlink'],
    ]);
    expect(entries[2]).not.toHaveProperty('sha512');
    expect(entries[3]).toMatchObject({ mode: 0o4755, size: 3, sha512: expect.stringMatching(/^ddaf35a1/) });
    expect(entries[4]).toMatchObject({ target: '../nowhere' });
    expect(entries[6]).toEqual({ type: 'hardlink', path: 'z', target: 'a/file' });
  });

  it('keeps names that are not UTF-8, and nanoseconds', async () => {
    const root = temporaryDirectory();
    const place = Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff, 0xfe, 0x0a])]);
    writeFileSync(place, '');
    posix().setModificationTime(place, 1_700_000_000_123_456_789n);

    const { entries } = await walkTree(root);

    expect(entries[1]).toMatchObject({ path: '\xff\xfe\n', mtimeNs: 1_700_000_000_123_456_789n });
  });

  it('records the data ranges of a sparse file, also of one that is all hole', async () => {
    const root = temporaryDirectory();
    for (const name of ['hole', 'sparse']) {
      const fd = openSync(join(root, name), 'wx');
      if (name === 'sparse') writeSync(fd, 'x', 1_048_576);
      ftruncateSync(fd, 4_194_304);
      closeSync(fd);
    }

    const { entries } = await walkTree(root);

    expect(entries[1]).toMatchObject({ size: 4_194_304, extents: [] });
    expect(entries[2]).toMatchObject({ extents: [[1_048_576, 4096]] });
  });

  it('records extended attributes', async () => {
    const root = temporaryDirectory();
    writeFileSync(join(root, 'file'), '');
    posix().setXattr(Buffer.from(join(root, 'file')), 'user.colour', Buffer.from([0, 255]));

    const { entries } = await walkTree(root);

    expect(entries[1]).toMatchObject({ xattrs: { 'user.colour': 'AP8=' } });
  });

  it('leaves a socket out and says so', async () => {
    const root = temporaryDirectory();
    const server = createServer().listen(join(root, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));

    const { entries, warnings } = await walkTree(root);
    server.close();

    expect(entries).toHaveLength(1);
    expect(warnings).toEqual(['socket is a socket and was left out']);
  });

  it('reads nothing twice that the index knows, and sees what has changed', async () => {
    const root = temporaryDirectory();
    writeFileSync(join(root, 'same'), 'same');
    writeFileSync(join(root, 'changed'), 'before');
    const index = await indexed(root);
    writeFileSync(join(root, 'changed'), 'after!');
    old(join(root, 'changed'));

    const again = await walkTree(root, { index });

    expect(again.bytesRead).toBe(6);
    expect(again.entries).toEqual((await walkTree(root)).entries);
  });

  it('does not trust the index about a file that is too young', async () => {
    const root = temporaryDirectory();
    writeFileSync(join(root, 'young'), 'young');

    expect((await walkTree(root)).index.size).toBe(0);
  });

  it('reports a file that changes while it is read', async () => {
    const root = temporaryDirectory();
    writeFileSync(join(root, 'large'), Buffer.alloc(8_000_000));
    const walking = walkTree(root);
    await new Promise((resolve) => setImmediate(resolve));
    writeFileSync(join(root, 'large'), 'short');

    await expect(walking).rejects.toMatchObject({ code: 'TREE_CHANGED', resource: 'large' });
  });

  it('is cancelled by its signal', async () => {
    const walking = walkTree(temporaryDirectory(), { signal: AbortSignal.abort() });

    await expect(walking).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it.each(['absent', 'file'])('refuses a root that is %s', async (name) => {
    const root = temporaryDirectory();
    writeFileSync(join(root, 'file'), '');

    await expect(walkTree(join(root, name))).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('is not a directory'),
    });
  });
});

describe('an index', () => {
  it('comes back from its text', async () => {
    const root = temporaryDirectory();
    writeFileSync(join(root, 'a'), 'a');
    const index = await indexed(root);

    const read = TreeIndex.parse(index.encode());

    expect((await walkTree(root, { index: read })).bytesRead).toBe(0);
  });

  it.each([
    '',
    '{',
    'null',
    '{"format":"other"}',
    '{"format":"ami-publisher-tree-index","version":1,"files":[[1]]}',
  ])('is none when its text is %j', (text) => {
    expect(TreeIndex.parse(text)).toBeUndefined();
  });
});
