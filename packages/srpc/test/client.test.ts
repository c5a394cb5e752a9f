import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { systemClock } from '@ami-publisher/base';
import { describe, expect, it } from 'vitest';
import {
  answering,
  daemonKinds,
  SrpcClient,
  type SrpcClientOptions,
  SrpcImageServer,
  type SrpcMethod,
  SrpcObjectServer,
  SrpcUnpacker,
} from '../src/index.js';
import { methods } from './support/methods.js';
import { replay } from './support/replay.js';
import { whole } from './support/scripted-peer.js';
import { greetThen, listenOn, serve } from './support/serving.js';
import { readTranscript } from './support/transcript.js';

const clientOf = (address: string, more: Partial<SrpcClientOptions> = {}) =>
  new SrpcClient(daemonKinds.unpacker, { address, tls: 'plain-text', ...more });

const unpackerServing = async (more: Readonly<Record<string, SrpcMethod>>) => {
  const { address, count } = await serve({ methods: { ...methods, ...more }, tls: 'plain-text' });
  const client = clientOf(address);
  return { client, count, unpacker: new SrpcUnpacker(client), images: new SrpcImageServer(client) };
};

/** A peer that answers each line or value with the next of some texts. */
const answeringWith =
  (...answers: readonly string[]) =>
  (socket: Socket): void => {
    const left = [...answers];
    socket.on('data', () => {
      const answer = left.shift();
      if (answer === undefined) socket.destroy();
      else socket.write(answer);
    });
  };

const pong = '\n';
const accepted = '\n';

describe('connecting', () => {
  it.each([
    ['bare line feeds', 'HTTP/1.0 200 Connected to Go SRPC\n\n'],
    ['carriage returns', 'HTTP/1.1 200 Connected to Go SRPC\r\nX-Header: yes\r\n\r\n'],
  ])('[C1] accepts an agreement with %s', async (_what, agreement) => {
    const address = await listenOn((socket) =>
      answeringWith(
        agreement,
        pong,
        accepted,
        '\n{"Devices":null,"ImageStreams":null,"TimeSinceLastUsed":0}\n',
      )(socket),
    );
    expect(await new SrpcUnpacker(clientOf(address)).status()).toEqual({
      devices: {},
      streams: {},
      idleMs: 0,
    });
  });

  it('[C2] keeps what comes right behind the agreement, and trusts no answer that came before its question', async () => {
    const address = await listenOn((socket) =>
      answeringWith('HTTP/1.0 200 Connected to Go SRPC\n\n\n')(socket),
    );
    await expect(new SrpcUnpacker(clientOf(address)).status()).rejects.toMatchObject({
      code: 'PROTOCOL_BROKEN',
      message: expect.stringContaining('bytes came that nobody had asked for'),
    });
  });

  it.each([
    ['HTTP/1.1 404 Not Found\r\n\r\n', 'PROTOCOL_UNSUPPORTED'],
    ['HTTP/1.1 405 Method Not Allowed\r\nAllow: GET\r\n\r\n', 'CERTIFICATE_REFUSED'],
    ['HTTP/1.1 401 Unauthorized\r\n\r\n', 'CERTIFICATE_REFUSED'],
    ['HTTP/1.1 200 OK\r\n\r\n', 'PROTOCOL_UNSUPPORTED'],
    ['SSH-2.0-OpenSSH_9.2\r\n\r\n', 'PROTOCOL_UNSUPPORTED'],
    ['', 'UNPACKER_UNREACHABLE'],
  ])('takes %j for %s', async (answer, code) => {
    const address = await listenOn((socket) => socket.once('data', () => socket.end(answer)));
    await expect(new SrpcUnpacker(clientOf(address)).status()).rejects.toMatchObject({ code });
  });

  it('takes no head that goes on for ever', async () => {
    const address = await listenOn((socket) => socket.once('data', () => socket.end('x'.repeat(9_000))));
    await expect(new SrpcUnpacker(clientOf(address)).status()).rejects.toMatchObject({
      code: 'PROTOCOL_BROKEN',
    });
  });

  it('says that nothing listens, and ends at once when it is cancelled', async () => {
    await expect(new SrpcUnpacker(clientOf('127.0.0.1:1')).status()).rejects.toMatchObject({
      code: 'UNPACKER_UNREACHABLE',
      message: expect.stringContaining('127.0.0.1:1'),
    });
    const silent = clientOf(await listenOn(() => {}));
    const cancelling = new SrpcUnpacker(silent).status({ signal: AbortSignal.timeout(30) });
    await expect(cancelling).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('requests', () => {
  it.each([511, 512, 513, 1536, 4096])(
    '[C5] of %d bytes are followed by no line feed, and by two more calls',
    async (size) => {
      const heard: Buffer[] = [];
      const { server } = await serve({ methods, tls: 'plain-text' });
      const address = await listenOn((socket) => {
        socket.on('data', (bytes) => heard.push(bytes));
        server.accept(socket);
      });
      const unpacker = new SrpcUnpacker(clientOf(address));
      const id = 'x'.repeat(size - '{"DeviceId":""}'.length);
      await expect(unpacker.removeDevice(id)).rejects.toMatchObject({ code: 'DEVICE_NOT_FOUND' });
      await unpacker.status();
      await unpacker.status();
      const said = Buffer.concat(heard)
        .toString()
        .replace(/Sync\w+\.x\n/, '<sync>');
      const twice = 'ImageUnpacker.GetStatus\n{}'.repeat(2);
      const path = 'CONNECT /_SRPC_/unsecured/JSON HTTP/1.0\r\n\r\n';
      expect(said).toBe(`${path}\nImageUnpacker.RemoveDevice\n{"DeviceId":"${id}"}<sync>${twice}`);
      const [recorded] = await replay(readTranscript(`request-no-newline-${size}`), whole);
      expect(recorded).toMatchObject({ code: 'DEVICE_NOT_FOUND' });
    },
  );

  it.each(['', 'two\nlines', 'null\0'])(
    'with the name %j never leave, since they would kill the daemon',
    async (name) => {
      const { unpacker, count } = await unpackerServing({});
      expect(() => unpacker.prepareForUnpack(name)).toThrow(
        expect.objectContaining({ code: 'INVALID_OPTION' }),
      );
      expect(count()).toBe(0);
    },
  );
});

describe('answers', () => {
  it('[C6] of several lines of an error are taken together, and the next call is understood', async () => {
    const [failed, next] = await replay(readTranscript('exportimage-multiline-error-sync'), whole);
    expect(failed).toMatchObject({
      text: expect.stringMatching(/uploading part 1\n\nupload failed: access denied$/),
    });
    expect(next).toMatchObject({ call: 'ImageUnpacker.GetStatus', value: expect.anything() });
  });

  it('[C9] may be lines of 25 MB', async () => {
    const { images } = await unpackerServing({
      'ImageServer.CheckImage': answering('open', () => ({
        Padding: 'é'.repeat(13_000_000),
        ImageExists: true,
      })),
    });
    expect(await images.hasImage('a/b')).toBe(true);
  });

  it('[C10] of raw bytes may begin like a line or a value', async () => {
    const body = Buffer.from('\n{"Error":"no"}\n\n');
    const { unpacker } = await unpackerServing({
      'ImageUnpacker.GetRaw': {
        access: 'open',
        talk: async (call) => {
          await call.value();
          await call.sendValue({ Error: '', Size: body.length });
          await call.sendBytes(body);
        },
      },
    });
    const parts: Buffer[] = [];
    expect(await unpacker.getRaw('s', (data) => void parts.push(data))).toBe(body.length);
    expect(Buffer.concat(parts)).toEqual(body);
  });

  it('[C11] of raw bytes may be an error and none', async () => {
    const [failed, next] = await replay(readTranscript('getraw-unknown-stream'), whole);
    expect(failed).toMatchObject({ code: 'STREAM_NOT_FOUND' });
    expect(next).toEqual({ call: 'ping', value: undefined });
  });

  it('[C12] that end between status and value are told from errors', async () => {
    const address = await greetThen(answeringWith(pong, accepted, '\n'));
    const truncated = await greetThen((socket) => {
      answeringWith(pong, accepted)(socket);
      socket.on('data', (bytes) => bytes.includes('{') && socket.end('\n'));
    });
    for (const place of [address, truncated]) {
      await expect(new SrpcUnpacker(clientOf(place)).status({ timeoutMs: 300 })).rejects.toMatchObject({
        code: place === truncated ? 'UNPACKER_UNREACHABLE' : 'TIMED_OUT',
      });
    }
  });

  it('[C13] may have null for each list and map', async () => {
    const image = { CreatedOn: '2026-01-02T03:04:05Z', ExpiresAt: '0001-01-01T00:00:00Z', Tags: null };
    const tree = { InodeTable: null, EntryList: null, EntriesByName: null, Mode: 16_877, Uid: 0, Gid: 0 };
    const { images, unpacker } = await unpackerServing({
      'ImageServer.GetImage': answering('open', () => ({ Image: { ...image, FileSystem: tree } })),
      'ImageUnpacker.GetStatus': answering('open', () => ({
        Devices: null,
        ImageStreams: null,
        TimeSinceLastUsed: 0,
      })),
    });
    const seen: string[] = [];
    const found = await images.tree('a/b', (number) => seen.push(number));
    expect(found).toMatchObject({ tags: {}, root: { entries: [] } });
    expect(seen).toEqual([]);
    expect(await unpacker.status()).toMatchObject({ devices: {}, streams: {} });
  });

  it('[C14] [C15] [C16] keep numbers of 64 bits, names that were damaged, and times that are not set', async () => {
    const [outcome] = await replay(readTranscript('getimage-full'), whole);
    const { tree, inodes } = (
      outcome as { value: { tree: { root: { entries: unknown[] } }; inodes: Record<string, unknown> } }
    ).value;
    expect(tree.root.entries).toContainEqual({ name: 'var', inode: '18446744073709551615' });
    expect(Object.keys(inodes)).toContain('18446744073709551615');
    expect(inodes['5']).toMatchObject({
      entries: expect.arrayContaining([{ name: 'bad\ufffd', inode: '7' }]),
    });
    expect(tree).toMatchObject({ expiresAt: undefined, createdAt: new Date('2026-11-22T07:27:10.882Z') });
  });

  it.each([
    ['no JSON', '\nnothing\n'],
    ['JSON of another form', '\n{"Devices":[],"ImageStreams":{},"TimeSinceLastUsed":0}\n'],
    [
      'a status that is not known',
      '\n{"Devices":{},"ImageStreams":{"s":{"DeviceId":"","Status":11}},"TimeSinceLastUsed":0}\n',
    ],
  ])('that are %s close the connection', async (_what, answer) => {
    const address = await greetThen(answeringWith(pong, accepted, answer));
    await expect(new SrpcUnpacker(clientOf(address)).status()).rejects.toMatchObject({
      code: 'PROTOCOL_BROKEN',
    });
  });

  it('that name a missing object by the last one are corrected', async () => {
    const known = createHash('sha512').update('kernel').digest('hex');
    const [first, last] = ['0', '1'].map((digit) => digit.repeat(128)) as [string, string];
    const { client } = await unpackerServing({
      'ObjectServer.GetObjects': {
        access: 'open',
        talk: async (call) => {
          await call.value();
          const text = `first of 2 unknown objects: ${last}`;
          await call.sendValue({ ResponseString: text, ObjectSizes: [6, 0, 0] });
        },
      },
    });
    const fetching = new SrpcObjectServer(client).getObjects([known, first, last], () => {});
    await expect(fetching).rejects.toMatchObject({
      code: 'OBJECT_MISSING',
      message: expect.stringContaining(first),
    });
  });
});

describe('a connection', () => {
  it('[C17] that a firewall has cut while it was idle is replaced before the next call', async () => {
    let connections = 0;
    const { server } = await serve({ methods, tls: 'plain-text' });
    const address = await listenOn((socket) => {
      connections += 1;
      if (connections === 1) deafAfter(socket, 'ImageUnpacker.GetStatus');
      server.accept(socket);
    });
    let skippedMs = 0;
    const clock = { ...systemClock, now: () => systemClock.now() + skippedMs };
    const unpacker = new SrpcUnpacker(clientOf(address, { pingTimeoutMs: 50, clock }));
    await unpacker.status();
    skippedMs = 2_000;
    expect(await unpacker.status()).toBeDefined();
    expect(connections).toBe(2);
  });

  it('[C18] carries calls one after the other, whoever makes them', async () => {
    let atOnce = 0;
    let most = 0;
    const { unpacker, count } = await unpackerServing({
      'ImageUnpacker.GetStatus': answering('open', async () => {
        atOnce += 1;
        most = Math.max(most, atOnce);
        await new Promise((resolve) => setTimeout(resolve, 2));
        atOnce -= 1;
        return { Devices: {}, ImageStreams: {}, TimeSinceLastUsed: 0 };
      }),
    });
    await Promise.all(Array.from({ length: 20 }, () => unpacker.status()));
    expect({ most, connections: count() }).toEqual({ most: 1, connections: 1 });
  });

  it('is not made anew for each call that needs one of its own, unless they run at once', async () => {
    const { client, count } = await unpackerServing({
      'ObjectServer.GetObjects': {
        access: 'open',
        talk: async (call) => {
          await call.value();
          await call.sendValue({ ResponseString: '', ObjectSizes: [1] });
          await call.sendBytes(Buffer.of(1));
        },
      },
    });
    const objects = new SrpcObjectServer(client);
    const fetch = () => objects.getObjects(['ab'.repeat(64)], () => {});
    await fetch();
    await fetch();
    expect(count()).toBe(1);
    await Promise.all([fetch(), fetch()]);
    expect(count()).toBe(2);
  });

  it('is closed by a call that is cancelled, and those that wait go on over another', async () => {
    let calls = 0;
    const { unpacker, count } = await unpackerServing({
      'ImageUnpacker.GetStatus': answering('open', async (_request, { signal }) => {
        calls += 1;
        if (calls === 2) await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return { Devices: {}, ImageStreams: {}, TimeSinceLastUsed: 0 };
      }),
    });
    await unpacker.status();
    const cancelledCall = unpacker.status({ signal: AbortSignal.timeout(50) });
    await setImmediate();
    const waiting = [unpacker.status(), unpacker.status()];
    await expect(cancelledCall).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await Promise.all(waiting)).toHaveLength(2);
    expect(count()).toBe(2);
  });

  it('is closed by a call that takes too long', async () => {
    const { unpacker } = await unpackerServing({
      'ImageUnpacker.UnpackImage': answering(
        'open',
        (_request, { signal }) =>
          new Promise<object>((resolve) => signal.addEventListener('abort', () => resolve({}))),
      ),
    });
    const late = unpacker.unpackImage('s', 'l', { timeoutMs: 40 });
    await expect(late).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: expect.stringContaining('0.04 s'),
    });
    expect(await unpacker.status()).toBeDefined();
  });

  it('ends with its client', async () => {
    const { client, unpacker } = await unpackerServing({
      'ImageUnpacker.UnpackImage': answering('open', () => new Promise<object>(() => {})),
    });
    const running = unpacker.unpackImage('s', 'l');
    setTimeout(() => client.close(), 30);
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(unpacker.status()).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

/** Nothing that is sent after the answer to a call arrives any more, and nobody is told. */
const deafAfter = (socket: Socket, call: string): void => {
  let isLast = false;
  const write = socket.write.bind(socket);
  socket.on('data', (bytes) => {
    isLast ||= bytes.includes(call);
  });
  let answers = 0;
  socket.write = ((...parameters: Parameters<Socket['write']>) => {
    if (isLast) answers += 1;
    return answers > 2 ? true : write(...parameters);
  }) as Socket['write'];
};
