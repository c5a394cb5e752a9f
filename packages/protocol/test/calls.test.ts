import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AmiPublisherError } from '@ami-publisher/base';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type CertificateAuthority,
  type ClientTls,
  createCertificateAuthority,
  createImageServerClient,
  createUnpackerClient,
  type ImageServerHandlers,
  type IssueOptions,
  imageServerService,
  type RunningServer,
  readClientTls,
  type ServerTls,
  startServer,
  type UnpackerHandlers,
  unpackerService,
} from '../src/index.js';

const directory = mkdtempSync(join(tmpdir(), 'ami-publisher-protocol-'));
const now = Date.now();
const unpackerName = { service: 'unpacker', account: '111111111111', region: 'eu-west-1' } as const;
let authority: CertificateAuthority;
let server: RunningServer | undefined;

const write = (name: string, text: string): string => {
  writeFileSync(join(directory, name), text);
  return join(directory, name);
};

const serverTls = async (options: Partial<IssueOptions> = {}, from = authority): Promise<ServerTls> => {
  const issued = await from.issue({ commonName: 'unpacker', server: unpackerName, from: now, ...options });
  return {
    caFile: write('CA.pem', authority.cert),
    certFile: write('server.pem', issued.cert),
    keyFile: write('server-key.pem', issued.key),
  };
};

const clientTls = async (options: Partial<IssueOptions> = {}, from = authority): Promise<ClientTls> => {
  const issued = await from.issue({ commonName: 'ci', role: 'publisher', from: now, ...options });
  return { ca: Buffer.from(authority.cert), cert: Buffer.from(issued.cert), key: Buffer.from(issued.key) };
};

const statusHandler: UnpackerHandlers = { GetStatus: async () => ({ version: '1.2.3' }) };

const start = async (handlers: UnpackerHandlers, tls?: ServerTls): Promise<string> => {
  server = await startServer({ services: [unpackerService(handlers)], tls, host: '127.0.0.1', port: 0 });
  return server.address;
};

beforeAll(async () => {
  authority = await createCertificateAuthority({ commonName: 'test authority', from: now });
});
afterEach(async () => {
  await server?.close(100);
  server = undefined;
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('mutual TLS', () => {
  it('answers a client whose certificate has a role that the call allows', async () => {
    const address = await start(statusHandler, await serverTls());
    const client = createUnpackerClient({
      address,
      tls: await clientTls(),
      expect: { account: '111111111111', region: 'eu-west-1' },
    });
    await expect(client.getStatus({})).resolves.toMatchObject({ version: '1.2.3' });
    client.close();
  });

  const refusals: [
    string,
    () => Promise<{ client: ClientTls; server?: ServerTls; region?: string }>,
    string,
    RegExp,
  ][] = [
    [
      'a client certificate of another authority',
      async () => {
        const other = await createCertificateAuthority({ commonName: 'other', from: now });
        return { client: await clientTls({}, other) };
      },
      'CERTIFICATE_REFUSED',
      /unpacker:GetStatus: no trusted connection to 127.*not of the same authority/,
    ],
    [
      'an expired client certificate',
      async () => ({ client: await clientTls({ from: now - 30 * 86_400_000, days: 1 }) }),
      'CERTIFICATE_REFUSED',
      /unpacker:GetStatus: no trusted connection to 127.*client certificate expired on/,
    ],
    [
      'an expired server certificate',
      async () => ({
        client: await clientTls(),
        server: await serverTls({ from: now - 30 * 86_400_000, days: 1 }),
      }),
      'CERTIFICATE_REFUSED',
      /expired/,
    ],
    [
      'a server certificate for another region',
      async () => ({ client: await clientTls(), region: 'us-east-1' }),
      'CERTIFICATE_REFUSED',
      /expected a server certificate for ami-publisher:\/\/unpacker\/111111111111\/us-east-1, got one for .*eu-west-1/,
    ],
    [
      'a client certificate without a role',
      async () => ({
        client: await clientTls({
          server: { ...unpackerName, service: 'imageserver' } as never,
          role: undefined as never,
        }),
      }),
      'ROLE_REFUSED',
      /carries no role/,
    ],
    [
      'a client certificate of the wrong role',
      async () => ({ client: await clientTls({ role: 'reader' }) }),
      'ROLE_REFUSED',
      /AcquireLease needs role publisher or operator; the certificate of ci has role reader/,
    ],
  ];

  it.each(refusals)('refuses %s and says so', async (_what, arrange, code, message) => {
    const arranged = await arrange();
    const handlers: UnpackerHandlers = { ...statusHandler, AcquireLease: async () => ({ holder: 'me' }) };
    const address = await start(handlers, arranged.server ?? (await serverTls()));
    const expected = { account: '111111111111', region: arranged.region ?? 'eu-west-1' };
    const client = createUnpackerClient({ address, tls: arranged.client, expect: expected });
    const call = /AcquireLease/.test(message.source) ? client.acquireLease({}) : client.getStatus({});
    await expect(call).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    client.close();
  });

  it('takes a renewed server certificate without a restart', async () => {
    const stale = await serverTls({ server: { ...unpackerName, region: 'eu-north-1' } });
    const address = await start(statusHandler, stale);
    await serverTls();
    const tls = await clientTls();
    const status = async () => {
      const client = createUnpackerClient({ address, tls, expect: { account: '*', region: 'eu-west-1' } });
      return client.getStatus({}).finally(() => client.close());
    };
    await expect(status()).rejects.toMatchObject({ code: 'CERTIFICATE_REFUSED' });
    await expect.poll(async () => (await status()).version, { timeout: 20_000, interval: 500 }).toBe('1.2.3');
  });
});

describe('plain text', () => {
  it('is refused off loopback by the server', async () => {
    const starting = startServer({ services: [], host: '0.0.0.0', port: 0 });
    await expect(starting).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: /plain text on 0\.0\.0\.0/,
    });
  });

  it('[W72] is refused off loopback by the client', () => {
    expect(() => createUnpackerClient({ address: '10.0.0.1:6974' })).toThrow(
      /refusing to talk plain text to 10\.0\.0\.1:6974/,
    );
  });
});

describe('choosing a client certificate', () => {
  it('prefers the first role that the folder has, and names what is there when it has none', async () => {
    const folder = mkdtempSync(join(directory, 'certificates-'));
    const reader = await authority.issue({ commonName: 'r', role: 'reader', from: now });
    writeFileSync(join(folder, 'CA.pem'), authority.cert);
    writeFileSync(join(folder, 'reader.cert'), reader.cert);
    writeFileSync(join(folder, 'reader.key'), reader.key);
    expect(readClientTls({ directory: folder, roles: ['publisher', 'reader'], now }).cert.toString()).toBe(
      reader.cert,
    );
    expect(() => readClientTls({ directory: folder, roles: ['operator'], now })).toThrow(
      /no client certificate with role operator in .* \(found: reader \(reader\)\)/,
    );
  });
});

describe('calls', () => {
  it('[U59] carry an error of ours across with code, resource and remedy', async () => {
    const address = await start({
      GetStatus: async () => {
        throw new AmiPublisherError('LEASE_HELD', {
          message: 'held by pub-1',
          resource: 'base/debian',
          remedy: 'wait for it',
        });
      },
    });
    const client = createUnpackerClient({ address });
    await expect(client.getStatus({})).rejects.toMatchObject({
      code: 'LEASE_HELD',
      call: 'unpacker:GetStatus',
      resource: 'base/debian',
      remedy: 'wait for it',
      message: 'held by pub-1; wait for it',
    });
    client.close();
  });

  it('fail with the address when nobody listens', async () => {
    const address = await start(statusHandler);
    await server?.close(0);
    const client = createUnpackerClient({ address });
    await expect(client.getStatus({})).rejects.toMatchObject({
      code: 'UNPACKER_UNREACHABLE',
      resource: address,
    });
    client.close();
  });

  it('[W20] end at their deadline', async () => {
    const address = await start({ GetStatus: () => new Promise(() => {}) });
    const client = createUnpackerClient({ address });
    await expect(client.getStatus({}, { deadlineMs: 50 })).rejects.toMatchObject({ code: 'TIMED_OUT' });
    client.close();
  });

  it('tell the handler that the caller cancelled, and reject with the reason', async () => {
    let noticed: () => void = () => {};
    const handlerNoticed = new Promise<void>((resolve) => {
      noticed = resolve;
    });
    const address = await start({
      GetStatus: (_request, { signal }) =>
        new Promise(() => signal.addEventListener('abort', () => noticed(), { once: true })),
    });
    const client = createUnpackerClient({ address });
    const cancel = new AbortController();
    const call = client.getStatus({}, { signal: cancel.signal });
    setTimeout(() => cancel.abort(new Error('enough')), 50);
    await expect(call).rejects.toThrow('enough');
    await handlerNoticed;
    client.close();
  });

  it('[U49] hold back a server stream that nobody reads', async () => {
    let sent = 0;
    const handlers: ImageServerHandlers = {
      GetManifest: async function* () {
        for (; sent < 1_000; sent++) yield { data: Buffer.alloc(256 * 1024) };
      },
    };
    server = await startServer({ services: [imageServerService(handlers)], host: '127.0.0.1', port: 0 });
    const client = createImageServerClient({ address: server.address });
    const chunks = client.getManifest({ manifestDigest: 'x' })[Symbol.asyncIterator]();
    await chunks.next();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(sent).toBeLessThan(200);
    await chunks.return?.();
    client.close();
  });

  it('send a client stream whole and in order', async () => {
    const handlers: ImageServerHandlers = {
      AddObjects: async (requests) => {
        let added = 0;
        for await (const request of requests) added += request.parts.length;
        return { added };
      },
    };
    server = await startServer({ services: [imageServerService(handlers)], host: '127.0.0.1', port: 0 });
    const client = createImageServerClient({ address: server.address });
    const parts = [{ digest: Buffer.alloc(64), size: 1_000_000, data: Buffer.alloc(100_000) }];
    const reply = client.addObjects(Array.from({ length: 100 }, () => ({ parts })));
    await expect(reply).resolves.toMatchObject({ added: '100' });
    client.close();
  });

  it('reject a client stream with the error of what it sends', async () => {
    const handlers: ImageServerHandlers = {
      AddObjects: async (requests) => {
        for await (const _request of requests);
        return {};
      },
    };
    server = await startServer({ services: [imageServerService(handlers)], host: '127.0.0.1', port: 0 });
    const client = createImageServerClient({ address: server.address });
    const failing = async function* () {
      yield { parts: [] };
      throw new Error('disk on fire');
    };
    await expect(client.addObjects(failing())).rejects.toThrow('disk on fire');
    client.close();
  });
});
