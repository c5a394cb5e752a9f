import type { Socket } from 'node:net';
import { type Clock, Deadlines, type Logger, systemClock } from '@ami-publisher/base';
import { ByteReader } from '../wire/byte-reader.js';
import { connected, jsonPaths, maxHeadBytes } from '../wire/endpoints.js';
import { readHead } from '../wire/head.js';
import { CallSlots } from './call-slots.js';
import { anybody, nobody, type SrpcCaller } from './caller.js';
import type { SrpcMethods } from './method.js';
import { Session, type SessionOptions } from './session.js';
import { createTlsServers, type SrpcServerTls, type TlsServers } from './tls-servers.js';

const headTimeoutMs = 15_000;
const keepAliveMs = 30_000;
const defaultRequestTimeoutMs = 30_000;
const defaultCallsPerUser = 64;

/** Path and query. */
const connectRequest = /^CONNECT ([^ ?]+)(?:\?(\S*))? HTTP\/1\.[01]$/;

/** Options of a server. */
export interface SrpcServerOptions {
  /** What it answers, by `Service.Method`. */
  readonly methods: SrpcMethods;
  /** `plain-text` lets everybody call everything: for loopback only. */
  readonly tls: SrpcServerTls | 'plain-text';
  /** Until a value that a call waits for has come, ms. @default 30,000 */
  readonly requestTimeoutMs?: number | undefined;
  /** Calls of one user that may be under way at a time. @default 64 */
  readonly callsPerUser?: number | undefined;
  /** Gets a line for each call. */
  readonly logger: Logger;
  /** @default the machine's */
  readonly clock?: Clock | undefined;
}

/**
 * Answers the calls of connections that a daemon hands over, with the JSON coder. Clients of Go ask for their own coder first, and go over to this
 * one when they hear that there is no such path.
 */
export class SrpcServer {
  readonly #options: SrpcServerOptions;
  readonly #sessionOptions: SessionOptions;
  #tlsServers: TlsServers | undefined;
  readonly #sessions = new Set<Session>();
  readonly #sockets = new Set<Socket>();

  constructor(options: SrpcServerOptions) {
    const { logger, methods, tls } = options;
    this.#options = options;
    this.#sessionOptions = {
      methods,
      logger,
      deadlines: new Deadlines(options.clock ?? systemClock),
      requestTimeoutMs: options.requestTimeoutMs ?? defaultRequestTimeoutMs,
      slots: new CallSlots(options.callsPerUser ?? defaultCallsPerUser),
    };
    if (tls !== 'plain-text') this.secureWith(tls);
  }

  /** Shows another certificate, and trusts other authorities, from the next connection on. */
  secureWith(tls: SrpcServerTls): void {
    this.#tlsServers = createTlsServers(tls, this.#options.logger, (stream, caller) =>
      this.#serve(stream, caller),
    );
  }

  /** Takes over a connection of which nothing has been consumed. */
  accept(socket: Socket): void {
    socket.setKeepAlive(true, keepAliveMs);
    socket.setNoDelay(true);
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    this.#greet(socket).catch((error: unknown) => {
      this.#options.logger.debug('an SRPC connection did not come about', {
        peer: socket.remoteAddress,
        error,
      });
      socket.destroy();
    });
  }

  /** Ends each connection as soon as no call is under way on it. */
  drain(): void {
    for (const session of this.#sessions) session.drain();
  }

  /** Ends all connections at once. */
  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #greet(socket: Socket): Promise<void> {
    const reader = new ByteReader(socket);
    const callOff = this.#sessionOptions.deadlines.set(headTimeoutMs, () => socket.destroy());
    try {
      // Whoever begins with anything else, as with TLS, waits for an answer and not for the end of its own lines.
      const [request = ''] = await readHead(reader, maxHeadBytes, (line) => connectRequest.test(line));
      const taker = this.#takerOf(request);
      if (typeof taker === 'string') {
        refuse(socket, taker);
        return;
      }
      reader.release();
      socket.write(`HTTP/1.0 ${connected}\n\n`);
      taker(socket);
    } finally {
      callOff();
    }
  }

  /** Who takes a connection over, or the status that it is refused with. */
  #takerOf(request: string): string | ((socket: Socket) => void) {
    const [, path, query = ''] = connectRequest.exec(request) ?? [];
    if (path === undefined) return '400 Bad Request';
    const withoutPowers = new URLSearchParams(query).get('doNotUseMethodPowers') === 'true';
    const servers = this.#tlsServers;
    if (path === jsonPaths.tls && servers !== undefined) {
      return (socket) => servers[withoutPowers ? 'withoutPowers' : 'usual'].emit('connection', socket);
    }
    if (path !== jsonPaths.plain) return '404 Not Found';
    if (servers !== undefined && !this.#hasOpenMethods()) return '405 Method Not Allowed';
    return (socket) => this.#serve(socket, servers === undefined && !withoutPowers ? anybody : nobody);
  }

  #hasOpenMethods(): boolean {
    return Object.values(this.#options.methods).some(({ access }) => access === 'open');
  }

  #serve(stream: Socket, caller: SrpcCaller): void {
    const session = new Session(
      { stream, caller, peer: stream.remoteAddress ?? 'unknown' },
      this.#sessionOptions,
    );
    this.#sessions.add(session);
    void session.run().finally(() => this.#sessions.delete(session));
  }
}

const refuse = (socket: Socket, status: string): void => {
  socket.end(`HTTP/1.0 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
};
