import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { posix } from '@ami-publisher/image';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { independentWalk } from '../../packages/image/test/support/independent-walk.js';
import { temporaryDirectory } from '../../packages/image/test/support/temporary-directory.js';
import { BlockDriver } from '../../packages/unpacker/src/driver/block/block-driver.js';
import { readRecord } from '../../packages/unpacker/src/driver/block/record.js';
import type { Device, UpdateOptions } from '../../packages/unpacker/src/driver/driver.js';
import { makeFirstTree, makeSecondTree } from '../../packages/unpacker/test/fixture/trees.js';
import { DiskHost, imageOf, type LoopDisk, run } from './support/loop-disk.js';

const stream = 'base/debian-12';
let trees: { readonly first: string; readonly second: string };
let host: DiskHost;
let disk: LoopDisk;
let driver: BlockDriver;

beforeAll(() => {
  const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-trees-'));
  const first = join(directory, 'first');
  execFileSync('mkdir', [first]);
  makeFirstTree(first);
  run('mknod', join(first, 'etc/null'), 'c', '1', '3');
  run('chown', '-h', '1234:4321', join(first, 'bin/link'));
  posix().setXattr(Buffer.from(join(first, 'big')), 'trusted.mark', Buffer.from('kept'));
  trees = { first, second: makeSecondTree(first, join(directory, 'second')) };
});

afterAll(() => rmSync(join(trees.first, '..'), { recursive: true }));

beforeEach(() => {
  host = new DiskHost();
  disk = host.attach();
  driver = new BlockDriver(host);
});

afterEach(() => host.dispose());

const working = () => ({ onProgress: () => {}, signal: new AbortController().signal });

const found = async (): Promise<Device> => {
  const device = await driver.find(disk.volumeId, {});
  if (device === undefined) throw new Error('the disk is not found');
  return device;
};

/** Unpacks a tree. @returns the source that it was taken from. */
const unpack = async (tree: string, generation: number, more: Partial<UpdateOptions> = {}) => {
  const { manifest, source } = await imageOf(tree);
  const label = { stream, leaf: `g${generation}`, manifestDigest: manifest.digest, generation };
  const options = { ...working(), label, manifest, source: source as never, ...more };
  const result = await driver.update(await found(), options);
  return { source, result, manifest };
};

const inspected = async () => driver.inspect(await found());

describe('a volume on a disk', () => {
  it('[U20] [U27] [W93] is laid out as a boot disk and holds exactly the image, and then exactly the next one', async () => {
    expect(await inspected()).toEqual({ kind: 'blank' });

    await unpack(trees.first, 1);

    const table = JSON.parse(run('sfdisk', '--json', disk.path)).partitiontable;
    expect(table.label).toBe('gpt');
    const parts = table.partitions.map(
      ({ node, start, size }: { node: string; start: number; size: number }) => [
        node.replace(`${disk.path}p`, ''),
        start / 2048,
        size / 2048,
      ],
    );
    expect(parts).toEqual([
      ['1', 67, 444],
      ['13', 1, 1],
      ['14', 2, 1],
      ['15', 3, 64],
    ]);
    expect(disk.looked(independentWalk)).toEqual(independentWalk(trees.first));
    expect(run('e2fsck', '-f', '-n', disk.root)).toContain('base/debian-12');

    const second = await unpack(trees.second, 2);

    expect(disk.looked(independentWalk)).toEqual(independentWalk(trees.second));
    expect(await inspected()).toMatchObject({ kind: 'image', leaf: 'g2', generation: 2, sealed: false });
    expect(second.source.asked).toHaveLength(2);
    expect(second.result).toMatchObject({ filesWritten: 3, bytesWritten: 12 });
  });

  it('[U42] reads no file for an update of what it knows, and all of them when it does not know', async () => {
    await unpack(trees.first, 1);
    const before = disk.sectorsRead();
    await unpack(trees.second, 2);
    const known = disk.sectorsRead() - before;
    rmSync(join(host.stateDirectory, 'trees'), { recursive: true });

    await unpack(trees.first, 3);

    const unknown = disk.sectorsRead() - before - known;
    expect(disk.looked(independentWalk)).toEqual(independentWalk(trees.first));
    // The largest file alone has that many.
    expect(unknown - known).toBeGreaterThan(700_000 / 512);
  });

  it('[U48] gives back to its disk what an update deletes, so that no snapshot carries it', async () => {
    const [large, without] = [temporaryDirectory(), temporaryDirectory()];
    writeFileSync(join(large, 'large'), randomBytes(64 * 2 ** 20));
    await unpack(large, 1);
    const before = disk.allocatedBytes();

    await unpack(without, 2);
    await driver.seal(await found(), working());

    expect(before - disk.allocatedBytes()).toBeGreaterThan(60 * 2 ** 20);
  });

  it('[U50] is sealed only while it holds one image that nobody has mounted since', async () => {
    await expect(driver.seal(await found(), working())).rejects.toMatchObject({ code: 'NOT_SEALABLE' });
    await unpack(trees.first, 1);
    await driver.seal(await found(), working());
    expect(await inspected()).toMatchObject({ kind: 'image', sealed: true, generation: 1 });

    await driver.unseal(await found(), 2);
    expect(await inspected()).toMatchObject({ sealed: false, generation: 2 });
    await driver.seal(await found(), working());
    const place = temporaryDirectory();
    run('mount', disk.root, place);
    writeFileSync(join(place, 'intruder'), '');
    run('umount', place);

    expect(await inspected()).toEqual({ kind: 'partial', stream, generation: 2 });
    await unpack(trees.first, 3);
    expect(disk.looked(independentWalk)).toEqual(independentWalk(trees.first));
  });

  it('[U50] notices by a full scan what has changed below the file system', async () => {
    await unpack(trees.first, 1);
    await driver.scan(await found(), { ...working(), full: true });
    expect(await inspected()).toMatchObject({ kind: 'image' });
    const extent = /\((?:0|0-\d+)\):(\d+)/.exec(run('debugfs', '-R', 'stat /big', disk.root))?.[1];
    const fd = openSync(disk.root, 'r+');
    writeSync(fd, 'damage', Number(extent) * 4096);
    closeSync(fd);

    await driver.scan(await found(), { ...working(), full: false });
    expect(await inspected()).toMatchObject({ kind: 'image' });
    await driver.scan(await found(), { ...working(), full: true });

    expect(await inspected()).toMatchObject({ kind: 'partial' });
    await unpack(trees.first, 2);
    expect(disk.looked(independentWalk)).toEqual(independentWalk(trees.first));
  });

  it('says what it said before when the writing of its record was cut short, and never more', async () => {
    await unpack(trees.first, 1);
    const before = await readRecord(disk.path);
    await driver.unseal(await found(), 2);
    const after = await readRecord(disk.path);
    expect(after).toEqual({ ...before, generation: 2 });

    const slots = [0, 1].map((slot) => 2 ** 20 + slot * 4096);
    const sequences = slots.map((at) => Number(run('od', '-An', '-tu8', `-j${at + 8}`, '-N8', disk.path)));
    const newest = slots[sequences.indexOf(Math.max(...sequences))]!;
    run(
      'dd',
      'if=/dev/urandom',
      `of=${disk.path}`,
      'bs=1',
      `seek=${newest + 60}`,
      'count=16',
      'conv=notrunc',
    );

    expect(await readRecord(disk.path)).toEqual(before);
    run('dd', 'if=/dev/zero', `of=${disk.path}`, 'bs=4096', 'seek=256', 'count=2', 'conv=notrunc');
    expect(await inspected()).toEqual({ kind: 'foreign' });
  });

  it.each([
    ['a file system', (path: string) => run('mke2fs', '-q', path)],
    [
      'a partition table',
      (path: string) => execFileSync('sfdisk', ['-q', '--no-reread', path], { input: 'label: gpt\n;\n' }),
    ],
    [
      'bytes of no known kind',
      (path: string) => run('dd', 'if=/dev/urandom', `of=${path}`, 'bs=4096', 'count=1'),
    ],
  ])('[U16] [U68] refuses a disk with %s until it is wiped', async (_kind, fill) => {
    fill(disk.path);
    expect(await inspected()).toEqual({ kind: 'foreign' });
    await expect(unpack(trees.first, 1)).rejects.toMatchObject({ code: 'DEVICE_IN_USE' });

    await driver.forget(await found());

    expect(await inspected()).toEqual({ kind: 'blank' });
  });

  it('[U63] refuses a disk that is mounted', async () => {
    run('mke2fs', '-q', disk.path);
    const place = temporaryDirectory();
    run('mount', disk.path, place);
    try {
      await expect(driver.forget(await found())).rejects.toMatchObject({ code: 'DEVICE_IN_USE' });
    } finally {
      run('umount', place);
    }
  });

  it('[U14] does not take the copy of another volume for its own', async () => {
    await unpack(trees.first, 1);
    const copy = host.attach('vol-0fedcba9876543210');
    run('cp', disk.file, copy.file);

    disk = copy;

    expect(await inspected()).toEqual({ kind: 'foreign' });
  });

  it('grows with its disk, and keeps what it holds', async () => {
    await unpack(trees.first, 1);
    disk.resize(1024);

    await driver.grow(await found());

    expect(await inspected()).toMatchObject({ kind: 'image', generation: 1 });
    const blocks = disk.looked((place) => Number(run('stat', '-f', '-c', '%b', place)));
    expect(blocks * 4096).toBeGreaterThan(900 * 2 ** 20);
    const known = await unpack(trees.second, 2);
    expect(known.result.filesWritten).toBe(3);
    expect(disk.looked(independentWalk)).toEqual(independentWalk(trees.second));
  });

  it('[U23] is blank after it was forgotten, and can be used again', async () => {
    await unpack(trees.first, 1);
    await driver.forget(await found());

    expect(await inspected()).toEqual({ kind: 'blank' });
    expect(run('wipefs', '--no-act', '--noheadings', disk.path)).toBe('');
    expect(readdirSync(join(host.stateDirectory, 'trees'))).toEqual([]);
    await unpack(trees.second, 1);
    expect(disk.looked(independentWalk)).toEqual(independentWalk(trees.second));
  });

  it('keeps the old image when the new one does not fit', async () => {
    await unpack(trees.first, 1);
    const { manifest } = await imageOf(trees.second);
    const huge = { path: 'zzz', type: 'file', mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n } as const;
    const entries = [...manifest.entries, { ...huge, size: 2 ** 30, sha512: 'ab'.repeat(64) }];

    const unpacking = unpack(trees.second, 2, { manifest: { ...manifest, entries } });

    await expect(unpacking).rejects.toMatchObject({ code: 'NO_SPACE' });

    expect(await inspected()).toMatchObject({ kind: 'image', leaf: 'g1', generation: 2 });
    expect(disk.looked(independentWalk)).toEqual(independentWalk(trees.first));
  });

  it('keeps the old image when an object is missing', async () => {
    await unpack(trees.first, 1);
    const source = { getObjects: async function* () {} };

    await expect(unpack(trees.second, 2, { source: source as never })).rejects.toMatchObject({
      code: 'OBJECT_MISSING',
    });

    expect(await inspected()).toMatchObject({ kind: 'image', leaf: 'g1', generation: 2 });
    expect(disk.looked(independentWalk)).toEqual(independentWalk(trees.first));
  });

  it('[U20] names the device when it is read-only, too small, or gone', async () => {
    disk.detach();
    disk.attach('--read-only');
    await expect(unpack(trees.first, 1)).rejects.toMatchObject({
      code: 'FILE_SYSTEM_FAILED',
      resource: disk.volumeId,
    });
    disk.detach();
    disk.attach();
    disk.resize(100);
    await expect(unpack(trees.first, 1)).rejects.toMatchObject({ code: 'NO_SPACE', resource: disk.volumeId });
    const device = await found();
    disk.detach();

    expect(await driver.find(disk.volumeId, {})).toBeUndefined();
    await expect(driver.scan(device, { ...working(), full: true })).rejects.toMatchObject({
      code: 'DEVICE_NOT_FOUND',
    });
  });
});
