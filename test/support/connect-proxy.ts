import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A request that the proxy got. */
export interface ProxiedRequest {
  /** `host:port` */
  readonly to: string;
  readonly credentials: string | undefined;
}

/** An HTTP proxy on 127.0.0.1 that knows CONNECT and nothing else. */
export interface ConnectProxy {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  readonly requests: readonly ProxiedRequest[];
  /** Everything that went through it, as it went. */
  bytes(): Buffer;
  /** Answers with this status from now on instead of connecting; 200 makes it connect again. */
  answer(status: number): void;
  /** Is silent from now on: takes connections and answers nothing. */
  fallSilent(): void;
  /** Cuts everything and stops listening. */
  close(): Promise<void>;
}

/** @param credentials `user:password` that it asks for. */
export const startConnectProxy = async (credentials?: string): Promise<ConnectProxy> => {
  const requests: ProxiedRequest[] = [];
  const seen: Buffer[] = [];
  const open = new Set<Duplex>();
  const keep = (socket: Duplex) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => open.delete(socket));
  };
  let status = 200;
  let isSilent = false;

  const statusFor = (given: string | undefined): number => {
    if (status !== 200) return status;
    return credentials === undefined || given === credentials ? 200 : 407;
  };
  const server = createServer();
  server.on('connection', keep);
  server.on('connect', (request: IncomingMessage, near: Socket) => {
    const given = credentialsOf(request);
    requests.push({ to: request.url ?? '', credentials: given });
    if (isSilent) return;
    const answer = statusFor(given);
    if (answer !== 200) {
      near.end(`HTTP/1.1 ${answer} Refused here\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const far = connect({ host, port: Number(port) });
    keep(far);
    far.once('connect', () => near.write('HTTP/1.1 200 Connection established\r\n\r\n'));
    far.once('error', () => near.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n'));
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (chunk: Buffer) => {
        seen.push(chunk);
        to.write(chunk);
      });
      from.once('close', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    bytes: () => Buffer.concat(seen),
    answer: (next) => {
      status = next;
    },
    fallSilent: () => {
      isSilent = true;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
};

const credentialsOf = ({ headers }: IncomingMessage): string | undefined => {
  const [, encoded] = /^Basic (.+)$/.exec(headers['proxy-authorization'] ?? '') ?? [];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString();
};
