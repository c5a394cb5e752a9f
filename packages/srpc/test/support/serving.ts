import { type AddressInfo, createServer, type Socket } from 'node:net';
import { silentLogger } from '@ami-publisher/base';
import { onTestFinished } from 'vitest';
import { SrpcServer, type SrpcServerOptions } from '../../src/index.js';

/** Listens on loopback until the test ends. @returns its address */
export const listenOn = async (accept: (socket: Socket) => void): Promise<string> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    accept(socket);
  });
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** A server that listens. */
export interface Serving {
  readonly server: SrpcServer;
  readonly address: string;
  /** How many connections there have been. */
  readonly count: () => number;
  /** How many connections there are. */
  readonly openCount: () => number;
}

/** Serves until the test ends. */
export const serve = async (
  options: Omit<SrpcServerOptions, 'logger'> & Partial<SrpcServerOptions>,
): Promise<Serving> => {
  const server = new SrpcServer({ logger: silentLogger, ...options });
  let connections = 0;
  let closed = 0;
  const address = await listenOn((socket) => {
    connections += 1;
    socket.once('close', () => {
      closed += 1;
    });
    server.accept(socket);
  });
  return { server, address, count: () => connections, openCount: () => connections - closed };
};

/** A server that is not one of ours: sends the greeting, then whatever `talk` does with the bare connection. */
export const greetThen = (talk: (socket: Socket) => void): Promise<string> =>
  listenOn((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.0 200 Connected to Go SRPC\n\n');
      talk(socket);
    });
  });
