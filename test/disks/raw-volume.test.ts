import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createUnpackerClient } from '@ami-publisher/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtDaemon, Daemon } from './support/daemon.js';
import { execute } from './support/execute.js';
import { DiskHost, type LoopDisk } from './support/loop-disk.js';
import { publish, takeStream } from './support/publish.js';
import { type Releases, startReleases, stream } from './support/releases.js';

const sizeMiB = 256;
const commandLine = resolve(import.meta.dirname, '../../packages/cli/bin/ami-publisher.js');
const host = new DiskHost();
const exports = join(host.directory, 'exports');
let releases: Releases;
let disk: LoopDisk;
let daemon: Daemon;
let address: string;

beforeAll(async () => {
  releases = await startReleases();
  disk = host.attach(undefined, sizeMiB);
  ({ daemon, address } = await Daemon.start([
    ...['unshare', '--mount', ...builtDaemon('unpacker'), '--insecure', '--driver', 'block'],
    ...['--listen', '127.0.0.1:0', '--image-server', releases.imageServer, '--export-dir', exports],
    ...['--state-dir', host.stateDirectory, '--devices-dir', host.devicesDirectory],
  ]));
  const client = createUnpackerClient({ address });
  await client.createStream({ stream });
  await client.addDevice({ deviceId: disk.volumeId, lease: await takeStream(client, 'first') });
  await publish(client, 'first', releases.a);
  client.close();
});
afterAll(async () => {
  await daemon?.kill();
  host.dispose();
  await releases?.close();
});

/** What an operator gets out of an unpacker by hand. */
const unpacker = async (...command: string[]): Promise<Record<string, unknown>> => {
  const where = ['--unpacker', address, '--insecure', '--output', 'json'];
  return JSON.parse(await execute(process.execPath, commandLine, 'unpacker', ...command, ...where))[0];
};

/** @throws unless a file has the bytes of the volume, and their number. */
const compare = (file: string) => execute('cmp', '--', disk.path, file);

describe('a volume that is a disk', () => {
  it('[U57] is read over the network byte by byte, its holes left out', async () => {
    const file = join(host.directory, 'read.raw');
    expect(await unpacker('get-raw', stream, file)).toMatchObject({ bytes: sizeMiB * 2 ** 20 });
    await compare(file);
    expect(statSync(file).blocks * 512).toBeLessThan(64 * 2 ** 20);
  });

  it.each([
    ['raw', async (file: string) => file],
    [
      'vmdk',
      async (file: string) => {
        const { 'format-specific': specific } = JSON.parse(
          await execute('qemu-img', 'info', '--output', 'json', file),
        );
        expect(specific.data['create-type']).toBe('streamOptimized');
        await execute('qemu-img', 'convert', '-f', 'vmdk', '-O', 'raw', file, `${file}.raw`);
        return `${file}.raw`;
      },
    ],
  ])('[U58] is exported as %s without a byte that differs', async (format, unwrapped) => {
    const exported = await unpacker('export', stream, `image.${format}`, '--format', format);
    expect(exported).toMatchObject({ leaf: 'a', manifestDigest: releases.a.manifestDigest });
    const file = join(exports, `image.${format}`);
    expect((await execute('sha512sum', '--', file)).slice(0, 128)).toBe(exported.sha512);
    await compare(await unwrapped(file));
  });
});
