import { readFile } from 'node:fs/promises';
import { createServer as createPlainServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, BlockList, isIPv6 } from 'node:net';
import { AmiPublisherError } from '@ami-publisher/base';
import { getRequestListener } from '@hono/node-server';

export interface ListenOptions {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** How long a client may take to send a request, ms. */
  readonly requestTimeoutMs: number;
}

/** A socket that is bound. */
export interface Listener {
  /** `host:port` as bound. */
  readonly address: string;
  readonly url: string;
  /** Lets calls in progress end. */
  close(): Promise<void>;
}

type Fetch = Parameters<typeof getRequestListener>[0];

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

const isLoopback = (host: string): boolean =>
  host === 'localhost' || loopback.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');

/**
 * Listens for HTTP, with TLS if there is a certificate. Clients that send slowly, or nothing, are let go.
 *
 * @param fetch answers; given the URL that is served, since the port may be any.
 * @throws `INVALID_OPTION` for plain text off loopback, or an address that cannot be listened on; `FILE_SYSTEM_FAILED` for a certificate that cannot
 *   be read.
 */
export const listen = async (options: ListenOptions, fetch: (url: string) => Fetch): Promise<Listener> => {
  const { host, port, tls } = options;
  if (tls === undefined && !isLoopback(host)) {
    throw new AmiPublisherError('INVALID_OPTION', {
      message: `keys would cross the network in plain text on ${host}:${port}`,
      remedy: 'give --cert and --key, or listen on a loopback address behind a proxy that has a certificate',
    });
  }
  const server = await serverOf(options);
  await bound(server, host, port);
  const { port: boundPort } = server.address() as AddressInfo;
  const address = `${isIPv6(host) ? `[${host}]` : host}:${boundPort}`;
  const url = `${tls === undefined ? 'http' : 'https'}://${address}`;
  server.on('request', getRequestListener(fetch(url)));
  return { address, url, close: () => closed(server) };
};

const serverOf = async ({ tls, requestTimeoutMs }: ListenOptions): Promise<Server> => {
  const limits = {
    requestTimeout: requestTimeoutMs,
    headersTimeout: Math.min(requestTimeoutMs, 10_000),
    connectionsCheckingInterval: Math.min(requestTimeoutMs, 5_000),
    maxHeaderSize: 16_384,
  };
  if (tls === undefined) return createPlainServer(limits);
  const [cert, key] = await Promise.all([readPem(tls.certFile), readPem(tls.keyFile)]);
  return createTlsServer({ ...limits, cert, key, minVersion: 'TLSv1.2' });
};

const readPem = async (file: string): Promise<Buffer> => {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new AmiPublisherError('FILE_SYSTEM_FAILED', {
      message: `cannot read ${file}: ${(cause as Error).message}`,
      resource: file,
      cause,
    });
  }
};

const bound = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new AmiPublisherError('INVALID_OPTION', {
          message: `cannot listen on ${host}:${port}: ${cause.message}`,
          remedy: 'give another --listen',
          cause,
        }),
      );
    });
    server.listen(port, host, resolve);
  });

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
