import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LeaseRefMessage, UnpackerRpcClient } from '@ami-publisher/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TestImageServer } from './fixture/image-server.js';
import { describeTree, makeFirstTree, makeSecondTree } from './fixture/trees.js';
import { follow, leaseOn, stream, streamStatus, succeed, TestHost, volumeId } from './fixture/unpacker.js';

const images = new TestImageServer();
const trees = new TestHost();
const first = { leaf: '1', manifestDigest: '' };
const second = { leaf: '2', manifestDigest: '' };
let host: TestHost;
let client: UnpackerRpcClient;
let lease: LeaseRefMessage;

beforeAll(async () => {
  await images.start();
  const root = makeFirstTree(trees.path('first'));
  first.manifestDigest = (await images.add(stream, '1', root)).manifestDigest;
  second.manifestDigest = (
    await images.add(stream, '2', makeSecondTree(root, trees.path('second')))
  ).manifestDigest;
});
afterAll(async () => {
  await images.stop();
  await trees.dispose();
});
beforeEach(async () => {
  host = new TestHost();
  host.attach();
  client = await host.start({ imageServer: images.address });
  lease = await leaseOn(client);
  await client.addDevice({ deviceId: volumeId, kmsKeys: ['alias/images'], lease });
});
afterEach(() => host.dispose());

const unpack = (operationId: string, image = first) => client.unpackImage({ lease, operationId, ...image });

describe('a publication', () => {
  it('unpacks, seals and confirms an image, and then patches the volume to the next release', async () => {
    const { unpacked } = await succeed(unpack('u1'));
    expect(unpacked).toMatchObject({ leaf: '1', generation: '1', filesRemoved: '0' });
    expect(Number(unpacked?.filesWritten)).toBeGreaterThan(40);
    expect(describeTree(host.tree())).toEqual(describeTree(trees.path('first')));
    expect(await streamStatus(client)).toMatchObject({ state: 'UNPACKED', leaf: '1', generation: '1' });

    const { captured } = await succeed(client.prepareForCapture({ lease, operationId: 'c1' }));
    expect(captured).toEqual({ ...first, generation: '1' });
    expect(JSON.parse(readFileSync(join(host.volume(), 'seal.json'), 'utf8'))).toEqual({
      stream,
      ...first,
      generation: 1,
    });
    expect(existsSync(join(host.volume(), 'staging'))).toBe(false);
    expect(await streamStatus(client)).toMatchObject({ state: 'SEALED' });
    expect(await client.confirmCapture({ lease, generation: 1 })).toEqual({
      manifestDigest: first.manifestDigest,
    });

    await succeed(client.prepareForUnpack({ lease, operationId: 'p1' }));
    expect(existsSync(join(host.volume(), 'seal.json'))).toBe(false);
    expect(await streamStatus(client)).toMatchObject({ state: 'PREPARED', generation: '2', leaf: '1' });

    const next = await succeed(unpack('u2', second));
    expect(next.unpacked).toMatchObject({ generation: '3', filesWritten: '3', filesRemoved: '3' });
    expect(Number(next.unpacked?.bytesFetched)).toBe('changed\nnew\n'.length);
    expect(describeTree(host.tree())).toEqual(describeTree(trees.path('second')));
  });

  it('does nothing, quickly, when the volume holds the image already, sealed or not', async () => {
    await succeed(unpack('u1'));
    await succeed(client.prepareForCapture({ lease, operationId: 'c1' }));
    const again = await succeed(unpack('u2'));
    expect(again.unpacked).toEqual({
      ...first,
      generation: '1',
      filesWritten: '0',
      filesRemoved: '0',
      metadataChanged: '0',
      bytesFetched: '0',
      bytesWritten: '0',
    });
    expect(await client.confirmCapture({ lease, generation: 1 })).toMatchObject(
      expect.objectContaining({ manifestDigest: first.manifestDigest }),
    );
  });

  it('does not confirm a capture once the volume was opened for writing', async () => {
    await succeed(unpack('u1'));
    await succeed(client.prepareForCapture({ lease, operationId: 'c1' }));
    await succeed(client.prepareForUnpack({ lease, operationId: 'p1' }));
    await expect(client.confirmCapture({ lease, generation: 1 })).rejects.toMatchObject({
      code: 'CAPTURE_NOT_CONFIRMED',
      message: expect.stringContaining('it is open at generation 2'),
    });
    await succeed(client.prepareForCapture({ lease, operationId: 'c2' }));
    await expect(client.confirmCapture({ lease, generation: 1 })).rejects.toMatchObject({
      code: 'CAPTURE_NOT_CONFIRMED',
    });
    await expect(client.confirmCapture({ lease, generation: 2 })).resolves.toMatchObject({});
  });

  it('seals anew under the same operation id when the volume was opened in between', async () => {
    await succeed(unpack('u1'));
    await succeed(client.prepareForCapture({ lease, operationId: 'c1' }));
    await succeed(client.prepareForUnpack({ lease, operationId: 'p1' }));
    const { captured } = await succeed(client.prepareForCapture({ lease, operationId: 'c1' }));
    expect(captured?.generation).toBe('2');
    expect(existsSync(join(host.volume(), 'seal.json'))).toBe(true);
  });

  it('gives a tree of the same content another leaf without touching it', async () => {
    await images.add(stream, '1-again', trees.path('first'));
    await succeed(unpack('u1'));
    await succeed(client.prepareForCapture({ lease, operationId: 'c1' }));
    const relabelled = await succeed(unpack('u2', { ...first, leaf: '1-again' }));
    expect(relabelled.unpacked).toMatchObject({ leaf: '1-again', filesWritten: '0', generation: '2' });
    const { captured } = await succeed(client.prepareForCapture({ lease, operationId: 'c2' }));
    expect(captured).toMatchObject({ leaf: '1-again', generation: '2' });
  });

  it('keeps nothing of its own in the tree', async () => {
    await succeed(unpack('u1'));
    await succeed(client.prepareForCapture({ lease, operationId: 'c1' }));
    const own = ['index', 'seal.json', 'tree', 'unset.jsonl', 'volume.json'];
    expect(readdirSync(host.volume()).sort()).toEqual(own);
  });

  it('[U52] survives a restart with what it knows of the volume', async () => {
    await succeed(unpack('u1'));
    await succeed(client.prepareForCapture({ lease, operationId: 'c1' }));
    await host.stop();
    client = await host.start({ imageServer: images.address });
    expect(await streamStatus(client)).toMatchObject({ state: 'SEALED', generation: '1', leaf: '1' });
    expect((await client.getStatus({})).devices).toMatchObject([{ kmsKeys: ['alias/images'] }]);
    await expect(client.confirmCapture({ lease, generation: 1 })).resolves.toMatchObject({});
    const { last } = await follow(client.prepareForCapture({ lease, operationId: 'c1' }));
    expect(last?.captured).toMatchObject({ generation: '1' });
  });
});
