import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { callerOf, localCaller } from '../caller.js';
import { isLoopback } from '../loopback.js';
import type { Caller } from '../service.js';
import type { WireProtocol } from './wire-protocol.js';

/** How long a connection may stand still, ms. */
const idleTimeoutMs = 60_000;

/**
 * Answers an HTTP request; the caller is undefined if its certificate carries no role. What it throws is a fault of the server.
 */
export type HttpHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  caller: Caller | undefined,
) => Promise<void>;

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** HTTP/1.1 for browsers and scrapers. */
export const httpProtocol = (handler: HttpHandler, onFault: (error: unknown) => void): WireProtocol => {
  const sockets = new Set<Socket>();
  const busy = new Set<Socket>();
  let draining = false;
  const server = createServer({ keepAliveTimeout: idleTimeoutMs }, (request, response) => {
    const { socket } = request;
    busy.add(socket);
    response.once('close', () => {
      busy.delete(socket);
      if (draining) socket.destroySoon();
    });
    if (isForeignHost(request)) {
      response.writeHead(421).end();
      return;
    }
    handler(request, response, callerAt(socket)).catch((error: unknown) => {
      onFault(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.timeout = idleTimeoutMs;
  return {
    alpn: 'http/1.1',
    prefixes: methods.map((method) => `${method} `),
    accept: (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      server.emit('connection', socket);
    },
    drain: () => {
      draining = true;
      for (const socket of sockets) if (!busy.has(socket)) socket.destroy();
    },
  };
};

/**
 * Whether a page of another site made a browser ask a server that has no certificates: the name that it asked for is that site's, and was
 * made to lead to this machine.
 */
const isForeignHost = ({ socket, headers }: IncomingMessage): boolean =>
  !(socket instanceof TLSSocket) && headers.host !== undefined && !isLoopback(headers.host);

const callerAt = (socket: Socket): Caller | undefined => {
  if (!(socket instanceof TLSSocket)) return localCaller;
  const { commonName, role } = callerOf(socket.authorized ? socket.getPeerCertificate() : undefined);
  return role && { commonName, role };
};
