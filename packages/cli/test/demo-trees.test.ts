import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeTree, type TreeDescription } from '../src/demo/compare-trees.js';
import { buildRelease1, buildRelease2 } from '../src/demo/trees.js';

const top = mkdtempSync(join(tmpdir(), 'ami-publisher-trees-'));
const [one, two] = [join(top, '1'), join(top, '2')];
let left: string[] = [];
let before: TreeDescription = new Map();
let after: TreeDescription = new Map();

beforeAll(async () => {
  mkdirSync(one);
  mkdirSync(two);
  left = await buildRelease1(one);
  await buildRelease2(two);
  [before, after] = [await describeTree(one), await describeTree(two)];
}, 60_000);
afterAll(() => rmSync(top, { recursive: true }));

const isLeftOut = (what: string) => left.some((sentence) => sentence.includes(what));

describe('the first release of the demo', () => {
  it('holds thousands of files', () => {
    expect(before.size).toBeGreaterThan(1_500);
  });

  it('has a setuid file with two names', () => {
    const stats = lstatSync(join(one, 'usr/bin/su-like'));
    expect(stats.mode & 0o7777).toBe(0o4755);
    expect(stats.nlink).toBe(2);
    expect(lstatSync(join(one, 'usr/bin/su-like-link')).ino).toBe(stats.ino);
  });

  it('has a sparse file', () => {
    const { size, blocks } = lstatSync(join(one, 'var/lib/demo/sparse.img'));
    expect(size).toBe(8 * 1024 * 1024);
    expect(blocks * 512).toBeLessThan(1024 * 1024);
  });

  it('has a name that is not UTF-8', () => {
    const names = readdirSync(join(one, 'var/lib/demo'), { encoding: 'buffer' });
    expect(names.some((name) => name.equals(Buffer.of(0x6e, 0xe9, 0xff, 0x6d)))).toBe(true);
  });

  it('has a symbolic link, and a fifo unless it says that it has not', () => {
    expect(readlinkSync(join(one, 'usr/bin/npm'))).toBe('../lib/node_modules/npm/bin/npm-cli.js');
    expect([...before.values()].some((text) => text.startsWith('special 4096'))).toBe(!isLeftOut('a fifo'));
  });

  it('has extended attributes unless it says that it has not', () => {
    expect(before.get('/etc/os-release')?.includes('user.origin=')).toBe(!isLeftOut('extended attributes'));
  });
});

describe('the second release of the demo', () => {
  const kindOf = (tree: TreeDescription, path: string) => tree.get(path)?.split(/ of | to |, /)[0];

  it('has new, changed, moved and removed files', () => {
    const paths = (tree: TreeDescription) => [...tree.keys()];
    const both = paths(before).filter((path) => after.has(path));
    const npm = '/usr/lib/node_modules/npm';
    expect(paths(after).filter((path) => !before.has(path))).toEqual(
      expect.arrayContaining([`${npm}/patches/0.patch`, `${npm}/LICENSE.txt`]),
    );
    expect(paths(before).filter((path) => !after.has(path))).toEqual(
      expect.arrayContaining([`${npm}/docs`, `${npm}/LICENSE`]),
    );
    expect(both.filter((path) => before.get(path) !== after.get(path)).length).toBeGreaterThan(10);
  });

  it('leaves most files alone', () => {
    const same = [...before].filter(([path, text]) => after.get(path) === text);
    expect(same.length).toBeGreaterThan(1_000);
  });

  it('changes a folder into a link, a mode and a size', () => {
    expect([kindOf(before, '/srv/current'), kindOf(after, '/srv/current')]).toEqual(['directory', 'link']);
    expect(lstatSync(join(two, 'usr/bin/su-like')).mode & 0o7777).toBe(0o2755);
    expect(lstatSync(join(two, 'var/lib/demo/sparse.img')).size).toBe(6 * 1024 * 1024);
  });
});
