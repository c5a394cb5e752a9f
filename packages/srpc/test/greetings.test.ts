import { connect } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { daemonKinds, type KeyPair, SrpcClient, type SrpcServerTls, SrpcUnpacker } from '../src/index.js';
import { createAuthority } from './support/certificates.js';
import { methods } from './support/methods.js';
import { listenOn, serve } from './support/serving.js';
import { readTranscript, transcriptNames, turnsOf } from './support/transcript.js';

/** What was said before any TLS: the client's head, and the server's answer to it. */
const greetingOf = (name: string): readonly [asked: Buffer, answered: Buffer] => {
  const [asked, answered] = turnsOf(readTranscript(name).preamble);
  return [asked?.bytes ?? Buffer.alloc(0), answered?.bytes ?? Buffer.alloc(0)];
};

const statusOf = (answer: Buffer): string | undefined => /^HTTP\/1.\d (\d{3})/.exec(answer.toString())?.[1];

const greetings = transcriptNames.filter((name) => greetingOf(name)[1].length > 0);
const isAgreement = (name: string): boolean => greetingOf(name)[1].includes('Connected to Go SRPC');
/** Pages, which are no agreement either, among them. */
const refused = greetings.filter((name) => !isAgreement(name));
/** One of each head that was agreed to. */
const accepted = [
  ...new Map(greetings.filter(isAgreement).map((name) => [greetingOf(name)[0].toString(), name])).values(),
];

let tls: SrpcServerTls;
let admin: KeyPair;

beforeAll(async () => {
  const authority = await createAuthority('CA');
  const { cert, key } = await authority.issue({ name: 'any-server' });
  tls = { cert, key, ca: authority.ca };
  admin = await authority.issue({ name: 'admin', methods: ['*.*'] });
});

/** Sends bytes to a server of ours. @returns the connection, and its answer as far as `end` or as it closes */
const ask = (address: string, asked: Buffer, end: string) => {
  const [host, port] = address.split(':');
  const socket = connect({ host, port: Number(port) });
  onTestFinished(() => void socket.destroy());
  socket.write(asked);
  return new Promise<{ readonly socket: typeof socket; readonly answer: string }>((resolve, reject) => {
    let answer = '';
    socket.on('error', reject);
    socket.on('data', (data) => {
      answer += data.toString('latin1');
      if (answer.endsWith(end)) resolve({ socket, answer });
    });
    socket.on('close', () => resolve({ socket, answer }));
  });
};

/** A ping within TLS of one version. */
const pingWithin = (socket: Awaited<ReturnType<typeof ask>>['socket'], version: 'TLSv1.2' | 'TLSv1.3') =>
  new Promise<readonly [string | null, string]>((resolve, reject) => {
    socket.removeAllListeners('data');
    const secured: TLSSocket = connectTls({
      ...{ socket, cert: admin.cert, key: admin.key, ca: tls.ca, checkServerIdentity: () => undefined },
      ...{ minVersion: version, maxVersion: version },
    });
    secured.on('error', reject);
    secured.write('\n');
    secured.once('data', (data) => resolve([secured.getProtocol(), data.toString()]));
  });

describe('a recorded refusal', () => {
  it('of each kind is there', () => {
    expect(new Set(refused.map((name) => statusOf(greetingOf(name)[1])))).toEqual(
      new Set(['200', '301', '400', '404', '405', '503']),
    );
  });

  it.each(refused)('is understood by a client: %s', async (name) => {
    const address = await listenOn((socket) => socket.once('data', () => socket.end(greetingOf(name)[1])));
    const client = new SrpcClient(daemonKinds.unpacker, { address, tls: 'plain-text' });
    const isAboutCertificates = statusOf(greetingOf(name)[1]) === '405';
    await expect(new SrpcUnpacker(client).status()).rejects.toMatchObject({
      code: isAboutCertificates ? 'CERTIFICATE_REFUSED' : 'PROTOCOL_UNSUPPORTED',
    });
  });

  it.each(refused.filter((name) => name.startsWith('connect-')))(
    'is what a server says as well, but that it knows no gob: %s',
    async (name) => {
      const [asked, answered] = greetingOf(name);
      const { address } = await serve({ methods, tls });
      const { answer } = await ask(address, asked, '\0');
      expect(statusOf(Buffer.from(answer))).toBe(asked.includes('goSRPC') ? '404' : statusOf(answered));
    },
  );
});

describe('a recorded agreement', () => {
  it.each(accepted)('is answered to the same head by a server: %s', async (name) => {
    const [asked, answered] = greetingOf(name);
    const isPlain = asked.includes('unsecured');
    const { address } = await serve({ methods, tls: isPlain ? 'plain-text' : tls });
    const { answer } = await ask(address, asked, '\n\n');
    expect(answer).toBe(answered.toString());
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('is followed by %s and a ping', async (version) => {
    const [asked] = greetingOf('connect-tls-json');
    const { address } = await serve({ methods, tls });
    const { socket } = await ask(address, asked, '\n\n');
    expect(await pingWithin(socket, version)).toEqual([version, '\n']);
  });
});
