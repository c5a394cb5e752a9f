import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { independentWalk } from '../../test/support/independent-walk.js';
import { MemorySource } from '../../test/support/memory-source.js';
import { isRoot, temporaryDirectory } from '../../test/support/temporary-directory.js';
import { encodeManifest, type ManifestEntry, parseManifest, walkTree } from '../index.js';
import { applyImage } from './apply.js';

const owner = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
const attributes = { mode: 0o755, mtimeNs: 1_600_000_000_000_000_001n, ...owner };
const content = Buffer.from('content');
const sha512 = createHash('sha512').update(content).digest('hex');

const directory = (path: string): ManifestEntry => ({ ...attributes, type: 'directory', path });
const file = (path: string, more: object = {}): ManifestEntry =>
  ({ ...attributes, type: 'file', path, size: content.length, sha512, ...more }) as ManifestEntry;
const symlink = (path: string, target: string): ManifestEntry => ({
  ...attributes,
  type: 'symlink',
  path,
  mode: 0o777,
  target,
});
const hardlink = (path: string, target: string): ManifestEntry => ({ type: 'hardlink', path, target });
const device = (path: string): ManifestEntry => ({
  ...attributes,
  type: 'block-device',
  path,
  major: 4095,
  minor: 1_048_575,
});
/** A chain of directories of one letter each. */
const chain = (levels: number): ManifestEntry[] =>
  Array.from({ length: levels }, (_, i) =>
    directory(
      Array(i + 1)
        .fill('d')
        .join('/'),
    ),
  );

let place: string;
let root: string;
let canary: string[];

beforeEach(() => {
  place = temporaryDirectory();
  root = join(place, 'root');
  mkdirSync(root);
  mkdirSync(join(place, 'canary', 'etc'), { recursive: true });
  writeFileSync(join(place, 'canary', 'etc', 'file'), 'alive');
  canary = independentWalk(join(place, 'canary'));
});

const inOrder = (entries: readonly ManifestEntry[]): ManifestEntry[] =>
  [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));

const apply = (entries: readonly ManifestEntry[], stagingDir = join(place, 'staging')) => {
  const source = new MemorySource();
  source.add(content);
  const manifest = parseManifest(encodeManifest([directory(''), ...inOrder(entries)]).bytes);
  return applyImage({ root, stagingDir, manifest, source });
};

const outside = '../canary';
const kinds: Readonly<Record<string, readonly ManifestEntry[]>> = {
  'a link out of the tree': [symlink('etc', outside)],
  'an absolute link': [symlink('etc', '/etc')],
  'a link to itself': [symlink('etc', 'etc')],
  'a directory': [directory('etc')],
  'a full directory': [
    directory('etc'),
    directory('etc/etc'),
    file('etc/etc/file'),
    symlink('etc/link', '..'),
  ],
  'a file': [file('etc')],
  'a file of three names': [file('etc'), hardlink('etc.1', 'etc'), hardlink('etc.2', 'etc')],
};
const changes = Object.entries(kinds).flatMap(([before, old]) =>
  Object.entries(kinds)
    .filter(([after]) => after !== before)
    .map(([after, wanted]) => [before, after, old, wanted] as const),
);

describe('an update', () => {
  it.each(changes)(
    'that makes of %s %s is exact, and touches nothing outside',
    async (_b, _a, old, wanted) => {
      await apply(old);
      await apply(wanted);

      expect((await walkTree(root)).entries.slice(1)).toEqual(inOrder(wanted));
      expect(independentWalk(join(place, 'canary'))).toEqual(canary);
    },
  );

  it('never goes through links that somebody else has put into the tree', async () => {
    for (const name of ['etc', 'deep']) symlinkSync(join(place, 'canary'), join(root, name));
    const wanted = [directory('deep'), directory('deep/etc'), file('deep/etc/file'), directory('etc')];

    await apply(wanted);

    expect((await walkTree(root)).entries.slice(1)).toEqual(inOrder(wanted));
    expect(independentWalk(join(place, 'canary'))).toEqual(canary);
  });
});

describe('what an interrupted update has fetched', () => {
  it.each([
    ['torn', Buffer.alloc(content.length)],
    ['cut short', content.subarray(1)],
  ])('[U40] is not used if it is %s', async (_what, left) => {
    mkdirSync(join(place, 'staging'));
    writeFileSync(join(place, 'staging', sha512), left);
    writeFileSync(join(root, 'old'), 'makes that files are staged');

    await apply([file('new')]);

    expect((await walkTree(root)).entries.slice(1)).toEqual([file('new')]);
  });
});

describe('an image', () => {
  it.each<[string, readonly ManifestEntry[]]>([
    ['names with line feeds and control characters', [file('a\nb'), file('\x01\x7f'), directory('\r')]],
    ['names that are not UTF-8', [file('\xff\xfe'), directory('\xc3'), file('\xc3/\x80')]],
    [
      'names that look like options, patterns and variables',
      [file('$HOME'), file('*'), file('--delete'), file('\\')],
    ],
    ['names of 255 bytes', [file('x'.repeat(255)), directory('\xff'.repeat(255))]],
    ['names of object members', [directory('__proto__'), file('__proto__/constructor'), file('toString')]],
    ['a chain of 400 directories', chain(400)],
    [
      'links out of the tree and to nowhere',
      [symlink('a', '/etc/shadow'), symlink('b', '../../..'), symlink('c', '\xff')],
    ],
    ['set-user-id, set-group-id and sticky bits', [file('a', { mode: 0o7777 }), file('b', { mode: 0o4000 })]],
  ])('with %s is unpacked exactly', async (_what, entries) => {
    await apply(entries);

    expect((await walkTree(root)).entries.slice(1)).toEqual(inOrder(entries));
    expect(independentWalk(join(place, 'canary'))).toEqual(canary);
  });

  it('[U37] with devices, foreign owners and capabilities is unpacked exactly by root, and otherwise says what it lacks', async () => {
    const capability = Buffer.from('0100000200200000000000000000000000000000', 'hex').toString('base64');
    const entries = [
      device('dev'),
      file('ping', { mode: 0o4711, uid: 1, gid: 2, xattrs: { 'security.capability': capability } }),
    ];

    const { unsettable } = await apply(entries);

    const missing = isRoot ? [] : ['dev', 'ping'];
    expect(Object.keys(unsettable.paths)).toEqual(missing);
    if (isRoot) expect((await walkTree(root)).entries.slice(1)).toEqual(inOrder(entries));
  });

  it('with a path that is too long for this place is refused by name before anything is changed', async () => {
    await apply([file('old')]);

    await expect(apply(chain(2_047))).rejects.toMatchObject({
      code: 'INVALID_MANIFEST',
      message: expect.stringMatching(
        /the path d\/d\/.* is longer than \d+ bytes, which is what Linux takes below/,
      ),
    });
    expect((await walkTree(root)).entries.slice(1)).toEqual([file('old')]);
  });

  it.each([
    ['another file of the image', [], [file('a'), file('b', { size: 70_000 })]],
    ['a file of the tree', [file('old')], [file('b', { size: 70_000 })]],
  ])('that says another size of the content of %s is refused by name', async (_what, old, entries) => {
    await apply(old);
    const before = independentWalk(root);

    await expect(apply(entries)).rejects.toMatchObject({
      code: 'INVALID_MANIFEST',
      message: expect.stringContaining('gives b 70000 bytes, and the content with its digest has 7'),
    });
    expect(independentWalk(root)).toEqual(before);
  });

  it.each([
    ['small', 8_192],
    ['large', 3_000_000],
  ])('that says that there is a hole where a %s file has data is refused by name', async (_what, size) => {
    const filled = Buffer.alloc(size);
    filled[size - 1] = 1;
    const source = new MemorySource();
    const sparse = file('sparse', { size, sha512: source.add(filled), extents: [[0, 4_096]] });
    const manifest = parseManifest(encodeManifest([directory(''), sparse]).bytes);

    await expect(
      applyImage({ root, stagingDir: join(place, 'staging'), manifest, source }),
    ).rejects.toMatchObject({ code: 'INVALID_MANIFEST', resource: 'sparse' });
  });

  it.each(['.staging', '.staging/new-1'])('with the path %s of our own is refused by name', async (path) => {
    const entries = path === '.staging' ? [file(path)] : [directory('.staging'), file(path)];

    await expect(apply(entries, join(root, '.staging'))).rejects.toMatchObject({
      code: 'INVALID_MANIFEST',
      message: expect.stringContaining(
        'the path .staging of the image is where files in the making are kept',
      ),
    });
    expect(independentWalk(root)).toHaveLength(1);
  });
});
