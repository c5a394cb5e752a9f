import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, silentLogger } from '@ami-publisher/base';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  daemonKinds,
  type KeyPair,
  readKeyPairs,
  SrpcClient,
  type SrpcClientOptions,
  SrpcImageServer,
  type SrpcServerTls,
  SrpcUnpacker,
} from '../src/index.js';
import { createAuthority, type TestAuthority } from './support/certificates.js';
import { methods } from './support/methods.js';
import { greetThen, serve } from './support/serving.js';

let authority: TestAuthority;
let stranger: TestAuthority;
let serverTls: SrpcServerTls;
let admin: KeyPair;
let reader: KeyPair;
let foreign: KeyPair;

beforeAll(async () => {
  authority = await createAuthority('CA');
  stranger = await createAuthority('another CA');
  const { cert, key } = await authority.issue({ name: 'any-server' });
  serverTls = { cert, key, ca: authority.ca };
  admin = await authority.issue({ name: 'admin', methods: ['*.*'] });
  reader = await authority.issue({ name: 'reader', methods: ['ImageUnpacker.Get*'], groups: ['ops'] });
  foreign = await stranger.issue({ name: 'foreign', methods: ['*.*'] });
});

const clientOf = (address: string, pairs: readonly KeyPair[], more: Partial<SrpcClientOptions> = {}) =>
  new SrpcClient(daemonKinds.unpacker, { address, tls: { pairs, ca: authority.ca }, ...more });

/** An unpacker and an image server in one, as the certificate of a client lets it see them. */
const asSeenBy = async (tls: SrpcServerTls, pair: KeyPair) => {
  const { address } = await serve({ methods, tls });
  const client = clientOf(address, [pair]);
  return { unpacker: new SrpcUnpacker(client), images: new SrpcImageServer(client) };
};

describe('a client with certificates', () => {
  it('[C4] tries its key pairs in order, and begins with the one that was taken from then on', async () => {
    const { address, count } = await serve({ methods, tls: serverTls });
    const client = clientOf(address, [foreign, admin]);
    expect(await new SrpcUnpacker(client).status()).toMatchObject({ idleMs: 1 });
    expect(count()).toBe(2);
    await client.callApart({ method: 'ping', timeoutMs: 5_000, talk: (wire) => wire.ping() });
    expect(count()).toBe(3);
  });

  it.each([
    ['a certificate of another authority', () => foreign],
    ['a certificate that has expired', () => authority.issue({ name: 'old', days: [-3, -1] })],
  ])(
    '[C3] is told that it is refused for %s, which TLS 1.3 tells only after the handshake',
    async (_what, pair) => {
      const { address } = await serve({ methods, tls: serverTls });
      const refused = new SrpcUnpacker(clientOf(address, [await pair()])).status();
      await expect(refused).rejects.toMatchObject({
        code: 'CERTIFICATE_REFUSED',
        message: expect.stringMatching(/with the client certificate (foreign|old): .*(ALERT|closed)/),
      });
    },
  );

  it('names each key pair when all are refused', async () => {
    const { address } = await serve({ methods, tls: serverTls });
    const refused = new SrpcUnpacker(clientOf(address, [foreign, { ...foreign, name: 'second' }])).status();
    await expect(refused).rejects.toThrow(/certificate foreign: .*certificate second: /);
  });

  it('does not talk to a server of another authority, unless any server will do', async () => {
    const { cert, key } = await stranger.issue({ name: 'any-server' });
    const { address } = await serve({ methods, tls: { ...serverTls, cert, key } });
    await expect(new SrpcUnpacker(clientOf(address, [admin])).status()).rejects.toMatchObject({
      code: 'CERTIFICATE_REFUSED',
      message: expect.stringContaining('cannot be used'),
    });
    const trusting = clientOf(address, [admin], { tls: { pairs: [admin], ca: 'any-server' } });
    expect(await new SrpcUnpacker(trusting).status()).toBeDefined();
  });

  it('does not go over to plain text by itself', async () => {
    const { address } = await serve({ methods, tls: 'plain-text' });
    await expect(new SrpcUnpacker(clientOf(address, [admin])).status()).rejects.toMatchObject({
      code: 'PROTOCOL_UNSUPPORTED',
    });
  });

  it('is told that a server without TLS wants a certificate', async () => {
    const { address } = await serve({ methods, tls: serverTls });
    const plain = clientOf(address, [], { tls: 'plain-text' });
    await expect(new SrpcUnpacker(plain).status()).rejects.toMatchObject({ code: 'CERTIFICATE_REFUSED' });
  });

  it('gives up a server that does not go on with TLS', async () => {
    const address = await greetThen(() => {});
    const status = new SrpcUnpacker(clientOf(address, [admin], { connectTimeoutMs: 100 })).status();
    await expect(status).rejects.toMatchObject({ code: 'UNPACKER_UNREACHABLE' });
  });
});

describe('a server with certificates', () => {
  it.each([
    ['*.*', true],
    ['ImageUnpacker.*', true],
    ['ImageUnpacker.Get*', true],
    ['ImageUnpacker.G?t[A-S]tatus', true],
    ['ImageUnpacker.Prepare*', false],
    ['*.GetStatu', false],
  ])('[S7] lets a certificate with %s call GetStatus: %s', async (pattern, isAllowed) => {
    const pair = await authority.issue({ name: 'somebody', methods: ['Other.Method', pattern] });
    const { unpacker } = await asSeenBy(serverTls, pair);
    if (isAllowed) expect(await unpacker.status()).toMatchObject({ devices: {}, streams: {} });
    else await expect(unpacker.status()).rejects.toMatchObject({ code: 'ROLE_REFUSED' });
  });

  it('lets whoever has a certificate call what is public, and goes on after a refusal', async () => {
    const { unpacker, images } = await asSeenBy(
      serverTls,
      await authority.issue({ name: 'nobody in particular' }),
    );
    await expect(unpacker.status()).rejects.toMatchObject({ code: 'ROLE_REFUSED' });
    expect(await images.hasImage('base/test/v1')).toBe(true);
  });

  it('[S8] takes names but no grants from an authority for identities', async () => {
    const tls = { ...serverTls, identityCa: stranger.ca };
    const { unpacker, images } = await asSeenBy(tls, foreign);
    await expect(unpacker.status()).rejects.toMatchObject({ code: 'ROLE_REFUSED' });
    expect(await images.hasImage('base/test/v1')).toBe(true);
    const granted = await asSeenBy(tls, reader);
    expect(await granted.unpacker.status()).toBeDefined();
  });

  it.each([
    ['a method without a dot', Buffer.from([0x30, 3, 0x0c, 1, 0x61])],
    ['bytes behind the list', Buffer.from([0x30, 0, 0x0c, 0])],
    ['no list', Buffer.from([0x0c, 3, 0x61, 0x2e, 0x62])],
    ['an element that goes on behind the end', Buffer.from([0x30, 9, 0x0c, 1])],
  ])('sends a certificate with %s away', async (_what, methodsAsDer) => {
    const { unpacker } = await asSeenBy(serverTls, await authority.issue({ name: 'odd', methodsAsDer }));
    await expect(unpacker.status()).rejects.toMatchObject({ code: 'CERTIFICATE_REFUSED' });
  });
});

describe('a folder of key pairs', () => {
  const folderOf = (files: Readonly<Record<string, Buffer>>): string => {
    const folder = mkdtempSync(join(tmpdir(), 'srpc-keys-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return folder;
  };
  const filesOf = (name: string, { cert, key }: KeyPair) => ({
    [`${name}.cert`]: cert,
    [`${name}.key`]: key,
  });

  it('[C4] is put in order: everything granted, more granted, valid longer', async () => {
    const longer = await authority.issue({ name: 'x', methods: ['A.b'], days: [-1, 9] });
    const shorter = await authority.issue({ name: 'x', methods: ['A.b'], days: [-1, 2] });
    const more = await authority.issue({ name: 'x', methods: ['A.b', 'A.c'] });
    const directory = folderOf({
      ...{ ...filesOf('a-shorter', shorter), ...filesOf('b-longer', longer) },
      ...{ ...filesOf('c-more', more), 'key.pem': admin.key, 'cert.pem': admin.cert },
    });
    const pairs = readKeyPairs({ directory, now: Date.now(), logger: silentLogger });
    expect(pairs.map(({ name }) => name)).toEqual(['cert', 'c-more', 'b-longer', 'a-shorter']);
  });

  it('is used although some of it cannot be, with a warning for each', async () => {
    const expired = await authority.issue({ name: 'x', days: [-3, -1] });
    const future = await authority.issue({ name: 'x', days: [1, 2] });
    const files = { ...filesOf('good', reader), ...filesOf('old', expired), ...filesOf('young', future) };
    const directory = folderOf({
      ...files,
      'alone.key': admin.key,
      ...filesOf('mixed', { ...admin, key: reader.key }),
    });
    const warnings: string[] = [];
    const logger: Logger = { ...silentLogger, warn: (message) => warnings.push(message) };
    const pairs = readKeyPairs({ directory, now: Date.now(), logger });
    expect(pairs.map(({ name }) => name)).toEqual(['good']);
    expect(warnings.map((text) => /(\w+) is passed over/.exec(text)?.[1])).toEqual([
      'alone',
      'mixed',
      'old',
      'young',
    ]);
  });

  it.each([
    ['is empty', () => folderOf({})],
    ['does not exist', () => '/nonexistent'],
  ])('is refused if it %s', (_what, directory) => {
    const read = () => readKeyPairs({ directory: directory(), now: Date.now(), logger: silentLogger });
    expect(read).toThrow(expect.objectContaining({ code: 'CERTIFICATE_REFUSED' }));
  });
});
