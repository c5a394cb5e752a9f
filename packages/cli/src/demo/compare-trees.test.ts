import {
  chmodSync,
  closeSync,
  cpSync,
  ftruncateSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { compareTrees, describeTree } from './compare-trees.js';
import { writeXattr } from './xattrs.js';

const top = mkdtempSync(join(tmpdir(), 'ami-publisher-compare-'));
afterAll(() => rmSync(top, { recursive: true }));

const at = 1_700_000_000;
const block = Buffer.alloc(65_536, 'x');

const writeSparse = (file: string, isSparse: boolean): void => {
  const descriptor = openSync(file, 'w');
  if (isSparse) ftruncateSync(descriptor, block.length * 16);
  else for (let n = 0; n < 16; n++) writeSync(descriptor, Buffer.alloc(block.length));
  closeSync(descriptor);
};

/** The same tree each time it is made. */
const makeTree = (root: string): void => {
  mkdirSync(join(root, 'etc'), { recursive: true });
  mkdirSync(join(root, 'var/empty'), { recursive: true });
  writeFileSync(join(root, 'etc/hosts'), 'localhost\n');
  writeFileSync(join(root, 'etc/other'), 'other\n');
  writeFileSync(join(root, 'var/a'), 'same\n');
  linkSync(join(root, 'var/a'), join(root, 'var/b'));
  symlinkSync('../etc/hosts', join(root, 'var/link'));
  writeSparse(join(root, 'var/sparse'), true);
  writeFileSync(Buffer.concat([Buffer.from(join(root, 'var/')), Buffer.of(0xe9, 0xff)]), 'latin\n');
  writeXattr(join(root, 'etc/hosts'), 'user.origin', 'demo');
  stamp(root);
};

const stamp = (root: string): void => {
  for (const path of ['etc/hosts', 'etc/other', 'var/a', 'var/sparse', 'var/empty', 'var', 'etc', '']) {
    utimesSync(join(root, path), at, at);
  }
  utimesSync(Buffer.concat([Buffer.from(join(root, 'var/')), Buffer.of(0xe9, 0xff)]), at, at);
  lutimesSync(join(root, 'var/link'), at, at);
};

let wanted = '';
let found = '';
beforeEach(() => {
  const directory = mkdtempSync(join(top, 'case-'));
  [wanted, found] = [join(directory, 'wanted'), join(directory, 'found')];
  makeTree(wanted);
  makeTree(found);
});

const differences = async (limit?: number): Promise<string[]> =>
  compareTrees(await describeTree(wanted), await describeTree(found), limit);

/** Changes the found tree, and puts the times of its folders back so that only the change itself shows. */
const change = (how: (root: string) => void): void => {
  how(found);
  for (const folder of ['var', 'etc', '']) utimesSync(join(found, folder), at, at);
};

describe('equal trees', () => {
  it('have no differences', async () => {
    expect(await differences()).toEqual([]);
  });

  it('are described whole', async () => {
    const tree = await describeTree(wanted);
    expect([...tree.keys()].sort()).toEqual(
      ['/', '/etc', '/etc/hosts', '/etc/other', '/var', '/var/a', '/var/b', '/var/empty', '/var/link'].concat(
        ['/var/sparse', '/var/\u00e9\u00ff'],
      ),
    );
  });
});

describe('a difference', () => {
  it.each<[string, (root: string) => void, string]>([
    [
      'in content of the same size and time',
      (root) => {
        writeFileSync(join(root, 'etc/hosts'), 'localhost\f');
        utimesSync(join(root, 'etc/hosts'), at, at);
      },
      '/etc/hosts: expected file of 10 bytes',
    ],
    ['in mode', (root) => chmodSync(join(root, 'etc/hosts'), 0o600), '/etc/hosts: '],
    ['in a setuid bit', (root) => chmodSync(join(root, 'etc/other'), 0o4644), '/etc/other: '],
    [
      'in mtime, by a millisecond',
      (root) => utimesSync(join(root, 'etc/hosts'), at, at + 0.001),
      '/etc/hosts: ',
    ],
    ['in mtime of a folder', (root) => utimesSync(join(root, 'var/empty'), at, at + 1), '/var/empty: '],
    [
      'in the target of a link',
      (root) => {
        rmSync(join(root, 'var/link'));
        symlinkSync('../etc/other', join(root, 'var/link'));
        lutimesSync(join(root, 'var/link'), at, at);
      },
      '/var/link: expected link to ../etc/hosts',
    ],
    [
      'in hard links: two files instead of one',
      (root) => {
        cpSync(join(root, 'var/b'), join(root, 'var/copy'), { preserveTimestamps: true });
        renameSync(join(root, 'var/copy'), join(root, 'var/b'));
      },
      '/var/a: expected file of 5 bytes, 2 links',
    ],
    [
      'in holes',
      (root) => {
        writeSparse(join(root, 'var/sparse'), false);
        utimesSync(join(root, 'var/sparse'), at, at);
      },
      '/var/sparse: expected file of 1048576 bytes, 1 links, with holes',
    ],
    [
      'by a path too many',
      (root) => writeFileSync(join(root, 'etc/new'), ''),
      '/etc/new: should not be there',
    ],
    ['by a missing path', (root) => rmSync(join(root, 'etc/other')), '/etc/other: missing'],
    [
      'by a missing path whose name is not UTF-8',
      (root) => rmSync(Buffer.concat([Buffer.from(join(root, 'var/')), Buffer.of(0xe9, 0xff)])),
      '/var/\u00e9\u00ff: missing',
    ],
    [
      'in kind',
      (root) => {
        rmSync(join(root, 'etc/other'));
        mkdirSync(join(root, 'etc/other'));
        utimesSync(join(root, 'etc/other'), at, at);
      },
      '/etc/other: expected file of 6 bytes',
    ],
  ])('%s is found', async (_what, how, sentence) => {
    change(how);
    const sentences = await differences();
    expect(
      sentences.some((one) => one.startsWith(sentence)),
      sentences.join('\n'),
    ).toBe(true);
  });

  it('in extended attributes is found wherever the file system takes them', async () => {
    let isTaken = false;
    change((root) => {
      isTaken = writeXattr(join(root, 'etc/hosts'), 'user.origin', 'elsewhere');
    });
    expect(await differences()).toEqual(isTaken ? [expect.stringContaining('user.origin=ZWxzZXdoZXJl')] : []);
  });

  it('is one of at most as many as asked for', async () => {
    change((root) => {
      for (let n = 0; n < 10; n++) writeFileSync(join(root, `etc/${n}`), '');
    });
    expect(await differences()).toHaveLength(5);
    expect(await differences(7)).toHaveLength(7);
  });
});
