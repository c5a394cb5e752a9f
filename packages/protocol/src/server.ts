import type { Http2Server } from 'node:http2';
import { AmiPublisherError, type Logger, silentLogger } from '@ami-publisher/base';
import * as grpc from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import { type CallObserver, implementation } from './calls.js';
import { flowControlWindow } from './flow-control.js';
import { type HttpHandler, httpProtocol } from './listen/http.js';
import { listen } from './listen/listener.js';
import type { WireProtocol } from './listen/wire-protocol.js';
import { packageDefinition } from './load.js';
import { isLoopback } from './loopback.js';
import type { Service } from './service.js';
import type { ServerTls } from './tls.js';

export interface ServerOptions {
  readonly services: readonly Service[];
  /** Answers HTTP requests on the same port. @default gRPC only */
  readonly http?: HttpHandler | undefined;
  /** Further protocols on the same port. @default none */
  readonly protocols?: readonly WireProtocol[] | undefined;
  /** Left out, the server speaks plain text, which it does on loopback addresses only. */
  readonly tls?: ServerTls | undefined;
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly logger?: Logger | undefined;
  /** Told of every call of the services. */
  readonly observer?: CallObserver | undefined;
}

export interface RunningServer {
  /** `host:port` as bound. */
  readonly address: string;
  /** End of validity of the server's certificate, milliseconds since the Unix epoch; undefined in plain text. */
  readonly certificateExpiresAt: () => number | undefined;
  /** Answers health checks with NOT_SERVING from now on; calls are served as before. */
  announceEnd(): void;
  /** Lets calls in progress end for up to `graceMs` (default 2,000), then cuts them off. */
  close(graceMs?: number): Promise<void>;
}

/**
 * Listens, with health and reflection services beside the given ones.
 *
 * @throws `INVALID_OPTION` for plain text off loopback or an address that cannot be bound, `CERTIFICATE_REFUSED` for unreadable files.
 */
export const startServer = async (options: ServerOptions): Promise<RunningServer> => {
  if (options.tls === undefined && !isLoopback(options.host)) throw plainTextRefused(options.host);
  const logger = options.logger ?? silentLogger;
  const { server, health } = grpcServer(options, logger);
  const { host, port, tls, http } = options;
  const onFault = (error: unknown) => logger.error('a page failed', { error });
  const pages = http === undefined ? [] : [httpProtocol(http, onFault)];
  const protocols = [...pages, grpcProtocol(server), ...(options.protocols ?? [])];
  const listener = await listen({ host, port, tls, protocols, logger });
  const announceEnd = () => health.setStatus('', 'NOT_SERVING');
  return {
    address: listener.address,
    certificateExpiresAt: listener.certificateExpiresAt,
    announceEnd,
    close: async (graceMs = 2_000) => {
      announceEnd();
      const timer = setTimeout(() => server.forceShutdown(), graceMs);
      await listener.close(graceMs);
      clearTimeout(timer);
    },
  };
};

const grpcServer = (options: ServerOptions, logger: Logger) => {
  const server = new grpc.Server({
    'grpc.max_receive_message_length': 16 * 1024 * 1024,
    'grpc.keepalive_time_ms': 30_000,
  });
  const calls = { secure: options.tls !== undefined, logger, observer: options.observer ?? (() => () => {}) };
  for (const service of options.services) {
    server.addService(service.definition, implementation(service, calls));
  }
  const health = new HealthImplementation({ '': 'SERVING' });
  health.addToServer(server);
  new ReflectionService(packageDefinition()).addToServer(server);
  return { server, health };
};

/** gRPC on connections that the listener has already decrypted; the caller's certificate is read from the connection. */
const grpcProtocol = (server: grpc.Server): WireProtocol => {
  const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  widenWindows(server);
  return {
    alpn: 'h2',
    prefixes: ['PRI * HTTP/2.0\r\n'],
    accept: (socket) => injector.injectConnection(socket),
    drain: () => server.tryShutdown(() => {}),
  };
};

/**
 * Lets each caller send more than HTTP/2's 64 KiB before it has to wait for an answer. grpc-js has an option for it, which its client
 * heeds and its server (1.14) does not, and hands its sessions to nobody; hence the look inside.
 */
const widenWindows = (server: grpc.Server): void => {
  const { http2Servers } = server as unknown as { readonly http2Servers: ReadonlyMap<Http2Server, unknown> };
  for (const http2Server of http2Servers.keys()) {
    http2Server.on('session', (session) => {
      session.settings({ initialWindowSize: flowControlWindow });
      session.setLocalWindowSize(flowControlWindow);
    });
  }
};

const plainTextRefused = (host: string): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `refusing to listen in plain text on ${host}, which is not a loopback address`,
    remedy: 'give --ca, --cert and --key, or listen on 127.0.0.1',
  });
