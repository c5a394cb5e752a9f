import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { AmiPublisherError, type Clock, Deadlines, type Logger } from '@ami-publisher/base';
import { createCertificateAuthority } from '@ami-publisher/protocol';
import { Download, type OfferedVolume } from './download.js';

/** Where volumes are fetched. */
export interface RawAddress {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
}

/** What fetching a volume takes, and how it ends. */
export interface Offer {
  /** Good for one download; what is kept of it is its hash. */
  readonly ticket: string;
  readonly port: number;
  /** Base64 SHA-256 of the public key that the port shows (RFC 7469). */
  readonly publicKeySha256: string;
  readonly download: Download;
}

interface Opened extends Pick<Offer, 'port' | 'publicKeySha256'> {
  readonly server: Server;
}

/**
 * A port of its own on which volumes can be fetched with a ticket, in place of a client certificate. It is open while there is something to
 * fetch, and makes itself a new key each time; whoever gets a ticket is told that key.
 */
export class RawDoor {
  readonly #address: RawAddress;
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  readonly #logger: Logger;
  /** Not begun, by the hash of their tickets. */
  readonly #waiting = new Map<string, Download>();
  #count = 0;
  /** Opening and closing follow each other. */
  #turn: Promise<Opened | undefined> = Promise.resolve(undefined);

  constructor(address: RawAddress, { clock, logger }: { readonly clock: Clock; readonly logger: Logger }) {
    this.#address = address;
    this.#clock = clock;
    this.#deadlines = new Deadlines(clock);
    this.#logger = logger;
  }

  /** Lets a volume be fetched, until it was or the signal aborts. @throws `RAW_UNAVAILABLE` if the port cannot be had */
  async offer(volume: OfferedVolume, signal: AbortSignal): Promise<Offer> {
    this.#count += 1;
    try {
      const { port, publicKeySha256 } = await this.#opened();
      const ticket = randomBytes(32).toString('base64url');
      const download = new Download(volume, this.#deadlines, signal);
      this.#waiting.set(hashOf(ticket), download);
      void download.over.then(() => {
        this.#waiting.delete(hashOf(ticket));
        this.#leave();
      });
      return { ticket, port, publicKeySha256, download };
    } catch (reason) {
      this.#leave();
      throw reason;
    }
  }

  #opened(): Promise<Opened> {
    const opened = this.#turn.then((open) => open ?? this.#open());
    this.#turn = opened.catch(() => undefined);
    return opened;
  }

  #leave(): void {
    this.#count -= 1;
    this.#turn = this.#turn.then((open) => {
      if (open === undefined || this.#count > 0) return open;
      return new Promise((closed) => {
        open.server.close(() => closed(undefined));
      });
    });
  }

  async #open(): Promise<Opened> {
    const from = this.#clock.now();
    const { cert, key } = await createCertificateAuthority({ commonName: 'image-unpacker', from, days: 1 });
    const server = createServer(
      { cert, key, headersTimeout: 10_000, requestTimeout: 10_000 },
      (request, response) => this.#answer(request, response),
    );
    server.on('tlsClientError', (error) => this.#logger.debug('no reader of a volume', { error }));
    await listening(server, this.#address);
    const { port } = server.address() as AddressInfo;
    return { server, port, publicKeySha256: publicKeyHash(cert) };
  }

  #answer({ method, url, headers, socket }: IncomingMessage, response: ServerResponse): void {
    const peer = socket.remoteAddress;
    const [, ticket = ''] = /^Bearer ([\w-]{43})$/.exec(headers.authorization ?? '') ?? [];
    const hash = hashOf(ticket);
    const download = method === 'GET' && url === '/raw' ? this.#waiting.get(hash) : undefined;
    if (download === undefined) {
      this.#logger.warn('a volume was asked for without a good ticket', { peer });
      response.writeHead(401, { connection: 'close' }).end();
      return;
    }
    this.#waiting.delete(hash);
    this.#logger.info('a volume is fetched by ticket', { peer });
    // It tells whoever offered it how it ends.
    void download.send(response);
  }
}

const listening = async (server: Server, { host, port }: RawAddress): Promise<void> => {
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (cause) {
    throw new AmiPublisherError('RAW_UNAVAILABLE', {
      message: `cannot listen on ${host}:${port} for readers of volumes: ${(cause as Error).message}`,
      resource: `${host}:${port}`,
      remedy: 'stop what listens there, or choose another port with --raw-port',
      cause,
    });
  }
};

const hashOf = (ticket: string): string => createHash('sha256').update(ticket).digest('hex');

const publicKeyHash = (cert: string): string => {
  const key = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
};
