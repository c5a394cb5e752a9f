import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { independentWalk } from '../../packages/image/test/support/independent-walk.js';
import { createWorld, type PrintedResults, type World } from '../support/world.js';
import { type Arm64, prepareArm64 } from './support/arm64.js';
import { installMarker, makeDebian, marker } from './support/debian.js';
import { execute } from './support/execute.js';
import { bootUntil } from './support/machine.js';
import { partitionOf, withMounted } from './support/mounted-snapshot.js';

/** Without a virtual processor a machine takes 40 s to come up, or twice that beside another. */
const bootMs = 300_000;

/** What the unpacker adds to an image so that it boots, and the folders that change with it. */
const added = ['/boot/grub', '/boot/grub/grub.cfg', '/etc/fstab', '/var/lib/initial-image'];

/** The machine that a PE program is for ([PE format](https://learn.microsoft.com/windows/win32/debug/pe-format)). */
const peMachine = (program: Buffer): number => program.readUInt16LE(program.readUInt32LE(0x3c) + 4);

describe('A published Debian', () => {
  let directory: string;
  let tree: string;
  let arm64: Arm64;
  let world: World;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'ami-publisher-disks-'));
    tree = join(directory, 'debian');
    mkdirSync(join(directory, 'arm64'));
    [arm64] = await Promise.all([prepareArm64(join(directory, 'arm64')), makeDebian(tree)]);
    world = await createWorld({ volumes: 'block', unpackerArguments: ['--grub-dir', arm64.grubDirectory] });
  }, 600_000);
  afterAll(async () => {
    await world?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Adds a tree as an image and publishes it. @returns the file of its snapshot, and what the unpacker did. */
  const publish = async (stream: string, leaf: string, from: string, ...options: string[]) => {
    const image = await world.run('image', 'add', `${stream}/${leaf}`, from);
    expect(image.code, image.stderr).toBe(0);
    const run = await world.run('publish', stream, leaf, '--output', 'json', ...options);
    expect(run.code, run.stderr).toBe(0);
    const [target] = run.json<PrintedResults>().targets;
    return { snapshot: world.sandbox.model.snapshotPath(target?.snapshotId ?? ''), unpack: target?.unpack };
  };

  const boot = (kind: 'bios' | 'uefi' | 'arm64', disk: string, until: string | RegExp): Promise<string> =>
    bootUntil({ kind, disk, until, workDirectory: directory, timeoutMs: bootMs });

  /** Every difference between the tree and a snapshot, by a walk of our own and by rsync. */
  const differences = (snapshot: string): Promise<string[]> =>
    withMounted(snapshot, join(directory, 'mounted'), async (place) => {
      const [there, here] = [independentWalk(place), independentWalk(tree)].map((lines) => new Set(lines));
      const walked = [...(here ?? [])].filter((line) => !there?.has(line));
      const extra = [...(there ?? [])].filter((line) => !here?.has(line));
      const flags = ['-aHAXn', '--delete', '--checksum', '--itemize-changes'];
      const synced = (await execute('rsync', ...flags, `${tree}/`, `${place}/`)).split('\n').filter(Boolean);
      const path = (line: string) => line.slice(0, line.indexOf(' = '));
      return [...new Set([...walked, ...extra].map(path)), ...synced.map((line) => `/${line.slice(12)}`)];
    });

  test('[U27] [W93] boots by BIOS and by UEFI, and so does its next release, of which only what changed is written', async () => {
    await installMarker(tree, '1.0', directory);
    const first = await publish('base/debian-12', '1', tree);
    const booted = Promise.all([
      boot('bios', first.snapshot, marker('1.0')),
      boot('uefi', first.snapshot, marker('1.0')),
    ]);
    await installMarker(tree, '2.0', directory);
    await execute('setfattr', '-n', 'user.release', '-v', 'two', join(tree, 'etc/hostname'));
    const second = await publish('base/debian-12', '2', tree);
    const different = await differences(second.snapshot);
    const [bios, uefi] = await booted;

    expect(different.filter((path) => !added.includes(path.replace(/\/$/, '')))).toEqual([]);
    expect(different).toContain('/etc/fstab');
    expect(second.unpack?.filesWritten).toBeLessThan(60);
    expect(bios).not.toContain(marker('2.0'));
    expect(uefi).not.toContain(marker('2.0'));
    expect(await boot('bios', second.snapshot, /release-marker \S+ is up/)).toContain(marker('2.0'));
  });

  test('[U29] has the boot loader of arm64 on its EFI partition if that is what its kernel is for', async () => {
    const { snapshot } = await publish('base/arm64', '1', arm64.tree, '--architecture', 'arm64');

    const { offset, type } = await partitionOf(snapshot, 15);
    expect(type).toBe('C12A7328-F81F-11D2-BA4B-00A0C93EC93B');
    const program = join(directory, 'BOOTAA64.EFI');
    await execute('mcopy', '-i', `${snapshot}@@${offset}`, '::/EFI/BOOT/BOOTAA64.EFI', program);
    expect(peMachine(readFileSync(program))).toBe(0xaa64);
    await boot('arm64', snapshot, 'base/arm64/1');
  });
});
