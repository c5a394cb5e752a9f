import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { AmiPublisherError, endpointOf } from '@ami-publisher/base';
import type { KeyPair } from '../certificate/key-pairs.js';
import { ByteReader } from '../wire/byte-reader.js';
import { connected, jsonPaths, maxHeadBytes } from '../wire/endpoints.js';
import { readHead } from '../wire/head.js';
import { excerpt } from '../wire/json.js';
import type { Site } from './site.js';

/** How often TCP asks whether a silent peer is still there, ms. */
const keepAliveMs = 30_000;

/** One attempt to connect. */
export interface DialOptions {
  /** `host:port`, or `unix:/path`. */
  readonly address: string;
  readonly site: Site;
  /** The key pair to present; undefined for plain text. */
  readonly pair: KeyPair | undefined;
  /** The authorities that may have signed the server's certificate, PEM; undefined accepts any server. */
  readonly ca: Buffer | undefined;
}

/**
 * A stream that is being made: first plain, then perhaps TLS on top of it. Whoever has asked for it can end it at any time.
 */
export class Dialled {
  readonly #socket: Socket;
  readonly #options: DialOptions;

  constructor(options: DialOptions) {
    this.#options = options;
    this.#socket = connect({ ...endpointOf(options.address), noDelay: true });
    this.#socket.setKeepAlive(true, keepAliveMs);
    // Whoever reads hears of it; nobody does between two readers.
    this.#socket.on('error', () => {});
  }

  /**
   * Asks for the JSON coder.
   *
   * @returns the stream for calls, within TLS if there is a key pair; a refused certificate may show only when it is read.
   * @throws `PROTOCOL_UNSUPPORTED`, `CERTIFICATE_REFUSED`, or what the connection broke with.
   */
  async upgrade(): Promise<Duplex> {
    const { pair, site } = this.#options;
    const path = pair === undefined ? jsonPaths.plain : jsonPaths.tls;
    const reader = new ByteReader(this.#socket);
    this.#socket.write(`CONNECT ${path} HTTP/1.0\r\n\r\n`);
    checkAnswer(await readHead(reader, maxHeadBytes), path, site);
    reader.release();
    return pair === undefined ? this.#socket : this.#secure(pair);
  }

  /** Gives it up. */
  destroy(): void {
    this.#socket.destroy();
  }

  #secure({ cert, key }: KeyPair): Promise<TLSSocket> {
    const { ca } = this.#options;
    return new Promise((resolve, reject) => {
      const secured = connectTls({
        socket: this.#socket,
        cert,
        key,
        minVersion: 'TLSv1.2',
        ...(ca === undefined ? { rejectUnauthorized: false } : { ca, rejectUnauthorized: true }),
        // Certificates of these daemons name no hosts.
        checkServerIdentity: () => undefined,
      });
      secured.once('error', reject);
      secured.once('close', () => reject(new Error('the connection ended during the TLS handshake')));
      secured.once('secureConnect', () => {
        secured.off('error', reject);
        secured.on('error', () => {});
        resolve(secured);
      });
    });
  }
}

/** What statuses other than 200 mean. */
const refusals: Readonly<Record<string, readonly ['PROTOCOL_UNSUPPORTED' | 'CERTIFICATE_REFUSED', string]>> =
  {
    401: ['CERTIFICATE_REFUSED', 'the server does not accept the certificate'],
    404: ['PROTOCOL_UNSUPPORTED', 'the server has no such endpoint'],
    405: ['CERTIFICATE_REFUSED', 'the server demands TLS and a client certificate'],
  };

const checkAnswer = ([status = '']: readonly string[], path: string, site: Site): void => {
  const answer = /^HTTP\/1\.[01] (.*)$/.exec(status)?.[1];
  if (answer === connected) return;
  const known = refusals[answer?.slice(0, 3) ?? ''];
  const [errorCode, meaning] = known ?? ['PROTOCOL_UNSUPPORTED', `it answers ${excerpt(status)}`];
  throw new AmiPublisherError(errorCode, {
    message: `${site.kind.name}:CONNECT ${path} at ${site.peer}: ${meaning}`,
    call: `${site.kind.name}:CONNECT`,
    resource: site.peer,
    remedy:
      errorCode === 'CERTIFICATE_REFUSED'
        ? 'name the folder with your certificates'
        : 'check the port, and that an SRPC daemon answers there',
  });
};
