import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeManifest, type ImageSource, parseManifest, walkTree } from '@ami-publisher/image';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryDriver } from '../src/driver/directory/directory-driver.js';
import type { Device, DriverProgress } from '../src/driver/driver.js';
import { describeTree } from './fixture/trees.js';
import { stream, TestHost, volumeId } from './fixture/unpacker.js';

let host: TestHost;
let driver: DirectoryDriver;
let device: Device;
const objects = new Map<string, Buffer>();
const source = {
  async *getObjects(digests: readonly string[]) {
    for (const sha512 of digests) {
      const data = objects.get(sha512) ?? Buffer.alloc(0);
      yield { sha512, size: data.length, data };
    }
  },
} as Pick<ImageSource, 'getObjects'> as ImageSource;

const release = async (leaf: string) => {
  const root = host.path(leaf);
  mkdirSync(root);
  for (let i = 0; i < 200; i++) writeFileSync(join(root, `file-${i}`), `${leaf} ${i}`);
  const { entries } = await walkTree(root);
  for (const entry of entries) {
    if (entry.type === 'file' && entry.sha512)
      objects.set(entry.sha512, readFileSync(join(root, entry.path)));
  }
  return parseManifest(encodeManifest(entries).bytes);
};

beforeEach(async () => {
  host = new TestHost();
  host.attach();
  driver = new DirectoryDriver({ devicesDirectory: host.devicesDirectory });
  const found = await driver.find(volumeId);
  if (found === undefined) throw new Error('the volume is not attached');
  device = found;
});
afterEach(() => host.dispose());

const options = (onProgress: (progress: DriverProgress) => void = () => {}, signal?: AbortSignal) => ({
  onProgress,
  signal: signal ?? new AbortController().signal,
});

const update = async (leaf: string, generation: number, ...how: Parameters<typeof options>) => {
  const manifest = await release(leaf);
  const label = { stream, leaf, manifestDigest: manifest.digest, generation };
  return driver.update(device, { label, manifest, source, ...options(...how) });
};

/** What a crash at this moment would leave. */
const onDisk = (): string => {
  const { phase } = JSON.parse(readFileSync(join(device.path, 'volume.json'), 'utf8'));
  return existsSync(join(device.path, 'seal.json')) ? `${phase}, sealed` : phase;
};

describe('an update', () => {
  it('[U43] marks the volume as a mixture, and breaks its seal, before the first change and not before', async () => {
    await update('1', 1);
    await driver.seal(device, options());
    const seen = new Map<string, string>();
    await update('2', 2, ({ phase }) => seen.set(phase, seen.get(phase) ?? onDisk()));
    expect(Object.fromEntries(seen)).toEqual({
      scan: 'clean, sealed',
      fetch: 'clean, sealed',
      update: 'updating',
    });
    expect(onDisk()).toBe('clean');
  });

  it('that is cancelled among its changes leaves a mixture, which is not sealed and which the next one puts right', async () => {
    await update('1', 1);
    const cancel = new AbortController();
    const stopAtOnce = ({ phase }: DriverProgress) => {
      if (phase === 'update') cancel.abort(new Error('enough'));
    };
    await expect(update('2', 2, stopAtOnce, cancel.signal)).rejects.toThrow();
    expect(await driver.inspect(device)).toEqual({ kind: 'partial', stream, generation: 2 });
    await expect(driver.seal(device, options())).rejects.toMatchObject({ code: 'NOT_SEALABLE' });
    await update('3', 3);
    expect(describeTree(host.tree())).toEqual(describeTree(host.path('3')));
    await driver.seal(device, options());
    expect(await driver.inspect(device)).toMatchObject({ kind: 'image', leaf: '3', sealed: true });
  });

  it('of a volume whose first update never came to make a tree makes it', async () => {
    writeFileSync(
      join(device.path, 'volume.json'),
      JSON.stringify({ phase: 'updating', stream, generation: 1 }),
    );
    await driver.scan(device, { full: false, ...options() });
    await update('1', 2);
    expect(describeTree(host.tree())).toEqual(describeTree(host.path('1')));
  });
});

describe('a scan', () => {
  it('[U42] reads what changed, or everything when told to', async () => {
    await update('1', 1);
    const size = Object.keys(describeTree(host.tree())).reduce(
      (sum, path) => sum + (path === '' ? 0 : statSync(join(host.tree(), path)).size),
      0,
    );
    const bytesRead = async (full: boolean) => {
      // Files younger than the clock of the file system can tell are read again.
      await new Promise((resolve) => setTimeout(resolve, 50));
      let bytes = 0;
      const count = ({ bytesDone }: DriverProgress) => {
        bytes = Math.max(bytes, bytesDone);
      };
      await driver.scan(device, { full, ...options(count) });
      return bytes;
    };
    await bytesRead(false);
    expect(await bytesRead(false)).toBe(0);
    expect(await bytesRead(true)).toBe(size);
    writeFileSync(join(host.tree(), 'file-7'), 'changed');
    expect(await bytesRead(false)).toBe('changed'.length);
  });
});
