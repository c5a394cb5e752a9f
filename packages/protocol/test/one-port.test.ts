import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, get as getPlain, type RequestOptions } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { get as getSecure } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { silentLogger } from '@ami-publisher/base';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type CertificateAuthority,
  createCertificateAuthority,
  createUnpackerClient,
  type IssueOptions,
  type RunningServer,
  type ServerTls,
  startServer,
  unpackerService,
} from '../src/index.js';
import { listen } from '../src/listen/listener.js';

const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-one-port-'));
const now = Date.now();
let authority: CertificateAuthority;
let server: RunningServer | undefined;

beforeAll(async () => {
  authority = await createCertificateAuthority({ commonName: 'test authority', from: now });
});
afterEach(async () => {
  await server?.close(100);
  server = undefined;
});
afterAll(() => rmSync(directory, { recursive: true }));

const serverTls = async (): Promise<ServerTls> => {
  const issued = await authority.issue({
    commonName: 'unpacker',
    server: { service: 'unpacker', account: '111111111111', region: 'eu-west-1' },
    from: now,
  });
  const write = (name: string, pem: string): string => {
    writeFileSync(join(directory, name), pem);
    return join(directory, name);
  };
  return {
    caFile: write('ca', authority.cert),
    certFile: write('cert', issued.cert),
    keyFile: write('key', issued.key),
  };
};

const clientTls = async (options: Partial<IssueOptions>) => {
  const issued = await authority.issue({ commonName: 'ci', from: now, ...options });
  return { ca: Buffer.from(authority.cert), cert: Buffer.from(issued.cert), key: Buffer.from(issued.key) };
};

const start = async (tls?: ServerTls) => {
  server = await startServer({
    services: [unpackerService({ GetStatus: async () => ({ version: '1.2.3' }) })],
    http: async (request, response, caller) => {
      if (request.url === '/broken') throw new Error('broken');
      response.end(`${request.method} ${request.url} by ${caller?.role ?? 'nobody'}`);
    },
    tls,
    host: '127.0.0.1',
    port: 0,
  });
  return server.address;
};

const ask = async (url: string, options: RequestOptions & { readonly ca?: Buffer } = {}) => {
  const get = url.startsWith('https') ? getSecure : getPlain;
  const request = get(url, { ...options, checkServerIdentity: () => undefined } as RequestOptions);
  const [response] = await once(request, 'response');
  return { status: response.statusCode as number, body: await text(response) };
};

const status = async (address: string, tls?: Awaited<ReturnType<typeof clientTls>>) => {
  const client = createUnpackerClient({ address, tls });
  return client.getStatus({}).finally(() => client.close());
};

describe('one port in plain text', () => {
  it('serves gRPC and HTTP side by side', async () => {
    const address = await start();
    const [rpc, page] = await Promise.all([status(address), ask(`http://${address}/a`)]);
    expect(rpc.version).toBe('1.2.3');
    expect(page).toEqual({ status: 200, body: 'GET /a by operator' });
  });

  it('lets callers send more than the 64 KiB of HTTP/2 before they wait', async () => {
    const session = connectHttp2(`http://${await start()}`);
    await vi.waitFor(() => expect(session.remoteSettings.initialWindowSize).toBe(4 * 2 ** 20));
    await vi.waitFor(() => expect(session.state.remoteWindowSize).toBe(4 * 2 ** 20));
    session.destroy();
  });

  it('waits for as many bytes as it takes to tell', async () => {
    const [, port] = (await start()).split(':');
    const socket = connect(Number(port), '127.0.0.1');
    for (const piece of ['P', 'U', 'T /slow HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n']) {
      socket.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect(await text(socket)).toMatch(/PUT \/slow by operator$/);
  });

  it('drops what speaks neither', async () => {
    const [, port] = (await start()).split(':');
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('\u0016\u0003\u0001');
    expect(await text(socket)).toBe('');
  });

  it('drops a connection that stays silent', async () => {
    const accepted: Socket[] = [];
    const protocol = {
      prefixes: ['GET '],
      accept: (socket: Socket) => accepted.push(socket),
      drain: () => {},
    };
    const listener = await listen({
      ...{ host: '127.0.0.1', port: 0, logger: silentLogger },
      protocols: [protocol],
      greetingTimeoutMs: 50,
    });
    const socket = connect(Number(listener.address.split(':')[1]), '127.0.0.1');
    socket.write('GE');
    await once(socket, 'close');
    expect(accepted).toEqual([]);
    await listener.close(0);
  });

  it('refuses a page of another site that was made to lead here', async () => {
    const address = await start();
    expect(await ask(`http://${address}/`, { headers: { host: 'evil.example' } })).toMatchObject({
      status: 421,
    });
    expect(await ask(`http://${address}/`, { headers: { host: 'localhost:1' } })).toMatchObject({
      status: 200,
    });
  });

  it('answers 500 for a page that fails, and goes on', async () => {
    const address = await start();
    expect(await ask(`http://${address}/broken`)).toEqual({ status: 500, body: '' });
    expect(await ask(`http://${address}/a`)).toMatchObject({ status: 200 });
  });

  it('does not wait for idle connections when it ends', async () => {
    const address = await start();
    const agent = new Agent({ keepAlive: true });
    await ask(`http://${address}/a`, { agent });
    const before = Date.now();
    await server?.close(20_000);
    expect(Date.now() - before).toBeLessThan(5_000);
    agent.destroy();
    server = undefined;
  });
});

describe('one port with certificates', () => {
  it('serves gRPC and HTTP by the same certificates and roles', async () => {
    const address = await start(await serverTls());
    const reader = await clientTls({ role: 'reader' });
    const nobody = await clientTls({ server: { service: 'imageserver', account: '*', region: '*' } });
    expect((await status(address, reader)).version).toBe('1.2.3');
    expect(await ask(`https://${address}/a`, reader)).toEqual({ status: 200, body: 'GET /a by reader' });
    expect(await ask(`https://${address}/a`, nobody)).toEqual({ status: 200, body: 'GET /a by nobody' });
    expect(server?.certificateExpiresAt()).toBeGreaterThan(now);
  });

  it('lets nobody in without a certificate of its authority', async () => {
    const address = await start(await serverTls());
    const other = await createCertificateAuthority({ commonName: 'other', from: now });
    const issued = await other.issue({ commonName: 'ci', role: 'operator', from: now });
    const ca = Buffer.from(authority.cert);
    await expect(ask(`https://${address}/a`, { ca })).rejects.toThrow();
    await expect(ask(`https://${address}/a`, { ca, ...issued } as never)).rejects.toThrow();
  });
});
