import { connect } from 'node:net';
import { connect as connectTls, createServer, type SecureVersion } from 'node:tls';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { daemonKinds, type KeyPair, SrpcClient, type SrpcServerTls, SrpcUnpacker } from '../src/index.js';
import { createAuthority, type TestAuthority } from './support/certificates.js';
import { methods } from './support/methods.js';
import { greetThen, serve } from './support/serving.js';

let authority: TestAuthority;
let tls: SrpcServerTls;
let pairs: Readonly<Record<'good' | 'foreign' | 'expired' | 'future', KeyPair>>;

beforeAll(async () => {
  authority = await createAuthority('CA');
  const stranger = await createAuthority('another CA');
  const { cert, key } = await authority.issue({ name: 'any-server' });
  tls = { cert, key, ca: authority.ca };
  pairs = {
    good: await authority.issue({ name: 'good' }),
    foreign: await stranger.issue({ name: 'foreign', methods: ['*.*'] }),
    expired: await authority.issue({ name: 'expired', methods: ['*.*'], days: [-3, -1] }),
    future: await authority.issue({ name: 'future', methods: ['*.*'], days: [1, 2] }),
  };
});

/** Connects as a client of Go does. @returns what the ping was answered with, or the code of the error that came in place of it */
const pingAs = (address: string, pair: KeyPair | undefined, version: SecureVersion): Promise<string> =>
  new Promise((resolve) => {
    const [host, port] = address.split(':');
    const socket = connect({ host, port: Number(port) });
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => {});
    socket.write('CONNECT /_SRPC_/TLS/JSON HTTP/1.0\n\n');
    socket.once('data', () => {
      const secured = connectTls({
        ...{ socket, cert: pair?.cert, key: pair?.key },
        ...{ ca: authority.ca, checkServerIdentity: () => undefined },
        ...{ minVersion: version, maxVersion: version },
      });
      secured.once('secureConnect', () => secured.write('\n'));
      secured.once('data', (answer) => resolve(answer.toString()));
      secured.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      secured.once('close', () => resolve('closed'));
    });
  });

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('a server over %s', (version) => {
  it('answers whoever has a certificate of its authority', async () => {
    const { address } = await serve({ methods, tls });
    expect(await pingAs(address, pairs.good, version)).toBe('\n');
  });

  it.each(['foreign', 'expired', 'future'] as const)('sends away who is %s', async (name) => {
    const { address } = await serve({ methods, tls });
    expect(await pingAs(address, pairs[name], version)).toMatch(/^(closed|ECONNRESET|ERR_SSL_\w+)$/);
  });

  it('tells whoever has no certificate that it wants one', async () => {
    const { address } = await serve({ methods, tls });
    const wanting = version === 'TLSv1.3' ? /_ALERT_CERTIFICATE_REQUIRED$/ : /_ALERT_HANDSHAKE_FAILURE$/;
    expect(await pingAs(address, undefined, version)).toMatch(wanting);
  });
});

describe('a client', () => {
  const statusAt = (address: string, pair: KeyPair) =>
    new SrpcUnpacker(
      new SrpcClient(daemonKinds.unpacker, { address, tls: { pairs: [pair], ca: authority.ca } }),
    ).status();

  it.each([
    ['bad_certificate', 42],
    ['unsupported_certificate', 43],
    ['certificate_revoked', 44],
    ['certificate_expired', 45],
    ['certificate_unknown', 46],
    ['unknown_ca', 48],
    ['access_denied', 49],
    ['certificate_required', 116],
  ])('takes alert %s during the handshake for a refused certificate', async (_name, alert) => {
    // A fatal alert in the clear, as from a server that has seen enough.
    const record = Buffer.of(0x15, 0x03, 0x03, 0x00, 0x02, 0x02, alert);
    const address = await greetThen((socket) => socket.once('data', () => socket.end(record)));
    await expect(statusAt(address, pairs.good)).rejects.toMatchObject({
      code: 'CERTIFICATE_REFUSED',
      message: expect.stringContaining('the server refuses it'),
    });
  });

  it.each([
    ['handshake_failure', 40],
    ['protocol_version', 70],
    ['internal_error', 80],
  ])('takes alert %s for another matter', async (_name, alert) => {
    const record = Buffer.of(0x15, 0x03, 0x03, 0x00, 0x02, 0x02, alert);
    const address = await greetThen((socket) => socket.once('data', () => socket.end(record)));
    await expect(statusAt(address, pairs.good)).rejects.toMatchObject({ code: 'UNPACKER_UNREACHABLE' });
  });

  it('[C3] takes the alert that TLS 1.3 sends after the handshake for a refused certificate', async () => {
    // Of another curve than the server takes, so that the client has none to show.
    const shown = await authority.issue({ name: 'unfit', curve: 'P-384' });
    const server = createServer({
      ...{ ...tls, requestCert: true, rejectUnauthorized: true },
      ...{ minVersion: 'TLSv1.3', sigalgs: 'ecdsa_secp256r1_sha256' },
    });
    const address = await greetThen((socket) => server.emit('connection', socket));
    await expect(statusAt(address, shown)).rejects.toMatchObject({
      code: 'CERTIFICATE_REFUSED',
      message: expect.stringMatching(/refuses it \(ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED\)/),
    });
  });

  it('without key pairs is none: it would have to go over to plain text', () => {
    expect(
      () => new SrpcClient(daemonKinds.unpacker, { address: 'h:1', tls: { pairs: [], ca: authority.ca } }),
    ).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});
