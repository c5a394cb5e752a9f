import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { readVolumeRecord } from '@ami-publisher/unpacker';
import { CreateSnapshotCommand, EC2Client } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { BlockStorage } from '../../packages/sandbox/src/storage/block-storage.js';
import { describeStorage } from '../../packages/sandbox/test/support/storage-contract.js';
import { createWorld, type PrintedResults, type World } from '../support/world.js';
import { execute } from './support/execute.js';

const place = { accountId: '111111111111', region: 'us-east-1' };
const backingFile = (device: string): string => `/sys/block/${basename(device)}/loop/backing_file`;

/** Anywhere beyond the places that have a meaning. */
const textOffset = 100 * 2 ** 20;
const textBytes = 4_096;

const withFile = async <T>(
  path: string,
  flags: string,
  work: (file: Awaited<ReturnType<typeof open>>) => Promise<T>,
) => {
  const file = await open(path, flags);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
};

const write = (path: string, text: string) =>
  withFile(path, 'r+', async (file) => {
    await file.write(Buffer.alloc(textBytes, text.padEnd(textBytes, '\0')), 0, textBytes, textOffset);
    await file.sync();
  });

const read = (path: string) =>
  withFile(path, 'r', async (file) => {
    const { buffer } = await file.read(Buffer.alloc(textBytes), 0, textBytes, textOffset);
    return buffer.toString('utf8').replace(/\0+$/, '') || undefined;
  });

describe('Volumes that are disks', () => {
  const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-storage-'));
  const storage = new BlockStorage(directory);
  afterAll(async () => {
    await storage.close();
    rmSync(directory, { recursive: true });
  });

  describeStorage(() => ({
    storage,
    write,
    read,
    sizeOf: async (path) => Number(await execute('blockdev', '--getsize64', path)),
  }));

  test('[DISK-1] A volume is a sparse file, and a disk without partitions of another while it is attached', async () => {
    await storage.createVolume(place, 'vol-a', 8);
    const device = await storage.attach(place, 'vol-a');
    expect(await read(device)).toBeUndefined();
    expect((await stat(storage.volumePath(place, 'vol-a'))).blocks).toBe(0);
    expect(readFileSync(backingFile(device), 'utf8').trim()).toBe(storage.volumePath(place, 'vol-a'));
    await execute('sgdisk', '--new=1:0:0', device);
    await execute('partx', '--update', device);
    expect(existsSync(`${device}p1`)).toBe(true);

    await storage.detach(place, 'vol-a');
    expect(existsSync(backingFile(device))).toBe(false);
    expect(existsSync(`${device}p1`)).toBe(false);
  });

  test('[DISK-4] Closing detaches every disk, and so does the death of the process', async () => {
    const other = new BlockStorage(join(directory, 'other'));
    await other.createVolume(place, 'vol-b', 1);
    const closed = await other.attach(place, 'vol-b');
    await other.close();
    expect(existsSync(backingFile(closed))).toBe(false);

    const script = join(import.meta.dirname, 'support/sandbox-with-disk.mjs');
    const sandbox = spawn(process.execPath, [script, join(directory, 'sandbox')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(sandbox.stdout, 'data')) as [Buffer];
    const device = line.toString().trim();
    expect(existsSync(backingFile(device))).toBe(true);
    sandbox.kill('SIGKILL');
    await once(sandbox, 'exit');
    await vi.waitFor(() => expect(existsSync(backingFile(device))).toBe(false), { timeout: 5_000 });
  });
});

describe('A cloud whose volumes are disks', () => {
  let world: World;
  let published: (PrintedResults['targets'][number] & { readonly volumeId?: string }) | undefined;
  beforeAll(async () => {
    // The keys of the account's user are to make snapshots by themselves.
    world = await createWorld({ volumes: 'block', policies: undefined });
  });
  afterAll(() => world.close());

  test('[DISK-2] links the disk on its instance, where the real unpacker finds it', async () => {
    await world.addImage('base/data/1');
    const run = await world.run('publish', 'base/data', '1', '--output', 'json');
    expect(run.code, run.stderr).toBe(0);
    published = run.json<PrintedResults>().targets[0];
    const devices = join(world.sandbox.instanceDirectory(world.sandbox.unpackers[0]!), 'devices');
    const [name = ''] = readdirSync(devices);
    const device = readlinkSync(join(devices, name));

    expect(name).toBe(`nvme-Amazon_Elastic_Block_Store_${published?.volumeId?.replace('-', '')}`);
    expect(readFileSync(backingFile(device), 'utf8').trim()).toBe(
      world.sandbox.model.volumePath(published?.volumeId ?? ''),
    );
  });

  test('[DISK-3] takes a snapshot of a disk that is sealed, and none of one that has been opened since', async () => {
    const snapshot = world.sandbox.model.snapshotPath(published?.snapshotId ?? '');
    expect(await readVolumeRecord(snapshot)).toMatchObject({ stream: 'base/data', leaf: '1', sealed: true });

    const [region = ''] = world.sandbox.regions;
    const credentials = world.sandbox.accounts[0]!;
    const ec2 = new EC2Client({ endpoint: world.sandbox.endpoint, region, credentials });
    const taken = ec2.send(new CreateSnapshotCommand({ VolumeId: published?.volumeId }));
    await expect(taken).rejects.toMatchObject({ name: 'SandboxVolumeNotSealed' });
    ec2.destroy();
    expect(readdirSync(dirname(snapshot))).toEqual([basename(snapshot)]);
  });
});
