import { describe, expect, it } from 'vitest';
import type { ManifestEntry } from '../manifest.js';
import { encodeManifest, manifestHeader } from './encode.js';
import { parseManifest, readManifest } from './parse.js';
import { ManifestReader } from './reader.js';

const attributes = { mode: 0o755, uid: 0, gid: 0, mtimeNs: 1n };
const sha512 = 'ab'.repeat(64);
const root: ManifestEntry = { ...attributes, type: 'directory', path: '' };
const rootLine = '{"path":"","type":"directory","mode":"0755","uid":0,"gid":0,"mtimeNs":"1"}';
const line = (entry: object) => JSON.stringify(entry);
const inode = { mode: '0644', uid: 0, gid: 0, mtimeNs: '0' };
const file = (path: string, more: object = {}) =>
  line({ path, type: 'file', ...inode, size: 10, sha512, ...more });
const manifest = (...lines: string[]) => Buffer.from([manifestHeader, rootLine, ...lines, ''].join('\n'));

describe('a manifest', () => {
  it('has a fixed form', () => {
    const { bytes, digest } = encodeManifest([root]);

    expect(bytes.toString()).toBe(`${manifestHeader}\n${rootLine}\n`);
    expect(parseManifest(bytes)).toEqual({ entries: [root], digest });
  });

  it('is the same whatever the order of its attributes in memory', () => {
    const xattrs = { 'user.b': 'Yg==', 'user.a': 'YQ==' };
    const other = { xattrs: { 'user.a': 'YQ==', 'user.b': 'Yg==' }, ...root };

    expect(encodeManifest([{ ...root, xattrs }]).digest).toBe(encodeManifest([other]).digest);
  });

  it('may arrive in pieces of any size', async () => {
    const { bytes, digest } = encodeManifest([root, { ...attributes, type: 'fifo', path: '\xff\xfe' }]);
    async function* byteByByte() {
      for (const byte of bytes) yield Buffer.of(byte);
    }

    expect((await readManifest(byteByByte(), { expectedDigest: digest })).entries).toHaveLength(2);
  });

  it('is refused when its bytes have another digest than expected', () => {
    const { bytes } = encodeManifest([root]);

    expect(() => parseManifest(bytes, { expectedDigest: sha512 })).toThrow(
      expect.objectContaining({ code: 'INVALID_MANIFEST', resource: sha512 }),
    );
  });

  it('[U49] [U67] is refused when a line has no end, without keeping all of it', () => {
    const reader = new ManifestReader(() => {});
    const chunk = Buffer.alloc(1024 * 1024, 'x');

    expect(() => {
      for (let i = 0; i < 5; i += 1) reader.push(chunk);
    }).toThrow('manifest line 1 is longer than 4194304 bytes');
  });

  it.each<[string, Buffer, string]>([
    ['no bytes', Buffer.alloc(0), 'line 1 must be the root directory'],
    ['another header', Buffer.from('{"format":"other"}\n'), 'line 1 must be the header'],
    ['no root', Buffer.from(`${manifestHeader}\n${file('a')}\n`), 'line 2 must be the root directory'],
    [
      'a cut last line',
      Buffer.from(`${manifestHeader}\n${rootLine}`),
      'line 2 does not end with a line feed',
    ],
    [
      'bytes that are not UTF-8',
      Buffer.concat([manifest(), Buffer.from([0xff, 0x0a])]),
      'line 3 is not UTF-8',
    ],
    ['a line that is not JSON', manifest('{'), 'line 3 is not JSON'],
    ['a line that is no object', manifest('[]'), 'is not a JSON object'],
    ['an empty line', manifest('', file('a')), 'line 3 is not JSON'],
    ['paths out of order', manifest(file('b'), file('a')), 'line 4 has the path a, which is out of order'],
    ['a path twice', manifest(file('a'), file('a')), 'repeats the path a'],
    ['the root twice', manifest(rootLine), 'repeats the path'],
    ['`..` in a path', manifest(file('../a')), '`path` must not have `.` or `..`'],
    ['`.` in a path', manifest(file('./a')), '`path` must not have `.` or `..`'],
    ['an absolute path', manifest(file('/a')), '`path` must be relative'],
    ['an empty component', manifest(file('a//b')), '`path` must be relative and have no empty component'],
    ['a slash at the end', manifest(file('a/')), '`path` must be relative and have no empty component'],
    ['NUL in a path', manifest(file('a\0')), '`path` must be a string of bytes 1 to 255'],
    ['a character that is no byte', manifest(file('\u0100')), '`path` must be a string of bytes'],
    ['a component that is too long', manifest(file('a'.repeat(256))), 'over 255 bytes'],
    ['a path without parent', manifest(file('a/b')), 'whose parent is no directory'],
    ['a path in a file', manifest(file('a'), file('a/b')), 'whose parent is no directory'],
    [
      'a link to a later file',
      manifest(line({ path: 'a', type: 'hardlink', target: 'b' }), file('b')),
      'no earlier file',
    ],
    ['a link to a directory', manifest(line({ path: 'a', type: 'hardlink', target: '' })), 'no earlier file'],
    [
      'a link to a link',
      manifest(
        file('a'),
        line({ path: 'b', type: 'hardlink', target: 'a' }),
        line({ path: 'c', type: 'hardlink', target: 'b' }),
      ),
      'links c to b',
    ],
    [
      'a link with attributes',
      manifest(file('a'), line({ path: 'b', type: 'hardlink', target: 'a', mode: '0644' })),
      'unknown key "mode"',
    ],
    ['an unknown key', manifest(file('a', { colour: 1 })), 'has the unknown key "colour"'],
    ['an unknown type', manifest(line({ path: 'a', type: 'socket' })), 'has the unknown type "socket"'],
    ['a type of the prototype', manifest(line({ path: 'a', type: 'constructor' })), 'has the unknown type'],
    [
      'a missing key',
      manifest(line({ path: 'a', type: 'fifo', mode: '0644', uid: 0, gid: 0 })),
      'lacks `mtimeNs`',
    ],
    ['a mode out of range', manifest(file('a', { mode: '10000' })), '`mode` must be four octal digits'],
    ['a mode that is a number', manifest(file('a', { mode: 420 })), '`mode` must be four octal digits'],
    ['a negative size', manifest(file('a', { size: -1 })), '`size` must be an integer from 0'],
    ['a size that is no integer', manifest(file('a', { size: 1.5 })), '`size` must be an integer'],
    ['an empty file with a digest', manifest(file('a', { size: 0 })), '`sha512` must be left out'],
    [
      'a file without digest',
      manifest(line({ path: 'a', type: 'file', ...inode, size: 1 })),
      'lacks `sha512`',
    ],
    ['a short digest', manifest(file('a', { sha512: 'ab' })), '`sha512` must be 128'],
    [
      'a digest in capitals',
      manifest(file('a', { sha512: sha512.toUpperCase() })),
      '`sha512` must be 128 lower-case',
    ],
    ['an id that is too large', manifest(file('a', { uid: 2 ** 32 - 1 })), '`uid` must be an integer'],
    [
      'a time that is a number',
      manifest(file('a', { mtimeNs: 0 })),
      '`mtimeNs` must be an integer in a string',
    ],
    [
      'a time out of range',
      manifest(file('a', { mtimeNs: '99999999999999999999' })),
      '`mtimeNs` is out of range',
    ],
    [
      'data beyond the end',
      manifest(
        file('a', {
          extents: [
            [0, 1],
            [8, 3],
          ],
        }),
      ),
      '`extents` must lie within `size`',
    ],
    [
      'data ranges that overlap',
      manifest(
        file('a', {
          extents: [
            [0, 4],
            [2, 2],
          ],
        }),
      ),
      '`extents` must be in order',
    ],
    [
      'data ranges that touch',
      manifest(
        file('a', {
          extents: [
            [0, 2],
            [2, 2],
          ],
        }),
      ),
      '`extents` must be in order',
    ],
    [
      'an empty data range',
      manifest(file('a', { extents: [[0, 0]] })),
      '`extents` must have [offset, length] pairs',
    ],
    ['data ranges without a hole', manifest(file('a', { extents: [[0, 10]] })), '`extents` must be left out'],
    [
      'a device out of range',
      manifest(line({ path: 'a', type: 'block-device', ...inode, major: 4096, minor: 0 })),
      '`major` must be',
    ],
    [
      'a link without text',
      manifest(line({ path: 'a', type: 'symlink', ...inode, target: '' })),
      '`target` must not be empty',
    ],
    ['no attributes, but their key', manifest(file('a', { xattrs: {} })), '`xattrs` must be left out'],
    [
      'an attribute without namespace',
      manifest(file('a', { xattrs: { plain: '' } })),
      '`xattrs` must have names like',
    ],
    [
      'an attribute that is not base64',
      manifest(file('a', { xattrs: { 'user.a': '%' } })),
      '`xattrs` must have base64 values',
    ],
    [
      'keys in another order',
      manifest(line({ type: 'fifo', path: 'a', ...inode })),
      'is not in canonical form',
    ],
    ['spaces', manifest(file('a').replace(':', ': ')), 'is not in canonical form'],
    ['a time with leading zeros', manifest(file('a', { mtimeNs: '01' })), 'is not in canonical form'],
    ['a key twice', manifest(file('a').replace('"uid":0', '"uid":0,"uid":0')), 'is not in canonical form'],
  ])('with %s is refused, naming line and rule', (_what, bytes, rule) => {
    expect(() => parseManifest(bytes)).toThrow(
      expect.objectContaining({ code: 'INVALID_MANIFEST', message: expect.stringContaining(rule) }),
    );
  });
});
