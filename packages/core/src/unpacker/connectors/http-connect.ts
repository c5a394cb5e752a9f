import { request } from 'node:http';
import type { Duplex } from 'node:stream';

/** Where an HTTP proxy listens. */
export interface ProxyAddress {
  readonly host: string;
  readonly port: number;
}

export interface HttpConnectOptions {
  readonly proxy: ProxyAddress;
  /** `host:port` that the proxy connects to. */
  readonly to: string;
  /** `user:password`, sent as basic authentication. */
  readonly credentials?: string | undefined;
  /** How long the proxy may take to connect, ms. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A proxy that answered, and said no. */
export class ConnectRefused extends Error {
  override readonly name = 'ConnectRefused';

  constructor(
    readonly status: number,
    reason: string,
  ) {
    super(`${status}${reason === '' ? '' : ` ${reason}`}`);
  }
}

/**
 * Connects through an HTTP proxy by the method CONNECT (RFC 9110, 9.3.6).
 *
 * @throws {ConnectRefused} with the proxy's status; else what `node:net` says of a proxy that cannot be reached, or a time-out.
 */
export const httpConnect = (options: HttpConnectOptions): Promise<Duplex> =>
  new Promise((resolve, reject) => {
    const { proxy, to, credentials, timeoutMs } = options;
    const signal = AbortSignal.any([options.signal, AbortSignal.timeout(timeoutMs)]);
    const authorization = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
    const connecting = request({
      ...proxy,
      method: 'CONNECT',
      path: to,
      headers: { host: to, ...(authorization && { 'proxy-authorization': authorization }) },
      agent: false,
      signal,
    });
    connecting.once('connect', ({ statusCode = 0, statusMessage = '' }, socket, head) => {
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy();
        reject(new ConnectRefused(statusCode, statusMessage));
        return;
      }
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    connecting.once('error', (error) => {
      const isLate = signal.aborted && !options.signal.aborted;
      reject(isLate ? new Error(`no answer within ${timeoutMs / 1000} s`, { cause: error }) : error);
    });
    connecting.end();
  });
