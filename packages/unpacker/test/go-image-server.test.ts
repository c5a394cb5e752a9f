import { lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SrpcImageSource } from '@ami-publisher/image';
import type { LeaseRefMessage, UnpackerRpcClient } from '@ami-publisher/protocol';
import { daemonKinds, SrpcClient, type SrpcClientTls } from '@ami-publisher/srpc';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GoImageServer, madeOn } from '../../image/test/support/go-image-server.js';
import { createAuthority } from '../../srpc/test/support/certificates.js';
import { TestImageServer } from './fixture/image-server.js';
import { describeTree, makeFirstTree, makeSecondTree } from './fixture/trees.js';
import { follow, leaseOn, stream, streamStatus, succeed, TestHost, volumeId } from './fixture/unpacker.js';

let host: TestHost;
let images: GoImageServer;
let imageServer: string;
let client: UnpackerRpcClient;
let lease: LeaseRefMessage;

const grants = ['ImageServer.*', 'ObjectServer.GetObjects'];

/** What an image server of Go keeps: names of UTF-8, and one time for directories and links. */
const asGoKeepsIt = (root: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(describeTree(root)).map(([path, line]) => {
      const [mode = '', uid, gid, size, mtimeNs, ...rest] = line.split(' ');
      const hasOwnTime = !/^(16|41)\d{3}$/.test(mode);
      return [path, [mode, uid, gid, size, hasOwnTime ? mtimeNs : 'of the image', ...rest].join(' ')];
    }),
  );

/** The digest that a publisher plans with: it asks the same image server. */
const digestOf = async (leaf: string, tls: SrpcClientTls | 'plain-text' = 'plain-text'): Promise<string> => {
  const planner = new SrpcClient(daemonKinds.imageServer, { address: imageServer, tls });
  const { manifestDigest } = await new SrpcImageSource(planner).getImage(stream, leaf);
  planner.close();
  return manifestDigest;
};

const unpack = (leaf: string, manifestDigest: string, operationId = leaf) =>
  client.unpackImage({ lease, operationId, leaf, manifestDigest });

const withVolume = async (options: Omit<Parameters<TestHost['start']>[0], 'imageServer'>): Promise<void> => {
  host.attach();
  client = await host.start({ imageServer, imageServerProtocol: 'srpc', ...options });
  lease = await leaseOn(client);
  await client.addDevice({ deviceId: volumeId, lease });
};

beforeEach(() => {
  host = new TestHost();
  const first = makeFirstTree(host.path('1'));
  // Names that are not UTF-8 do not pass.
  rmSync(join(first, 'etc/deep'), { recursive: true });
  makeSecondTree(first, host.path('2'));
});
afterEach(async () => {
  images.stop();
  await host.dispose();
});

const serving = async (server = new GoImageServer()): Promise<void> => {
  images = server;
  for (const leaf of ['1', '2']) images.add(`${stream}/${leaf}`, host.path(leaf));
  imageServer = await images.start();
};

const expectTree = (leaf: string): void =>
  expect(asGoKeepsIt(host.tree())).toEqual(asGoKeepsIt(host.path(leaf)));

describe('an unpacker whose image server is of Go', () => {
  it('fetches over mutual TLS with certificates of that estate, and makes volumes equal to the trees', async () => {
    const authority = await createAuthority('estate');
    const { cert, key } = await authority.issue({ name: 'image server' });
    await serving(new GoImageServer({ ca: authority.ca, cert, key }));
    const own = await authority.issue({ name: 'unpacker', methods: grants });
    const imageServerCertificates = host.path('go-certificates');
    mkdirSync(imageServerCertificates);
    for (const [name, text] of [
      ['CA.pem', authority.ca],
      ['unpacker.cert', own.cert],
      ['unpacker.key', own.key],
    ] as const)
      writeFileSync(join(imageServerCertificates, name), text);
    await withVolume({ imageServerCertificates });
    const tls = { ca: authority.ca, pairs: [own] };
    for (const [leaf, written] of [
      ['1', 45],
      ['2', 3],
    ] as const) {
      const { last } = await follow(unpack(leaf, await digestOf(leaf, tls)));
      expect(last).toMatchObject({ state: 'SUCCEEDED', unpacked: { filesWritten: String(written) } });
      expect(Number(last?.unpacked?.bytesFetched)).toBeGreaterThan(0);
      expect(last?.bytesDone).toBe(last?.bytesTotal);
      expectTree(leaf);
    }
    expect(Number(madeOn)).toBe(Math.floor(lstatSync(join(host.tree(), 'bin')).mtimeMs));
  });

  it('refuses an object with another content, and keeps the old image whole', async () => {
    await serving();
    await withVolume({});
    await succeed(unpack('1', await digestOf('1')));
    images.spoil = (content) => Buffer.concat([Buffer.of(0), content.subarray(1)]);
    const digest = await digestOf('2');
    const { error } = await follow(unpack('2', digest));
    expect(error).toMatchObject({ code: 'OBJECT_CORRUPT' });
    expect(await streamStatus(client)).toMatchObject({ leaf: '1', lastError: { code: 'OBJECT_CORRUPT' } });
    expectTree('1');
    images.spoil = undefined;
    await succeed(unpack('2', digest));
    expectTree('2');
  });

  it('says that a server has vanished half-way, keeps the old image whole, and goes on in the next run', async () => {
    await serving();
    await withVolume({});
    await succeed(unpack('1', await digestOf('1')));
    const digest = await digestOf('2');
    images.spoil = () => {
      images.stop();
      return Buffer.of(0);
    };
    const { error } = await follow(unpack('2', digest));
    expect(error).toMatchObject({
      code: 'IMAGE_SERVER_UNREACHABLE',
      message: expect.stringContaining(imageServer),
    });
    expectTree('1');
    const gone = await follow(unpack('2', digest));
    expect(gone.error).toMatchObject({
      code: 'IMAGE_SERVER_UNREACHABLE',
      message: expect.stringContaining(`${imageServer} has not answered`),
    });
    images.spoil = undefined;
    await images.start(Number(imageServer.split(':')[1]));
    await succeed(unpack('2', digest));
    expectTree('2');
  });

  it('stops fetching when its operation is cancelled', async () => {
    await serving();
    await withVolume({});
    let hasBegun = false;
    images.spoil = () => {
      hasBegun = true;
      return new Promise<undefined>(() => {});
    };
    const following = follow(unpack('1', await digestOf('1')));
    await expect.poll(() => hasBegun).toBe(true);
    await client.cancelOperation({ operationId: '1', lease });
    expect((await following).error).toMatchObject({ code: 'CANCELLED' });
  });

  it('refuses an image that is not the planned one, or that is not there', async () => {
    await serving();
    await withVolume({});
    const other = await follow(unpack('1', await digestOf('2')));
    expect(other.error).toMatchObject({ code: 'IMAGE_DIGEST_MISMATCH' });
    const none = await follow(unpack('3', await digestOf('2'), 'none'));
    expect(none.error).toMatchObject({ code: 'IMAGE_NOT_FOUND' });
  });
});

describe('an unpacker that is to find out what its image server speaks', () => {
  it('follows it from SRPC to gRPC without a restart', async () => {
    await serving();
    await withVolume({ imageServerProtocol: 'auto' });
    await succeed(unpack('1', await digestOf('1')));
    images.stop();
    const ours = new TestImageServer();
    await ours.start(Number(imageServer.split(':')[1]));
    const { manifestDigest } = await ours.add(stream, '2', host.path('2'));
    await succeed(unpack('2', manifestDigest));
    await ours.stop();
    expect(describeTree(host.tree())).toEqual(describeTree(host.path('2')));
  });

  it('says so if nothing answers, and does not start with certificates that it cannot read', async () => {
    await serving();
    images.stop();
    await withVolume({ imageServerProtocol: 'auto' });
    const { error } = await follow(unpack('1', 'ab'.repeat(64)));
    expect(error).toMatchObject({
      code: 'IMAGE_SERVER_UNREACHABLE',
      message: expect.stringMatching(/has not answered for 0 s: .*cannot tell what .* speaks/),
    });
    await host.stop();
    const imageServerCertificates = host.path('nowhere');
    const starting = host.start({ imageServer, imageServerProtocol: 'srpc', imageServerCertificates });
    await expect(starting).rejects.toMatchObject({
      code: 'CERTIFICATE_REFUSED',
      message: expect.stringContaining(imageServerCertificates),
    });
  });
});
