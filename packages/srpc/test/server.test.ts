import fc from 'fast-check';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { answering, type KeyPair, type SrpcServerTls } from '../src/index.js';
import { createAuthority } from './support/certificates.js';
import { methods } from './support/methods.js';
import { greeted, greetedOverTls, plainHead, talkTo } from './support/raw-peer.js';
import { serve } from './support/serving.js';

let tls: SrpcServerTls;
let admin: KeyPair;

beforeAll(async () => {
  const authority = await createAuthority('CA');
  const { cert, key } = await authority.issue({ name: 'any-server' });
  tls = { cert, key, ca: authority.ca };
  admin = await authority.issue({ name: 'admin', methods: ['*.*'] });
});

describe('the head of a connection', () => {
  it.each([
    ['CONNECT /_go_TLS_SRPC_/ HTTP/1.0', '404'],
    ['CONNECT /_goSRPC_/ HTTP/1.0', '404'],
    ['CONNECT /_SRPC_/TLS/JSON/ HTTP/1.0', '404'],
    ['CONNECT /_SRPC_/unsecured/JSON HTTP/1.0', '405'],
    ['GET /_SRPC_/TLS/JSON HTTP/1.1', '400'],
    ['nonsense', '400'],
  ])('[S1] that is %s is refused with %s, so that clients of Go try the next', async (head, status) => {
    const { address } = await serve({ methods, tls });
    const peer = talkTo(address);
    peer.socket.write(`${head}\r\n\r\n`);
    expect(await peer.ends()).toMatch(new RegExp(`^HTTP/1.0 ${status} .*\r\nContent-Length: 0\r\n`));
  });

  it('asks in vain for TLS of a server that has none, and goes on forever in vain', async () => {
    const { address } = await serve({ methods, tls: 'plain-text' });
    const peer = talkTo(address);
    peer.socket.write('CONNECT /_SRPC_/TLS/JSON HTTP/1.0\n\n');
    expect(await peer.ends()).toContain(' 404 ');
    const endless = talkTo(address);
    endless.socket.write(`CONNECT /${'x'.repeat(9_000)}`);
    expect(await endless.ends()).toBe('');
  });

  it.each([
    ['', 'unknown device ID: v'],
    ['?doNotUseMethodPowers=true', 'access to method denied'],
    ['?doNotUseMethodPowers=false', 'unknown device ID: v'],
  ])('[S6] may ask to go without what the certificate grants: %j', async (query, answer) => {
    const { address } = await serve({ methods, tls });
    const peer = await greetedOverTls(address, { ...admin, ca: tls.ca }, query);
    peer.socket.write('ImageUnpacker.RemoveDevice\n');
    const refused = answer.startsWith('access');
    await peer.hears(refused ? `${answer}\n` : '\n');
    if (refused) {
      peer.socket.write('ImageServer.CheckImage\n{}');
      expect(await peer.hears('}\n')).toBe('\n\n{"ImageExists":true}\n');
      return;
    }
    peer.socket.write('{"DeviceId":"v"}\n');
    expect(await peer.hears('\n')).toBe(`${answer}\n`);
  });

  it('in plain text to a server with TLS reaches what is open to everybody, and nothing else', async () => {
    const open = { ...methods, 'ImageServer.CheckImage': answering('open', () => ({ ImageExists: true })) };
    const { address } = await serve({ methods: open, tls });
    const peer = await greeted(address);
    peer.socket.write('ImageUnpacker.GetStatus\n');
    expect(await peer.hears('\n')).toBe('access to method denied\n');
    peer.socket.write('ImageServer.CheckImage\n{}');
    expect(await peer.hears('}\n')).toBe('\n\n{"ImageExists":true}\n');
  });
});

describe('a caller', () => {
  it.each([
    ['within the head', 'CONNECT /_SR'],
    ['within a call line', `${plainHead}ImageUn`],
    ['before its request', `${plainHead}ImageUnpacker.GetStatus\n`],
    ['within its request', `${plainHead}ImageUnpacker.GetStatus\n{"a":"`],
    ['while it waits', `${plainHead}Test.Wait\n{}`],
  ])('[S9] that vanishes %s leaves nothing behind', async (_where, said) => {
    let isGone: Promise<unknown> = Promise.resolve();
    const waiting = answering('open', (_request, { signal }) => {
      isGone = new Promise((resolve) => signal.addEventListener('abort', resolve));
      return isGone.then(() => ({}));
    });
    const { address, openCount } = await serve({
      methods: { ...methods, 'Test.Wait': waiting },
      tls: 'plain-text',
      callsPerUser: 1,
    });
    const peer = talkTo(address);
    peer.socket.write(said);
    await peer.hears(said.startsWith(plainHead) ? '\n' : '');
    await expect.poll(openCount).toBe(1);
    peer.socket.resetAndDestroy();
    await isGone;
    await expect.poll(openCount).toBe(0);
    const next = await greeted(address);
    next.socket.write('ImageUnpacker.GetStatus\n{}');
    expect(await next.hears('}\n')).toMatch(/^\n\n\{"Devices":/);
  });

  it('[S10] may not send endless lines and values', async () => {
    const { address } = await serve({ methods, tls: 'plain-text' });
    const line = await greeted(address);
    line.socket.write('x'.repeat(2_000));
    expect(await line.ends()).toBe('a line is longer than 1024 bytes\n');
    const value = await greeted(address);
    value.socket.write('ImageUnpacker.GetStatus\n');
    await value.hears('\n');
    value.socket.write(`{"x":"${'y'.repeat(2_000_000)}`);
    expect(await value.ends()).toBe('a request is longer than 1048576 bytes\n');
  });

  it.each([
    ['says nothing', ''],
    ['says a byte now and then', ' '],
  ])('may not let a call wait for its request for ever, as one that %s', async (_what, drop) => {
    const { address } = await serve({ methods, tls: 'plain-text', requestTimeoutMs: 60 });
    const peer = await greeted(address);
    peer.socket.write('ImageUnpacker.GetStatus\n{');
    const drip = setInterval(() => peer.socket.write(drop), 10);
    onTestFinished(() => clearInterval(drip));
    expect(await peer.ends()).toBe('\n');
  });

  it('may not make more calls at once than are allowed to one user', async () => {
    const waiting = answering('open', () => new Promise<object>(() => {}));
    const { address } = await serve({
      methods: { 'Test.Wait': waiting },
      tls: 'plain-text',
      callsPerUser: 1,
    });
    const first = await greeted(address);
    first.socket.write('Test.Wait\n{}');
    await first.hears('\n');
    const second = await greeted(address);
    second.socket.write('Test.Wait\n');
    expect(await second.hears('\n')).toMatch(/^too many calls at once/);
  });

  it('is not cut off by a drain before its call has been answered', async () => {
    let answer = (_reply: object): void => {};
    const slow = answering(
      'open',
      () =>
        new Promise<object>((resolve) => {
          answer = resolve;
        }),
    );
    const { address, server } = await serve({ methods: { 'Test.Slow': slow }, tls: 'plain-text' });
    const [busy, idle] = [await greeted(address), await greeted(address)];
    busy.socket.write('Test.Slow\n{}');
    await busy.hears('\n');
    await new Promise((resolve) => setTimeout(resolve, 20));
    server.drain();
    expect(await idle.ends()).toBe('');
    answer({ Done: true });
    expect(await busy.ends()).toBe('\n{"Done":true}\n');
  });

  it('may say anything: it is answered or cut off, and others are served', async () => {
    const { address } = await serve({ methods, tls: 'plain-text', requestTimeoutMs: 50 });
    const words = fc.constantFrom(
      'ImageUnpacker.GetStatus\n',
      '{}',
      '\n',
      '{"a":"\\',
      '}',
      '\r\n',
      'a.b.c\n',
      '\0',
      '{"a":{',
      '[1]',
    );
    const garbage = fc.array(fc.oneof(words, fc.string()), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(garbage, async (pieces) => {
        const peer = await greeted(address);
        for (const piece of pieces) peer.socket.write(piece);
        peer.socket.end();
        await peer.ends();
        const other = await greeted(address);
        other.socket.write('\n');
        expect(await other.hears('\n')).toBe('\n');
        other.socket.destroy();
      }),
      { numRuns: 30 },
    );
  });
});
