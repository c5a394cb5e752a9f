import { describe, expect, it } from 'vitest';
import { directoryOf, inodeOf } from './inode.js';

const owner = { Uid: 1, Gid: 2 };
const modified = { MtimeSeconds: 1_700_000_000, MtimeNanoSeconds: 7 };
const file = { Mode: 33_188, ...owner, ...modified, Size: 3, Hash: 'ab'.repeat(64) };
const device = { Mode: 8_630, ...owner, ...modified, Rdev: 259 };
const directory = { EntryList: [{ Name: 'a', InodeNumber: 5 }], Mode: 16_877, ...owner };

describe('an inode', () => {
  it.each([
    [
      file,
      {
        ...{ type: 'file', mode: 33_188, uid: 1, gid: 2, size: 3 },
        ...{ mtimeNs: 1_700_000_000_000_000_007n, sha512: 'ab'.repeat(64) },
      },
    ],
    [
      { ...device, Rdev: 0xffff_ffff_ffff_ffffn },
      {
        ...{ type: 'special', mode: 8_630, uid: 1, gid: 2 },
        ...{ mtimeNs: 1_700_000_000_000_000_007n, device: '18446744073709551615' },
      },
    ],
    [
      { ...owner, Symlink: '../b' },
      { type: 'symlink', uid: 1, gid: 2, target: '../b' },
    ],
    [
      { Mode: 33_188, ...owner, Source: 'h:6972' },
      { type: 'computed', mode: 33_188, uid: 1, gid: 2, source: 'h:6972' },
    ],
    [directory, { type: 'directory', mode: 16_877, uid: 1, gid: 2, entries: [{ name: 'a', inode: '5' }] }],
    [
      { ...directory, EntryList: null },
      { type: 'directory', mode: 16_877, uid: 1, gid: 2, entries: [] },
    ],
  ])('is told by the field that only its kind has: %o', (value, expected) => {
    expect(inodeOf(value as never)).toEqual(expected);
  });

  it.each([
    [null, 'the value'],
    [['Hash'], 'the value'],
    [owner, 'the value'],
    [{ ...file, Hash: 'AB'.repeat(64) }, 'Hash'],
    [{ ...file, Hash: null }, 'Hash'],
    [{ ...file, Size: -1 }, 'Size'],
    [{ ...file, Size: 2n ** 60n }, 'Size'],
    [{ ...file, Mode: '33188' }, 'Mode'],
    [{ ...file, Uid: 1.5 }, 'Uid'],
    [{ ...file, Gid: undefined }, 'Gid'],
    [{ ...file, MtimeSeconds: null }, 'MtimeSeconds'],
    [{ ...file, MtimeNanoSeconds: -1 }, 'MtimeNanoSeconds'],
    [{ ...device, Rdev: 2n ** 64n }, 'Rdev'],
    [{ ...device, Rdev: -1 }, 'Rdev'],
    [{ ...owner, Symlink: 7 }, 'Symlink'],
    [{ Mode: 0, ...owner, Source: null }, 'Source'],
    [{ ...directory, EntryList: {} }, 'EntryList'],
    [{ ...directory, EntryList: ['a'] }, 'EntryList'],
    [{ ...directory, EntryList: [{ Name: 'a' }] }, 'InodeNumber'],
    [{ ...directory, EntryList: [{ Name: 1, InodeNumber: 1 }] }, 'Name'],
  ])('of another form is refused, naming the field: %o', (value, field) => {
    expect(() => inodeOf(value as never)).toThrow(
      expect.objectContaining({
        kind: 'malformed',
        message: expect.stringMatching(`form than it should: ${field}: expected`),
      }),
    );
  });

  it('that is the root has the fields of its tree around it', () => {
    const tree = { InodeTable: {}, NumRegularInodes: 0, ...directory };
    expect(directoryOf(tree as never)).toEqual(directoryOf(directory));
    expect(() => directoryOf({ InodeTable: {}, ...owner, EntryList: null })).toThrow('Mode: expected');
  });
});
