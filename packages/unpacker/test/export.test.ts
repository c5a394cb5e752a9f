import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LeaseRefMessage, OperationMessage, UnpackerRpcClient } from '@ami-publisher/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RawHost, rawBytes } from './fixture/raw-host.js';
import { createRawImage, type RawImage } from './fixture/raw-image.js';
import { follow, leaseOn, stream, streamStatus, succeed, volumeId } from './fixture/unpacker.js';

let image: RawImage;
let host: RawHost;
let client: UnpackerRpcClient;
let lease: LeaseRefMessage;

beforeEach(async () => {
  image = await createRawImage();
  ({ host } = image);
  ({ client, lease } = await image.unpack());
});
afterEach(() => image.dispose());

const start = (format: string, destination: string, operationId = 'e1') =>
  client.exportImage({ lease, operationId, format, destination });
const sha512 = (data: Buffer) => createHash('sha512').update(data).digest('hex');
const exported = (...names: string[]) => join(host.exportDirectory, ...names);
/** What is below the export directory and the scratch directory. */
const leftovers = () => [...readdirSync(host.exportDirectory), ...readdirSync(host.scratchDirectory)];

describe('ExportImage', () => {
  it('says which formats it can write', async () => {
    const { capabilities } = await client.getStatus({});
    expect(capabilities).toEqual(expect.arrayContaining(['driver:raw-test', 'raw', 'export:raw']));
  });

  it('[U58] writes the sealed volume as a sparse file, and says what it wrote', async () => {
    const { all, last } = await follow(start('raw', 'debian/1.raw'));
    expect(last?.state).toBe('SUCCEEDED');
    const file = exported('debian/1.raw');
    expect(readFileSync(file).equals(host.raw())).toBe(true);
    expect(statSync(file).blocks * 512).toBeLessThan(rawBytes / 4);
    expect(last?.exported).toEqual({
      destination: file,
      bytes: String(rawBytes),
      sha512: sha512(host.raw()),
      leaf: image.leaf,
      manifestDigest: image.manifestDigest,
      generation: '1',
    });
    expect(last).toMatchObject({ bytesDone: String(rawBytes), bytesTotal: String(rawBytes) });
    expect(all.map(({ phase }) => phase)).toContain('export');
    expect(await streamStatus(client)).toMatchObject({ state: 'SEALED' });
    expect(leftovers()).toEqual(['debian']);
  });

  it('gives the result again for the same id, and replaces the file for another', async () => {
    const first = await succeed(start('raw', '1.raw'));
    writeFileSync(exported('1.raw'), 'in between');
    expect((await succeed(start('raw', '1.raw'))).exported).toEqual(first.exported);
    expect(readFileSync(exported('1.raw'), 'utf8')).toBe('in between');
    await succeed(start('raw', exported('1.raw'), 'e2'));
    expect(readFileSync(exported('1.raw')).equals(host.raw())).toBe(true);
  });

  it('fails, and leaves nothing, when the device ends before the volume does', async () => {
    writeFileSync(join(host.volume(), '../raw'), 'short');
    expect((await follow(start('raw', '1'))).error).toMatchObject({ code: 'RAW_UNAVAILABLE' });
    expect(leftovers()).toEqual([]);
  });

  it('[U59] names the package of a tool that is not there', async () => {
    const path = process.env.PATH;
    let outcome: { error: unknown };
    try {
      process.env.PATH = host.path('nowhere');
      outcome = await follow(start('vmdk', '1.vmdk'));
    } finally {
      process.env.PATH = path;
    }
    expect(outcome.error).toMatchObject({
      code: 'TOOL_MISSING',
      message: expect.stringContaining('Debian package qemu-utils'),
    });
    expect(leftovers()).toEqual([]);
  });

  it('[U58] follows no link out of the export directory', async () => {
    mkdirSync(host.path('outside'));
    symlinkSync(host.path('outside'), exported('folder'));
    symlinkSync(host.path('outside/file'), exported('file'));
    expect((await follow(start('raw', '../outside/1.raw'))).error).toMatchObject({ code: 'INVALID_OPTION' });
    for (const destination of ['folder/1.raw', 'file', 'folder']) {
      const { error } = await follow(start('raw', destination, destination));
      expect(error).toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringContaining('free of links and special files'),
      });
    }
    expect(readdirSync(host.path('outside'))).toEqual([]);
  });

  it('refuses formats that it does not know, and a volume without a complete image', async () => {
    const refused = async (messages: AsyncIterable<OperationMessage>) => (await follow(messages)).error;
    expect(await refused(start('qcow2', '1'))).toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('`format` to be raw or raw-zstd or vmdk, got "qcow2"'),
    });
    expect(await refused(start('__proto__', '1'))).toMatchObject({ code: 'INVALID_OPTION' });
    await client.forgetStream({ stream, lease });
    lease = await leaseOn(client);
    await client.associateStream({ deviceId: volumeId, lease });
    expect(await refused(start('raw', '1'))).toMatchObject({ code: 'NOT_SEALABLE' });
  });

  it('has no place to write files without an export directory, and nothing to write without a raw form', async () => {
    await host.stop();
    client = await host.start({ imageServer: image.images.address });
    expect((await follow(start('raw', '1'))).error).toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('start it with --export-dir'),
    });
    expect((await follow(start('raw', 's3://bucket/key'))).error).toMatchObject({ code: 'RAW_UNAVAILABLE' });
  });

  it('removes what an export left whose daemon was killed', async () => {
    writeFileSync(exported('.partial-0123456789abcdef'), 'half');
    mkdirSync(join(host.scratchDirectory, 'vmdk-abc'));
    await host.stop();
    await host.start({
      imageServer: image.images.address,
      exportDirectory: host.exportDirectory,
      scratchDirectory: host.scratchDirectory,
    });
    expect(leftovers()).toEqual([]);
  });
});
