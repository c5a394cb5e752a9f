import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ConnectProxy, startConnectProxy } from '../../../test/support/connect-proxy.js';
import { type ProxyConnectorOptions, proxyConnector } from '../src/unpacker/connectors/proxy.js';
import type { UnpackerClient } from '../src/unpacker/unpacker-client.js';
import { type ConnectorWorld, createConnectorWorld } from './support/connector-world.js';

const secret = 'hunter2';
const variable = 'TEST_PROXY_CREDENTIALS';

let world: ConnectorWorld;
beforeAll(async () => {
  world = await createConnectorWorld({ accounts: 2 });
});
afterAll(() => world?.close());

const proxies: ConnectProxy[] = [];
afterEach(async () => {
  world.closeClients();
  vi.stubEnv(variable, undefined);
  for (const proxy of proxies.splice(0)) await proxy.close();
});

const start = async (...parameters: Parameters<typeof startConnectProxy>): Promise<ConnectProxy> => {
  const proxy = await startConnectProxy(...parameters);
  proxies.push(proxy);
  return proxy;
};

const through = (proxy: { readonly url: string }, options: Partial<ProxyConnectorOptions> = {}) =>
  world.client(proxyConnector({ proxy: proxy.url, ...options }));

/** The error that a client's call ends with, which never has the secret in it, at any depth. */
const failureOf = async (client: UnpackerClient) => {
  const error = (await client.status().catch((reason: unknown) => reason)) as Error;
  for (let one: unknown = error; one instanceof Error; one = one.cause) {
    expect(`${one.stack}${JSON.stringify(one)}`).not.toContain(secret);
    expect(`${one.stack}${JSON.stringify(one)}`).not.toContain(
      Buffer.from(`me:${secret}`).toString('base64'),
    );
  }
  return error;
};

describe('the proxy connector', () => {
  it('reaches the private address of the instance through the proxy, which sees no plain text', async () => {
    const proxy = await start();
    const { PrivateIpAddress } = await world.instance();
    const client = await through(proxy);
    await expect(client.status()).resolves.toMatchObject({ streams: [] });
    expect(proxy.requests).toEqual([{ to: `${PrivateIpAddress}:6974`, credentials: undefined }]);
    const bytes = proxy.bytes();
    // A TLS handshake, whose first byte is 22, and no HTTP/2 preface.
    expect(bytes[0]).toBe(22);
    expect(bytes.length).toBeGreaterThan(1_000);
    expect(bytes.includes('PRI * HTTP/2.0')).toBe(false);
    expect(bytes.includes('ami_publisher')).toBe(false);
  });

  it('finds out by its certificate an unpacker of another target that the proxy leads to', async () => {
    const [here, there] = world.targets;
    const proxy = await start();
    const client = await world.client(proxyConnector({ proxy: proxy.url }), {
      target: here!,
      instance: await world.instance(there),
    });
    await expect(client.status()).rejects.toMatchObject({
      code: 'CERTIFICATE_REFUSED',
      message: expect.stringMatching(/got one for ami-publisher:\/\/unpacker\/222222222222/),
    });
  });

  it('is refused plain text', async () => {
    const proxy = await start();
    const client = await world.client(proxyConnector({ proxy: proxy.url }), { tls: null });
    await expect(client.status()).rejects.toMatchObject({ code: 'CERTIFICATE_REFUSED' });
    expect(proxy.requests).toEqual([]);
  });

  it('sends the user and password of an environment variable, as they are when it connects', async () => {
    const proxy = await start(`me:${secret}`);
    vi.stubEnv(variable, `me:${secret}`);
    const client = await through(proxy, { credentials: { environment: variable } });
    await expect(client.status()).resolves.toMatchObject({ streams: [] });
    expect(proxy.requests.map(({ credentials }) => credentials)).toEqual([`me:${secret}`]);
  });

  it('sends the user and password of a file', async () => {
    const proxy = await start(`me:${secret}`);
    const file = join(world.directory, 'proxy-credentials');
    writeFileSync(file, `me:${secret}\n`, { mode: 0o600 });
    const client = await through(proxy, { credentials: { file } });
    await expect(client.status()).resolves.toMatchObject({ streams: [] });
    expect(proxy.requests.map(({ credentials }) => credentials)).toEqual([`me:${secret}`]);
  });

  it.each([
    ['is not there', undefined, /environment variable TEST_PROXY_CREDENTIALS .* is not there, or empty/],
    ['has another form', secret, /TEST_PROXY_CREDENTIALS .* is not one line of the form user:password/],
  ])('names the variable that %s', async (_what, value, message) => {
    const proxy = await start();
    vi.stubEnv(variable, value);
    const client = await through(proxy, { credentials: { environment: variable } });
    expect(await failureOf(client)).toMatchObject({
      code: 'INVALID_CONFIGURATION',
      message: expect.stringMatching(message),
    });
    expect(proxy.requests).toEqual([]);
  });

  it('names the file that cannot be read', async () => {
    const client = await through(await start(), { credentials: { file: '/nowhere/credentials' } });
    expect(await failureOf(client)).toMatchObject({
      code: 'INVALID_CONFIGURATION',
      message: expect.stringContaining(
        'the file /nowhere/credentials with the credentials for the proxy cannot be read (ENOENT)',
      ),
    });
  });
});

describe('a proxy that says no', () => {
  it('with 403 is refused at once, with what to allow', async () => {
    const proxy = await start();
    proxy.answer(403);
    const { InstanceId, PrivateIpAddress } = await world.instance();
    expect(await failureOf(await through(proxy))).toMatchObject({
      code: 'PROXY_REFUSED',
      retryable: false,
      target: 'development,us-east-1',
      resource: InstanceId,
      message: expect.stringContaining(
        `the proxy ${proxy.url} answered 403 Refused here to CONNECT ${PrivateIpAddress}:6974 (${InstanceId}); have the proxy allow CONNECT to ${PrivateIpAddress}:6974`,
      ),
    });
  });

  it('with 407 is told how to give credentials where none are configured', async () => {
    expect(await failureOf(await through(await start(`me:${secret}`)))).toMatchObject({
      code: 'PROXY_REFUSED',
      message: expect.stringMatching(
        /answered 407 .*; give the connector `credentials: \{ environment: NAME \}`/,
      ),
    });
  });

  it('with 407 is told where the wrong credentials come from, and not what they are', async () => {
    vi.stubEnv(variable, `me:${secret}`);
    const client = await through(await start('me:another'), { credentials: { environment: variable } });
    expect(await failureOf(client)).toMatchObject({
      code: 'PROXY_REFUSED',
      message: expect.stringMatching(
        /answered 407 .*; check the user and password in the environment variable TEST_/,
      ),
    });
  });

  it('with 502 may lead to the unpacker later', async () => {
    const proxy = await start();
    const client = await world.client(proxyConnector({ proxy: proxy.url }), {
      instance: { InstanceId: 'i-1', PrivateIpAddress: '127.0.0.1' },
    });
    expect(await failureOf(client)).toMatchObject({
      code: 'UNPACKER_UNREACHABLE',
      retryable: true,
      message: expect.stringMatching(
        /answered 502 Bad Gateway to CONNECT 127\.0\.0\.1:6974 \(i-1\); check that the instance runs/,
      ),
    });
  });
});

describe('a proxy that does not answer', () => {
  it('because it is not there is unreachable', async () => {
    const proxy = await startConnectProxy();
    await proxy.close();
    expect(await failureOf(await through(proxy))).toMatchObject({
      code: 'UNPACKER_UNREACHABLE',
      retryable: true,
      message: expect.stringMatching(
        /the proxy http:\/\/127\.0\.0\.1:\d+, which leads to i-\w+, cannot be reached: .*ECONNREFUSED.*; check that it runs/,
      ),
    });
  });

  it('to CONNECT is given up in time', async () => {
    const proxy = await start();
    proxy.fallSilent();
    expect(await failureOf(await through(proxy, { timeoutMs: 200 }))).toMatchObject({
      code: 'UNPACKER_UNREACHABLE',
      message: expect.stringMatching(/cannot be reached: no answer within 0\.2 s/),
    });
  });

  it('because it is no HTTP proxy is unreachable', async () => {
    const server = createServer((socket) => socket.end('220 mail.example.com ESMTP\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    expect(await failureOf(await through({ url: `http://127.0.0.1:${port}` }))).toMatchObject({
      code: 'UNPACKER_UNREACHABLE',
    });
    server.close();
  });
});

describe('a proxy that dies during a long call', () => {
  it('cuts off the caller only: the operation goes on, and asking again through another proxy joins it', async () => {
    const dying = await start();
    const client = await through(dying);
    const lease = await world.leaseWithVolume(client, 'base/long');
    // The image is not there yet, so the unpacker waits for it.
    const image = { leaf: '1', manifestDigest: await world.manifestDigest() };
    let phase: string | undefined;
    const call = client.unpackImage('op-1', image, lease, {
      onProgress: (progress) => {
        phase = progress.phase;
      },
    });
    const cutOff = call.catch((reason: unknown) => reason);
    await expect.poll(() => phase).toBeDefined();
    await dying.close();
    expect(await cutOff).toMatchObject({
      code: 'UNPACKER_UNREACHABLE',
      retryable: true,
      call: 'unpacker:UnpackImage',
      message: expect.stringMatching(
        /unpacker:UnpackImage: .*the proxy http:.*; check that .*; what was begun goes on in the unpacker, and resuming the publication joins it/,
      ),
    });
    const again = await through(await start());
    const joined = again.unpackImage('op-1', image, lease);
    await world.addImage('base/long', '1');
    await expect(joined).resolves.toMatchObject({ filesWritten: 1 });
    // The same operation, not another: asked for once more, it gives the result that it had.
    await expect(again.unpackImage('op-1', image, lease)).resolves.toEqual(await joined);
  });
});
