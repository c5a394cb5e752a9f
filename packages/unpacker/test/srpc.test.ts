import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CertificateAuthority,
  createCertificateAuthority,
  createUnpackerClient,
  type Role,
} from '@ami-publisher/protocol';
import { daemonKinds, SrpcClient, SrpcUnpacker } from '@ami-publisher/srpc';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { TestImageServer } from './fixture/image-server.js';
import { describeTree, makeFirstTree } from './fixture/trees.js';
import { leaseOn, stream, TestHost, volumeId } from './fixture/unpacker.js';

const images = new TestImageServer();
const trees = new TestHost();
let host: TestHost;
let address: string;

beforeAll(async () => {
  await images.start();
  await images.add(stream, '1', makeFirstTree(trees.path('first')));
});
afterAll(async () => {
  await images.stop();
  await trees.dispose();
});
beforeEach(() => {
  host = new TestHost();
});
afterEach(() => host.dispose());

const dial = (tls: ConstructorParameters<typeof SrpcClient>[1]['tls']): SrpcUnpacker => {
  const client = new SrpcClient(daemonKinds.unpacker, { address, tls });
  onTestFinished(() => client.close());
  return new SrpcUnpacker(client);
};

describe('a publication over SRPC', () => {
  it('adds a volume, unpacks, seals and removes it, as the Go daemon would', async () => {
    const rpc = await host.start({ imageServer: images.address });
    address = host.address;
    const unpacker = dial('plain-text');
    await expect(unpacker.prepareForUnpack(stream)).rejects.toMatchObject({ code: 'DEVICE_NOT_FOUND' });
    await unpacker.addDevice(volumeId, async () => host.attach());
    await unpacker.associateStream(stream, volumeId);
    expect(await unpacker.status()).toMatchObject({
      devices: { [volumeId]: { stream } },
      streams: { [stream]: { deviceId: volumeId, status: 'no file-system' } },
    });
    const lines: string[] = [];
    const watching = new AbortController();
    const watched = unpacker
      .watchLog(stream, (line) => lines.push(line), { signal: watching.signal })
      .catch((reason: unknown) => reason);
    await unpacker.unpackImage(stream, '1');
    expect(describeTree(host.tree())).toEqual(describeTree(trees.path('first')));
    const unpacked = () =>
      lines.flatMap((line) => /UnpackImage.* succeeded at \S+: (.*)/.exec(line)?.[1] ?? []);
    await expect.poll(unpacked).toEqual([expect.stringMatching(/^[1-9]\d* files written, 0 removed/)]);
    const index = join(host.volume(), 'index');
    rmSync(index);
    await unpacker.prepareForUnpack(stream, { skipIfPrepared: true });
    expect(existsSync(index)).toBe(false);
    await unpacker.prepareForUnpack(stream);
    expect(existsSync(index)).toBe(true);
    await unpacker.unpackImage(stream, '1');
    await expect.poll(unpacked).toHaveLength(2);
    expect(unpacked().at(-1)).toBe('0 files written, 0 removed, 0 with other metadata');
    await unpacker.prepareForCapture(stream);
    expect((await rpc.getStatus({})).streams).toMatchObject([{ state: 'SEALED', leaf: '1', lease: null }]);
    expect((await unpacker.status()).streams[stream]?.status).toBe('not mounted');
    await unpacker.prepareForUnpack(stream, { doNotWait: true });
    await expect
      .poll(() => lines.at(-1), { timeout: 10_000 })
      .toMatch(/^\d{4}\/\d\d\/\d\d [\d:]{8} PrepareForUnpack\(base\/debian\) succeeded/);
    watching.abort();
    expect(await watched).toMatchObject({ code: 'CANCELLED' });
    await expect(unpacker.getRaw(stream, () => {})).rejects.toThrow('over gRPC');
    await unpacker.forgetStream(stream);
    await unpacker.removeDevice(volumeId);
    expect(await unpacker.status()).toMatchObject({ devices: {}, streams: {} });
  });

  it('tells what it cannot do in words that clients know, and keeps off streams that are leased', async () => {
    const rpc = await host.start({ imageServer: images.address });
    address = host.address;
    const unpacker = dial('plain-text');
    await expect(unpacker.unpackImage(stream, '1')).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' });
    await expect(unpacker.unpackImage(stream, 'none')).rejects.toThrow('no such image');
    await leaseOn(rpc);
    await expect(unpacker.associateStream(stream, volumeId)).rejects.toThrow(
      /leased to publication|know volume/,
    );
  });
});

describe('one port', () => {
  const filesOf = async (authority: CertificateAuthority) => {
    const server = { service: 'unpacker', account: '111111111111', region: 'eu-west-1' } as const;
    const issued = await authority.issue({ commonName: 'unpacker', server, from: Date.now() });
    const file = (name: string, text: string): string => {
      writeFileSync(host.path(name), text);
      return host.path(name);
    };
    const certificates = { certFile: file('cert', issued.cert), keyFile: file('key', issued.key) };
    return { caFile: file('ca', authority.cert), ...certificates };
  };

  it('serves gRPC and SRPC with the same certificates, each as far as roles and grants go', async () => {
    const authority = await createCertificateAuthority({ commonName: 'test', from: Date.now() });
    await host.start({ imageServer: images.address, tls: await filesOf(authority) });
    address = host.address;
    const ca = Buffer.from(authority.cert);
    const as = async (role: Role) => {
      const { cert, key } = await authority.issue({ commonName: role, role, from: Date.now() });
      return { name: role, cert: Buffer.from(cert), key: Buffer.from(key) };
    };
    const publisher = await as('publisher');
    const rpc = createUnpackerClient({ address, tls: { ca, ...publisher } });
    onTestFinished(() => rpc.close());
    expect((await rpc.getStatus({})).streams).toEqual([]);
    expect((await dial({ ca, pairs: [publisher] }).status()).streams).toEqual({});
    const reader = dial({ ca, pairs: [await as('reader')] });
    expect((await reader.status()).devices).toEqual({});
    await expect(reader.prepareForUnpack(stream)).rejects.toMatchObject({ code: 'ROLE_REFUSED' });
    await expect(dial('plain-text').status()).rejects.toMatchObject({ code: 'CERTIFICATE_REFUSED' });
  });
});
