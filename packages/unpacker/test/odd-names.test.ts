import { readdirSync } from 'node:fs';
import type { UnpackerRpcClient } from '@ami-publisher/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { follow, leaseOn, stream, TestHost, volumeId } from './fixture/unpacker.js';

const host = new TestHost();
let client: UnpackerRpcClient;
const lease = { stream, publication: 'pub-1', epoch: 1 };
const digest = 'a'.repeat(128);

beforeAll(async () => {
  client = await host.start({ imageServer: '127.0.0.1:1' });
  await leaseOn(client);
  host.attach();
});
afterAll(() => host.dispose());

const streamNames = [
  '',
  ' ',
  '/',
  '/base',
  'base/',
  'base//debian',
  '../etc',
  'a/../b',
  'a\0b',
  'a\nb',
  'é',
  '-a',
];

describe('odd names', () => {
  it.each([...streamNames, 'x'.repeat(201)])('[U1] as a stream (%j) are refused', async (name) => {
    const expected = { code: 'INVALID_NAME' };
    await expect(client.createStream({ stream: name })).rejects.toMatchObject(expected);
    const request = { stream: name, publication: 'p', holder: 'h' };
    await expect(client.acquireLease(request)).rejects.toMatchObject(expected);
    await expect(client.forgetStream({ stream: name, force: true })).rejects.toMatchObject(expected);
    const named = { ...lease, stream: name };
    await expect(client.addDevice({ deviceId: volumeId, lease: named })).rejects.toMatchObject(expected);
    await expect(client.confirmCapture({ lease: named, generation: 1 })).rejects.toMatchObject(expected);
  });

  it.each([
    '',
    'vol-',
    'vol-0123456',
    'VOL-01234567',
    'vol-0123456g',
    'vol-01234567\r',
    '../vol-01234567',
    'xvdf',
  ])('[U18] as a device (%j) are refused', async (deviceId) => {
    const expected = { code: 'INVALID_OPTION', message: expect.stringContaining('an EBS volume id') };
    await expect(client.addDevice({ deviceId, lease })).rejects.toMatchObject(expected);
    await expect(client.claimDevice({ deviceId, force: true })).rejects.toMatchObject(expected);
    await expect(client.associateStream({ deviceId, lease })).rejects.toMatchObject(expected);
    await expect(client.growDevice({ deviceId, lease })).rejects.toMatchObject(expected);
    await expect(client.removeDevice({ deviceId, force: true })).rejects.toMatchObject(expected);
  });

  it.each([
    ['leaf', { leaf: '..' }, 'INVALID_NAME'],
    ['leaf', { leaf: 'a/b' }, 'INVALID_NAME'],
    ['digest', { manifestDigest: 'A'.repeat(128) }, 'INVALID_OPTION'],
    ['digest', { manifestDigest: '' }, 'INVALID_OPTION'],
    ['operation id', { operationId: '' }, 'INVALID_OPTION'],
    ['operation id', { operationId: 'a b' }, 'INVALID_OPTION'],
    ['operation id', { operationId: 'x'.repeat(501) }, 'INVALID_OPTION'],
  ])('[U67] as a %s (%j) are refused', async (_what, odd, code) => {
    const request = { lease, leaf: '1', manifestDigest: digest, operationId: 'u', ...odd };
    expect((await follow(client.unpackImage(request))).error).toMatchObject({ code });
  });

  it.each([
    ['publication', { publication: 'a b' }],
    ['publication', { publication: '' }],
    ['holder', { holder: '' }],
    ['holder', { holder: 'a\nb' }],
    ['time to live', { ttlMs: 999 }],
    ['time to live', { ttlMs: 600_001 }],
  ])('[U67] as a %s (%j) are refused', async (_what, odd) => {
    const request = { stream, publication: 'pub-1', holder: 'host:1', ...odd };
    await expect(client.acquireLease(request)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('leave nothing behind', async () => {
    const { streams, devices } = await client.getStatus({});
    expect(streams).toMatchObject([{ name: stream, operation: null }]);
    expect(devices).toEqual([]);
    expect(readdirSync(host.volume())).toEqual([]);
  });

  it('that are names of object members are names like others', async () => {
    for (const name of ['__proto__', 'constructor']) await client.createStream({ stream: name });
    await host.stop();
    client = await host.start({ imageServer: '127.0.0.1:1' });
    const { streams } = await client.getStatus({});
    expect(streams.map(({ name }) => name)).toEqual([stream, '__proto__', 'constructor']);
  });
});
