import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { AmiPublisherError, type Logger } from '@ami-publisher/base';
import type { ServerTls } from '../tls.js';
import { followCertificateFiles, type Identity } from './certificate-files.js';
import { protocolOf, type WireProtocol } from './wire-protocol.js';

/** What TLS connections begin with: a record of the type handshake, of version 3 (RFC 8446, 5.1). */
const tlsHandshake = '\x16\x03';

export interface ListenerOptions {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly tls?: ServerTls | undefined;
  /** The first one is taken by a client that offers it, whatever else it offers. */
  readonly protocols: readonly WireProtocol[];
  /** How long a connection may take until it is clear what it speaks, ms. @default 10,000 */
  readonly greetingTimeoutMs?: number | undefined;
  readonly logger: Logger;
}

/** A port that is listened on. */
export interface Listener {
  /** `host:port` as bound. */
  readonly address: string;
  /** End of validity of the server's certificate, milliseconds since the Unix epoch; undefined in plain text. */
  readonly certificateExpiresAt: () => number | undefined;
  /** Takes no more connections, waits for those there are to end for up to `graceMs`, and then cuts them off. */
  close(graceMs: number): Promise<void>;
}

/**
 * Listens on one port for several protocols. With TLS the client says which it speaks, else its first bytes do.
 *
 * @throws `INVALID_OPTION` for an address that cannot be bound, `CERTIFICATE_REFUSED` for unreadable files.
 */
export const listen = async (options: ListenerOptions): Promise<Listener> => {
  const greetingTimeoutMs = options.greetingTimeoutMs ?? 10_000;
  const sockets = new Set<Socket>();
  const onError = (error: Error): void => options.logger.debug('a connection broke', { error });
  const onConnection = (socket: Socket): void => {
    socket.on('error', onError);
    handOver(socket, options.protocols, greetingTimeoutMs);
  };
  const { server, files } =
    options.tls === undefined
      ? plain(onConnection)
      : secure({ ...options, greetingTimeoutMs }, options.tls, onConnection);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', onError);
  });
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  try {
    await bound(server, options, `${host}:${options.port}`);
  } catch (error) {
    files?.close();
    throw error;
  }
  return {
    address: `${host}:${(server.address() as AddressInfo).port}`,
    certificateExpiresAt: () => files?.expiresAt(),
    close: async (graceMs) => {
      files?.close();
      const ended = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const { drain } of options.protocols) drain();
      const timer = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, graceMs);
      await ended;
      clearTimeout(timer);
    },
  };
};

const plain = (onConnection: (socket: Socket) => void) => ({
  server: createServer(onConnection),
  files: undefined,
});

const secure = (
  options: ListenerOptions & { readonly greetingTimeoutMs: number },
  tls: ServerTls,
  onConnection: (socket: Socket) => void,
) => {
  const { logger, protocols } = options;
  const tell = (identity: Identity): void => {
    for (const { secureWith } of protocols) secureWith?.(identity);
  };
  const onChange = (identity: Identity): void => {
    secured.setSecureContext(identity);
    tell(identity);
  };
  const files = followCertificateFiles(tls, { logger, onChange });
  tell(files.current());
  const secured = createTlsServer(
    {
      ...files.current(),
      requestCert: true,
      rejectUnauthorized: true,
      handshakeTimeout: options.greetingTimeoutMs,
      ALPNCallback: ({ protocols: offered }) =>
        protocols.find(({ alpn }) => alpn !== undefined && offered.includes(alpn))?.alpn,
    },
    onConnection,
  );
  secured.on('tlsClientError', (error, socket) =>
    logger.debug('no trusted connection', { error, peer: socket.remoteAddress }),
  );
  const open = protocols.filter(({ beginsPlain }) => beginsPlain);
  const server = open.length === 0 ? secured : beforeTls(secured, open, options.greetingTimeoutMs);
  return { server, files };
};

/** Hands connections of protocols that begin in plain text to these, and all others to TLS. */
const beforeTls = (secured: Server, open: readonly WireProtocol[], timeoutMs: number): Server => {
  const otherwise = {
    prefixes: [tlsHandshake],
    accept: (socket: Socket) => secured.emit('connection', socket),
  };
  return createServer((socket) => handOverByFirstBytes(socket, [...open, otherwise], timeoutMs));
};

const bound = (server: Server, { host, port }: ListenerOptions, address: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(cannotBind(address, cause)));
    server.listen({ host, port }, resolve);
  });

const cannotBind = (address: string, cause: Error): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `cannot listen on ${address}: ${cause.message}`,
    resource: address,
    remedy: 'stop what listens there, or choose another address',
    cause,
  });

const handOver = (socket: Socket, protocols: readonly WireProtocol[], timeoutMs: number): void => {
  const agreed = socket instanceof TLSSocket ? socket.alpnProtocol : false;
  const byName = protocols.find(({ alpn }) => alpn !== undefined && alpn === agreed);
  if (byName === undefined) handOverByFirstBytes(socket, protocols, timeoutMs);
  else byName.accept(socket);
};

const handOverByFirstBytes = (
  socket: Socket,
  protocols: readonly Pick<WireProtocol, 'prefixes' | 'accept'>[],
  timeoutMs: number,
): void => {
  let seen = Buffer.alloc(0);
  const tooSlow = () => socket.destroy();
  const look = (): void => {
    for (let chunk = socket.read(); chunk !== null; chunk = socket.read())
      seen = Buffer.concat([seen, chunk]);
    const protocol = protocolOf(protocols, seen);
    if (protocol === 'undecided') return;
    socket.off('readable', look);
    socket.off('timeout', tooSlow);
    socket.setTimeout(0);
    if (protocol === undefined) {
      socket.destroy();
      return;
    }
    socket.unshift(seen);
    protocol.accept(socket);
  };
  socket.setTimeout(timeoutMs, tooSlow);
  socket.on('readable', look);
};
