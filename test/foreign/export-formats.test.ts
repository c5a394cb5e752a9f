import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LeaseRefMessage, UnpackerRpcClient } from '@ami-publisher/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RawHost, rawBytes } from '../../packages/unpacker/test/fixture/raw-host.js';
import { createRawImage, type RawImage } from '../../packages/unpacker/test/fixture/raw-image.js';
import { follow, streamStatus, succeed } from '../../packages/unpacker/test/fixture/unpacker.js';

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

describe('what other tools read', () => {
  it('is what the unpacker says that it can write', async () => {
    const { capabilities } = await client.getStatus({});
    expect(capabilities).toEqual(['driver:raw-test', 'raw', 'export:raw', 'export:raw-zstd', 'export:vmdk']);
  });

  it.each([
    ['raw-zstd', 'zstd', (from: string, to: string) => ['-q', '-d', '-o', to, from]],
    ['vmdk', 'qemu-img', (from: string, to: string) => ['convert', '-f', 'vmdk', '-O', 'raw', from, to]],
  ])('writes %s, which %s turns back into the same bytes', async (format, program, back) => {
    const { exported: written } = await succeed(start(format, `1.${format}`));
    const file = exported(`1.${format}`);
    expect(written).toMatchObject({ bytes: String(statSync(file).size), sha512: sha512(readFileSync(file)) });
    expect(statSync(file).size).toBeLessThan(rawBytes / 4);
    execFileSync(program, back(file, host.path('back')));
    // qemu-img counts in sectors.
    expect(readFileSync(host.path('back')).subarray(0, rawBytes).equals(host.raw())).toBe(true);
    expect(leftovers()).toEqual([`1.${format}`]);
  });

  it('leaves nothing when it is cancelled, and can be begun again', async () => {
    host.fillRaw();
    const running = follow(start('raw-zstd', '1.zst'));
    await expect.poll(async () => (await streamStatus(client))?.state).toBe('EXPORTING');
    await client.cancelOperation({ operationId: 'e1', lease });
    expect((await running).error).toMatchObject({ code: 'CANCELLED' });
    expect(leftovers()).toEqual([]);
    await succeed(start('raw-zstd', '1.zst'));
  });

  it('takes names that look like flags for names', async () => {
    await succeed(start('vmdk', '-O/--help.vmdk'));
    expect(existsSync(exported('-O/--help.vmdk'))).toBe(true);
  });

  it('does not come about when the device ends before the volume does', async () => {
    writeFileSync(join(host.volume(), '../raw'), 'short');
    expect((await follow(start('raw-zstd', '1'))).error).toMatchObject({ code: 'RAW_UNAVAILABLE' });
    expect(leftovers()).toEqual([]);
  });
});
