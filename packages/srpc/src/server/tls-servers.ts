import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { Logger } from '@ami-publisher/base';
import { callerOf, type SrpcCaller } from './caller.js';

const handshakeTimeoutMs = 60_000;

/** What a server shows, and whom it trusts; PEM. */
export interface SrpcServerTls {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Whose certificates are trusted, and grant methods. */
  readonly ca: Buffer;
  /** Whose certificates are trusted for who their owner is, and grant nothing. */
  readonly identityCa?: Buffer | undefined;
}

/** What makes TLS of connections; a caller may ask to go without what its certificate grants. */
export type TlsServers = Readonly<Record<'usual' | 'withoutPowers', Server>>;

/** They do not listen: connections are given to them. `serve` gets those whose certificate is trusted. */
export const createTlsServers = (
  tls: SrpcServerTls,
  logger: Logger,
  serve: (stream: TLSSocket, caller: SrpcCaller) => void,
): TlsServers => {
  const { cert, key, ca, identityCa } = tls;
  const options = {
    ...{ cert, key, ca: identityCa === undefined ? [ca] : [ca, identityCa] },
    ...{ requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.2' as const },
    handshakeTimeout: handshakeTimeoutMs,
  };
  const grantingCa = identityCa === undefined ? undefined : ca;
  const create = (withoutPowers: boolean): Server => {
    const server = createServer(options, (stream) => {
      const caller = admitted(stream, () => callerOf(stream, { grantingCa, withoutPowers }), logger);
      if (caller !== undefined) serve(stream, caller);
    });
    return server.on('tlsClientError', (error, { remoteAddress: peer }) =>
      logger.debug('no trusted SRPC connection', { error, peer }),
    );
  };
  return { usual: create(false), withoutPowers: create(true) };
};

/** The caller; one whose certificate has grants that cannot be read is sent away without a word, as by the daemons of Go. */
const admitted = (stream: TLSSocket, read: () => SrpcCaller, logger: Logger): SrpcCaller | undefined => {
  try {
    return read();
  } catch (error) {
    logger.warn('a certificate has grants that cannot be read', { peer: stream.remoteAddress, error });
    stream.on('error', () => {});
    stream.end();
    return undefined;
  }
};
