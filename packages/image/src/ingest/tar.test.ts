import { createReadStream, mkdirSync, readdirSync } from 'node:fs';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { MemorySink } from '../../test/support/memory-sink.js';
import { temporaryDirectory } from '../../test/support/temporary-directory.js';
import { ingestTar } from './tar.js';

const name = { stream: 'base', leaf: '1' };
const mtime = new Date(1_000);

type Member = Partial<Parameters<ReturnType<typeof pack>['entry']>[0]> & { readonly name: string };

type Contents = readonly [Member, (string | Buffer)?];

/** An archive of members and their contents. */
const archive = (
  ...members: readonly (readonly [Member, (string | Buffer)?])[]
): AsyncIterable<Uint8Array> => {
  const tar = pack();
  for (const [header, content] of members) tar.entry({ mtime, mode: 0o644, ...header }, content ?? '');
  tar.finalize();
  return tar as AsyncIterable<Uint8Array>;
};

const ingest = async (tar: AsyncIterable<Uint8Array>) => {
  const sink = new MemorySink();
  const result = await ingestTar({ tar, name, sink });
  return { sink, result, entries: sink.images.get('base/1')?.entries ?? [] };
};

describe('ingesting a tar archive', () => {
  it('makes an image of every kind of member', async () => {
    const { entries, result } = await ingest(
      archive(
        [{ name: './', type: 'directory', mode: 0o755 }],
        [{ name: './etc/', type: 'directory', mode: 0o750, uid: 1, gid: 2 }],
        [{ name: './etc/file', mode: 0o4755 }, 'content'],
        [{ name: './etc/empty' }],
        [{ name: './a-link', type: 'link', linkname: './etc/file' }],
        [{ name: './link', type: 'symlink', linkname: '../x' }],
        [{ name: './pipe', type: 'fifo' }],
        [{ name: './null', type: 'character-device', devmajor: 1, devminor: 3 }],
      ),
    );

    const mtimeNs = 1_000_000_000n;
    expect(entries).toEqual([
      expect.objectContaining({ path: '', type: 'directory' }),
      expect.objectContaining({ path: 'a-link', type: 'file', mode: 0o4755, size: 7, mtimeNs }),
      expect.objectContaining({ path: 'etc', type: 'directory', mode: 0o750, uid: 1, gid: 2 }),
      expect.objectContaining({ path: 'etc/empty', size: 0 }),
      { path: 'etc/file', type: 'hardlink', target: 'a-link' },
      expect.objectContaining({ path: 'link', type: 'symlink', target: '../x', mode: 0o777 }),
      expect.objectContaining({ path: 'null', type: 'character-device', major: 1, minor: 3 }),
      expect.objectContaining({ path: 'pipe', type: 'fifo' }),
    ]);
    expect(result).toMatchObject({ objectsSent: 1, bytesSent: 7 });
  });

  it('takes names, nanoseconds, large ids and extended attributes from PAX records', async () => {
    const pax = {
      path: 'ü'.repeat(90),
      mtime: '-1.5',
      uid: '3000000',
      'SCHILY.xattr.user.colour': 'grün',
    };

    const { entries } = await ingest(archive([{ name: 'x', pax } as Member, 'content']));

    expect(entries[1]).toMatchObject({
      path: Buffer.from('ü'.repeat(90)).toString('latin1'),
      mtimeNs: -1_500_000_000n,
      uid: 3_000_000,
      xattrs: { 'user.colour': Buffer.from('grün').toString('base64') },
    });
  });

  it('makes missing parents and keeps absolute paths inside', async () => {
    const { entries } = await ingest(archive([{ name: '/usr//lib/./file' }, 'content']));

    expect(entries.map((entry) => entry.path)).toEqual(['', 'usr', 'usr/lib', 'usr/lib/file']);
    expect(entries[1]).toMatchObject({ type: 'directory', mode: 0o755, uid: 0, gid: 0, mtimeNs: 0n });
  });

  it('lets the last of several members with one name count, without changing links to the earlier', async () => {
    const { entries, sink } = await ingest(
      archive(
        [{ name: 'a' }, 'first'],
        [{ name: 'b', type: 'link', linkname: 'a' }],
        [{ name: 'a' }, 'second!'],
      ),
    );

    const content = (index: number) => {
      const entry = entries[index];
      return entry?.type === 'file' ? sink.objects.get(entry.sha512 ?? '')?.toString() : entry?.type;
    };
    expect([content(1), content(2)]).toEqual(['second!', 'first']);
  });

  it('spools large files and removes them afterwards', async () => {
    const spoolDir = temporaryDirectory();
    const sink = new MemorySink();
    const content = Buffer.alloc(3_000_000, 'x');
    mkdirSync(spoolDir, { recursive: true });

    await ingestTar({ tar: archive([{ name: 'large' }, content]), name, sink, spoolDir });

    expect([...sink.objects.values()].map((object) => object.length)).toEqual([3_000_000]);
    expect(readdirSync(spoolDir)).toEqual([]);
  });

  it.each<[string, Contents[], string]>([
    ['`..` in a path', [[{ name: 'a/../../b' }, 'x']], 'has `..` in its path'],
    [
      'a GNU sparse file',
      [[{ name: 'a', pax: { 'GNU.sparse.major': '1' } } as Member, 'x']],
      'is a GNU sparse file',
    ],
    [
      'a PAX path that is not UTF-8',
      [[{ name: 'a', pax: { path: '\ufffd' } } as Member, 'x']],
      'has a PAX path that is not UTF-8',
    ],
    [
      'a link to nothing',
      [[{ name: 'a', type: 'link', linkname: 'b' }]],
      'links to b, which is no earlier file',
    ],
    [
      'a member inside a file',
      [
        [{ name: 'a' }, 'x'],
        [{ name: 'a/b' }, 'x'],
      ],
      'lies in a, which is a file',
    ],
    [
      'a file in place of a full directory',
      [
        [{ name: 'a/b' }, 'x'],
        [{ name: 'a' }, 'x'],
      ],
      'replaces a directory that is not empty',
    ],
    [
      'a climbing link',
      [[{ name: 'a', type: 'link', linkname: '../../etc/shadow' }]],
      'has `..` in its path',
    ],
    [
      'a link to itself',
      [[{ name: 'a', type: 'link', linkname: 'a' }]],
      'links to a, which is no earlier file',
    ],
    [
      'a link to a directory',
      [[{ name: 'd', type: 'directory' }], [{ name: 'a', type: 'link', linkname: 'd' }]],
      'links to d, which is no earlier file',
    ],
    [
      'a member behind a symbolic link',
      [[{ name: 'a', type: 'symlink', linkname: '/etc' }], [{ name: 'a/passwd' }, 'x']],
      'member a/passwd lies in a, which is a symlink',
    ],
    [
      'a file in place of the root',
      [[{ name: './', type: 'directory' }], [{ name: 'x', pax: { path: '.' } } as Member, 'x']],
      'replaces a directory that is not empty',
    ],
    ['a name of 256 bytes', [[{ name: 'x', pax: { path: 'x'.repeat(256) } } as Member]], 'over 255 bytes'],
    [
      'a path of 1,000,000 components',
      [[{ name: 'x', pax: { path: 'd/'.repeat(1_000_000) } } as Member]],
      'has a path that is longer than 4095 bytes',
    ],
    ['NUL in a name', [[{ name: 'x', pax: { path: 'a\0b' } } as Member]], 'has a path that must be a string'],
    ['a size that is none', [[{ name: 'a', pax: { size: '-1' } } as Member, 'x']], 'cannot be read'],
    [
      'an owner that is none',
      [[{ name: 'a', pax: { uid: '-1' } } as Member, 'x']],
      'member a has the uid -1',
    ],
    ['a time that is none', [[{ name: 'a', pax: { mtime: 'now' } } as Member, 'x']], 'has the time "now"'],
  ])('refuses %s', async (_what, members, problem) => {
    await expect(ingest(archive(...members))).rejects.toMatchObject({
      code: 'INVALID_ARCHIVE',
      message: expect.stringContaining(problem),
    });
  });

  it('says which file it is cut short in', async () => {
    async function* cut() {
      const pieces: Uint8Array[] = [];
      for await (const piece of archive([{ name: 'whole' }, 'x'], [{ name: 'half' }, 'y'.repeat(5_000_000)]))
        pieces.push(piece);
      yield Buffer.concat(pieces).subarray(0, 3_000_000);
    }

    await expect(ingest(cut())).rejects.toMatchObject({
      code: 'INVALID_ARCHIVE',
      message: expect.stringContaining('member half cannot be read'),
    });
  });

  it('refuses by its path what no image can hold', async () => {
    const member = {
      name: 'a',
      type: 'symlink',
      linkname: 'x',
      pax: { linkpath: 'x'.repeat(4_096) },
    } as Member;

    await expect(ingest(archive([member]))).rejects.toMatchObject({
      code: 'INVALID_MANIFEST',
      message: expect.stringMatching(/`target` is longer than 4095 bytes \(path a\)/),
    });
  });

  it('keeps set-user-id bits and capabilities, and names with line feeds and bytes that are not UTF-8', async () => {
    const pax = { 'SCHILY.xattr.security.capability': '\u0001\u0000\u0000\u0002\u0000' };

    const { entries } = await ingest(
      archive([{ name: 'ping', mode: 0o4755, pax } as Member, 'x'], [{ name: 'new\nline' }]),
    );

    expect(entries.slice(1)).toEqual([
      expect.objectContaining({ path: 'new\nline' }),
      expect.objectContaining({ mode: 0o4755, xattrs: { 'security.capability': 'AQAAAgA=' } }),
    ]);
  });

  it.each([
    ['no archive', Buffer.alloc(1_024, 'x')],
    ['a compressed one', Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(1_022, 1)])],
    ['a cut one', Buffer.alloc(300)],
  ])('refuses %s, and says to decompress it', async (_what, bytes) => {
    async function* tar() {
      yield bytes;
    }

    await expect(ingest(tar())).rejects.toMatchObject({
      code: 'INVALID_ARCHIVE',
      message: expect.stringContaining('decompress'),
    });
  });

  it('ends with the error of its source', async () => {
    const tar = createReadStream('/nonexistent/archive.tar');

    await expect(ingest(tar)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
