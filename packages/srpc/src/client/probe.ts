import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AmiPublisherError, endpointOf } from '@ami-publisher/base';
import { type DaemonKind, daemonKinds } from './site.js';

/** What a daemon speaks at its port. */
export type DaemonWire = 'grpc' | 'srpc';

/** Options of `probeWire`. */
export interface ProbeOptions {
  /** `host:port`, or `unix:/path`. */
  readonly address: string;
  /** @default an unpacker */
  readonly kind?: DaemonKind | undefined;
  /** What messages call it. @default the address */
  readonly name?: string | undefined;
  /** Whether our side has certificates; without them gRPC is spoken in plain text. */
  readonly isSecure: boolean;
  /** @default 10,000 */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const defaultTimeoutMs = 10_000;
/** The beginning of HTTP/2 (RFC 9113, 3.4) with empty settings. */
const http2Preface = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);
/** How OpenSSL tells that the other side has not answered in TLS. */
const notTls = /WRONG_VERSION_NUMBER|UNKNOWN_PROTOCOL|PACKET_LENGTH|HTTP_REQUEST|UNSUPPORTED_PROTOCOL/;

/**
 * Whether a daemon speaks gRPC, which it is asked for first, or else SRPC: an SRPC daemon of Go begins in plain text, and answers what it takes for a
 * bad request of HTTP. One connection, nothing is asked of the daemon, and no certificate is shown.
 *
 * @throws `UNPACKER_UNREACHABLE`, or what stands for it in its kind, if nothing answers in time.
 */
export const probeWire = (options: ProbeOptions): Promise<DaemonWire> =>
  new Promise((resolve, reject) => {
    const { isSecure, signal, timeoutMs = defaultTimeoutMs } = options;
    const socket = isSecure ? secureSocket(options) : plainSocket(options);
    const settle = (end: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.on('error', () => {});
      socket.destroy();
      end();
    };
    const fail = (why: string, cause?: Error): void => settle(() => reject(silent(options, why, cause)));
    const onAbort = (): void => settle(() => reject(signal?.reason));
    const timer = setTimeout(() => fail(`no answer within ${timeoutMs / 1000} s`), timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.once('secureConnect', () => settle(() => resolve('grpc')));
    socket.once('data', (bytes: Buffer) => settle(() => resolve(wireOf(bytes))));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const code = error.code ?? '';
      if (notTls.test(code)) settle(() => resolve('srpc'));
      else if (code.startsWith('ERR_SSL_')) settle(() => resolve('grpc'));
      else fail(error.message, error);
    });
    socket.once('close', () => fail('the connection was closed without a word'));
  });

const secureSocket = ({ address }: ProbeOptions): Socket =>
  // Who answers is found out by the connection that is made for calls.
  connectTls({ ...endpointOf(address), ALPNProtocols: ['h2'], rejectUnauthorized: false });

const plainSocket = ({ address }: ProbeOptions): Socket => {
  const socket = connect(endpointOf(address));
  socket.once('connect', () => socket.write(http2Preface));
  return socket;
};

const wireOf = (bytes: Buffer): DaemonWire =>
  bytes.subarray(0, 5).toString('latin1') === 'HTTP/' ? 'srpc' : 'grpc';

const silent = (options: ProbeOptions, why: string, cause?: Error): AmiPublisherError => {
  const { address, kind = daemonKinds.unpacker, name = address } = options;
  return new AmiPublisherError(kind.unreachable, {
    message: `${kind.name}:CONNECT: cannot tell what ${name} speaks: ${why}`,
    call: `${kind.name}:CONNECT`,
    resource: name,
    remedy: 'check that the daemon runs there and that the network lets you through',
    cause,
  });
};
