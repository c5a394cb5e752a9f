import { createHash } from 'node:crypto';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VirtualClock } from '@ami-publisher/base';
import type { LeaseRefMessage, UnpackerRpcClient } from '@ami-publisher/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RawHost, rawBytes } from './fixture/raw-host.js';
import { createRawImage, type RawImage } from './fixture/raw-image.js';
import { follow, leaseOn, streamStatus, succeed, volumeId } from './fixture/unpacker.js';

let image: RawImage;
let host: RawHost;
let client: UnpackerRpcClient;
let lease: LeaseRefMessage;

beforeEach(async () => {
  image = await createRawImage();
  ({ host } = image);
});
afterEach(() => image.dispose());

const begin = async (clock?: VirtualClock) => {
  ({ client, lease } = await image.unpack(clock));
};

const sha512 = (data: Buffer) => createHash('sha512').update(data).digest('hex');

/** Takes all of a range. */
const take = async (range: { offset?: number; length?: number } = {}) => {
  const chunks: { offset: number; data: Buffer }[] = [];
  let end: { offset: number; sha512: string } | undefined;
  for await (const chunk of client.getRaw({ lease, ...range })) {
    if (chunk.sha512 === '') chunks.push({ offset: Number(chunk.offset), data: chunk.data });
    else end = { offset: Number(chunk.offset), sha512: chunk.sha512 };
  }
  return { chunks, end };
};

describe('GetRaw', () => {
  it('[U57] sends the bytes of the volume without its holes, and the digest of all', async () => {
    await begin();
    const released = host.released;
    const { chunks, end } = await take();
    expect(host.released).toBe(released + 1);
    const all = Buffer.alloc(rawBytes);
    for (const { offset, data } of chunks) data.copy(all, offset);
    expect(all.equals(host.raw())).toBe(true);
    expect(end).toEqual({ offset: rawBytes, sha512: sha512(host.raw()) });
    expect(chunks.reduce((sum, { data }) => sum + data.length, 0)).toBeLessThan(rawBytes / 4);
    expect(await streamStatus(client)).toMatchObject({ state: 'IDLE', leaf: '1' });
  });

  it('[U57] sends a range', async () => {
    await begin();
    const { chunks, end } = await take({ offset: 100_001, length: 7 });
    expect(chunks).toEqual([{ offset: 100_001, data: host.raw().subarray(100_001, 100_008) }]);
    expect(end).toEqual({ offset: 100_008, sha512: sha512(host.raw().subarray(100_001, 100_008)) });
    expect((await take({ offset: rawBytes })).end).toEqual({
      offset: rawBytes,
      sha512: sha512(Buffer.alloc(0)),
    });
  });

  it.each([
    [{ offset: rawBytes + 1 }, '`offset` to be within the volume of 24000000 bytes, got 24000001'],
    [
      { offset: 1, length: rawBytes },
      '`length` to be at most 23999999, to the end of the volume, got 24000000',
    ],
  ])('refuses %j', async (range, message) => {
    await begin();
    await expect(take(range)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(message),
    });
  });

  it('keeps the stream busy, and other work waiting, until its reader leaves', async () => {
    await begin();
    host.fillRaw();
    const reader = new AbortController();
    const chunks = client.getRaw({ lease }, { signal: reader.signal })[Symbol.asyncIterator]();
    await chunks.next();
    await client.releaseLease({ lease });
    const before = Date.now();
    const status = await client.getStatus({});
    expect(status.streams[0]?.state).toBe('TRANSFERRING');
    expect(Date.parse(status.lastUsedAt)).toBeGreaterThanOrEqual(before);
    lease = await leaseOn(client);
    const waiting = follow(client.prepareForUnpack({ lease, operationId: 'p1' }));
    await expect.poll(() => client.getOperation({ operationId: 'p1' })).toMatchObject({ phase: 'wait' });
    reader.abort(new Error('left'));
    await expect(rest(chunks)).rejects.toThrow('left');
    expect((await waiting).last?.state).toBe('SUCCEEDED');
    expect(await streamStatus(client)).toMatchObject({ state: 'PREPARED' });
  });

  it('[U57] gives the stream up when its reader takes nothing for a minute, and tells the reader', async () => {
    const clock = new VirtualClock();
    await begin(clock);
    host.fillRaw();
    const chunks = client.getRaw({ lease })[Symbol.asyncIterator]();
    await chunks.next();
    expect(await streamStatus(client)).toMatchObject({ state: 'TRANSFERRING' });
    const later = async () => {
      await clock.advance(61_000);
      return (await streamStatus(client))?.state;
    };
    await expect.poll(later).toBe('IDLE');
    await expect(rest(chunks)).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: expect.stringContaining('took nothing for 60 s'),
    });
  });

  it('fails when the device ends before the volume does', async () => {
    await begin();
    truncateSync(join(host.volume(), '../raw'), 1_000_000);
    await expect(take()).rejects.toMatchObject({
      code: 'RAW_UNAVAILABLE',
      message: expect.stringContaining('ends at byte 1000000'),
    });
    expect(await streamStatus(client)).toMatchObject({ state: 'IDLE' });
  });

  it('refuses a volume without a complete image, a lost lease, and a driver without raw form', async () => {
    await begin();
    await expect(
      (async () => {
        for await (const _chunk of client.getRaw({ lease: { ...lease, epoch: '7' } }));
      })(),
    ).rejects.toMatchObject({ code: 'LEASE_LOST' });
    writeFileSync(join(host.volume(), 'volume.json'), 'damaged');
    await expect(take()).rejects.toMatchObject({ code: 'DEVICE_IN_USE' });
    await host.stop();
    client = await host.start({ imageServer: image.images.address });
    expect((await client.getStatus({})).capabilities).toEqual(['driver:directory']);
    await expect(take()).rejects.toMatchObject({ code: 'RAW_UNAVAILABLE' });
  });
});

describe('PrepareForCopy', () => {
  it('lets go of the volume and seals nothing', async () => {
    await begin();
    const released = host.released;
    await succeed(client.prepareForCopy({ lease, operationId: 'c1' }));
    await succeed(client.prepareForCopy({ lease, operationId: 'c1' }));
    expect(host.released).toBe(released + 2);
    expect(await streamStatus(client)).toMatchObject({ state: 'IDLE', leaf: '1', generation: '1' });
  });

  it('needs a complete image', async () => {
    client = await host.startRaw({ imageServer: image.images.address });
    lease = await leaseOn(client);
    host.attach();
    await client.addDevice({ deviceId: volumeId, lease });
    const { error } = await follow(client.prepareForCopy({ lease, operationId: 'c1' }));
    expect(error).toMatchObject({ code: 'NOT_SEALABLE', message: expect.stringContaining('holds nothing') });
  });
});

/** Takes what is left. */
const rest = async (chunks: AsyncIterator<unknown>): Promise<void> => {
  while (!(await chunks.next()).done);
};
