import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bootSector, placedCoreImage } from './bios-boot.js';
import { writeChanged } from './write-changed.js';

describe('the boot code of a BIOS', () => {
  const bootImage = Buffer.alloc(512, 0xee);
  const present = Buffer.alloc(512, 0x11);

  test('keeps the signature of the disk and its partition table', () => {
    const sector = bootSector(bootImage, present, 4_096);
    expect(sector.subarray(0x1b8)).toEqual(present.subarray(0x1b8));
    expect(sector.readBigUInt64LE(0x5c)).toBe(4_096n);
    expect(sector.subarray(0x66, 0x68).toString('hex')).toBe('9090');
    const kept = (from: number, to: number) =>
      expect(sector.subarray(from, to)).toEqual(bootImage.subarray(from, to));
    kept(0, 0x5c);
    kept(0x64, 0x66);
    kept(0x68, 0x1b8);
  });

  test('goes on with the sector after the first of the core image', () => {
    const core = Buffer.alloc(2_000, 0xee);
    const placed = placedCoreImage(core, 4_096, { path: '/dev/x14', sizeBytes: 2_048 });
    expect(placed.readBigUInt64LE(0x1f4)).toBe(4_097n);
    expect(placed.subarray(0, 0x1f4)).toEqual(core.subarray(0, 0x1f4));
    expect(placed.subarray(0x1fc)).toEqual(core.subarray(0x1fc));
  });

  test('is refused by a partition that is too small for it', () => {
    const place = () => placedCoreImage(Buffer.alloc(2_000), 0, { path: '/dev/x14', sizeBytes: 1_024 });
    expect(place).toThrowError(expect.objectContaining({ code: 'NO_SPACE', resource: '/dev/x14' }));
  });
});

describe('what is written onto a device', () => {
  let directory: string;
  let device: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'write-changed-'));
    device = join(directory, 'device');
    writeFileSync(device, Buffer.alloc(300_000, 0x11));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test('is only what differs from what is there', async () => {
    const content = Buffer.alloc(200_000, 0x22);
    expect(await writeChanged(device, 1_000, content)).toBe(200_000);
    content[150_000] = 0x33;
    expect(await writeChanged(device, 1_000, content)).toBe(64 * 1024);
    expect(await writeChanged(device, 1_000, content)).toBe(0);
    const written = readFileSync(device);
    expect(written.subarray(1_000, 201_000).equals(content)).toBe(true);
    expect(written.subarray(0, 1_000).every((byte) => byte === 0x11)).toBe(true);
    expect(written.subarray(201_000).every((byte) => byte === 0x11)).toBe(true);
    expect(written.length).toBe(300_000);
  });

  test('never makes a file of a device that has gone', async () => {
    await expect(writeChanged(join(directory, 'gone'), 0, Buffer.alloc(1))).rejects.toThrow('ENOENT');
  });
});
