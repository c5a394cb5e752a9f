import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { VolumeStorage } from '../../src/model/ports.js';

/** A storage, and how its volumes are written to and read: by a machine that has them, or as they lie there. */
export interface StorageUnderTest {
  readonly storage: VolumeStorage;
  /** @param path of a volume, a device or a snapshot */
  write(path: string, text: string): Promise<void>;
  /** @returns undefined if nothing was ever written there. */
  read(path: string): Promise<string | undefined>;
  /** Size of a device as its machine sees it, bytes. */
  sizeOf(devicePath: string): Promise<number>;
}

const place = { accountId: '111111111111', region: 'us-east-1' };
const bytesPerGiB = 2 ** 30;

/** What every storage does, whatever its volumes are. */
export const describeStorage = (open: () => StorageUnderTest): void => {
  test('A volume begins empty, keeps what is written while it is attached, and goes', async () => {
    const { storage, write, read } = open();
    await storage.createVolume(place, 'vol-1', 1);
    const path = storage.volumePath(place, 'vol-1');
    const device = await storage.attach(place, 'vol-1');
    expect(await read(device)).toBeUndefined();

    await write(device, 'written');
    await storage.detach(place, 'vol-1');
    expect(await read(path)).toBe('written');
    const again = await storage.attach(place, 'vol-1');
    expect(await read(again)).toBe('written');
    await storage.detach(place, 'vol-1');

    await storage.deleteVolume(place, 'vol-1');
    expect(existsSync(path)).toBe(false);
  });

  test('A snapshot has what was on the volume, a volume of it has that too, and neither sees later writes', async () => {
    const { storage, write, read } = open();
    await storage.createVolume(place, 'vol-2', 1);
    const device = await storage.attach(place, 'vol-2');
    await write(device, 'before');
    expect(await storage.createSnapshot(place, 'vol-2', 'snap-2')).toBeUndefined();
    await write(device, 'after');
    await storage.createVolume(place, 'vol-3', 2, { ...place, snapshotId: 'snap-2' });
    const copy = await storage.attach(place, 'vol-3');
    await write(copy, 'changed');

    expect(await read(device)).toBe('after');
    expect(await read(storage.snapshotPath(place, 'snap-2'))).toBe('before');
    await storage.detach(place, 'vol-2');
    await storage.detach(place, 'vol-3');
    await storage.deleteSnapshot(place, 'snap-2');
    expect(existsSync(storage.snapshotPath(place, 'snap-2'))).toBe(false);
  });

  test('A copy of a snapshot has its content, in another account and region, and stays when the original goes', async () => {
    const { storage, write, read } = open();
    const elsewhere = { accountId: '222222222222', region: 'eu-west-1' };
    await storage.createVolume(place, 'vol-5', 1);
    const device = await storage.attach(place, 'vol-5');
    await write(device, 'copied');
    await storage.createSnapshot(place, 'vol-5', 'snap-5');
    await storage.detach(place, 'vol-5');
    await storage.copySnapshot({ ...place, snapshotId: 'snap-5' }, elsewhere, 'snap-6');
    await storage.deleteSnapshot(place, 'snap-5');
    expect(await read(storage.snapshotPath(elsewhere, 'snap-6'))).toBe('copied');
  });

  test('A volume grows while it is attached, and keeps its content', async () => {
    const { storage, write, read, sizeOf } = open();
    await storage.createVolume(place, 'vol-4', 1);
    const device = await storage.attach(place, 'vol-4');
    await write(device, 'kept');
    expect(await sizeOf(device)).toBe(bytesPerGiB);

    await storage.resizeVolume(place, 'vol-4', 3);
    expect(await sizeOf(device)).toBe(3 * bytesPerGiB);
    expect(await read(device)).toBe('kept');
    await storage.detach(place, 'vol-4');
  });
};
