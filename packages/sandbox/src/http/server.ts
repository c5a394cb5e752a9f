import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AmiPublisherError, type Logger } from '@ami-publisher/base';
import type { SignedRequest } from '../credentials/signature.js';
import { ConnectionClosed } from '../faults/connection-closed.js';
import type { CloudModel } from '../model/cloud-model.js';
import type { Answer } from './answer.js';
import { serveDataChannels } from './data-channel.js';
import { answerRequest } from './front.js';
import { isForS3 } from './s3-front.js';

/** A front that listens. */
export interface HttpFront {
  /** URL for `AWS_ENDPOINT_URL`. */
  readonly endpoint: string;
  close(): Promise<void>;
}

/** EC2 takes no larger ones either. */
const maxBodyBytes = 1024 * 1024;
/** Of an object; S3 takes far larger ones. */
const maxObjectBytes = 16 * 1024 * 1024;

/**
 * Lets AWS clients call the model over HTTP on 127.0.0.1.
 *
 * @param port 0 for any that is free
 * @throws `INVALID_OPTION` if the port cannot be had
 */
export const startHttpFront = async (model: CloudModel, logger: Logger, port: number): Promise<HttpFront> => {
  const server = createServer((incoming, response) => {
    serve(model, logger, incoming, response).catch((error: unknown) => {
      if (!(error instanceof ConnectionClosed)) logger.warn('a client of the sandbox went away', { error });
      response.destroy();
    });
  });
  serveDataChannels(server, model.sessions);
  await listen(server, port);
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        model.sessions.close();
        server.closeAllConnections();
      }),
  };
};

const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(portTaken(port, cause)));
    server.listen(port, '127.0.0.1', () => {
      server.removeAllListeners('error');
      resolve();
    });
  });

const portTaken = (port: number, cause: Error): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `the sandbox cannot listen on 127.0.0.1:${port}: ${cause.message}`,
    remedy: 'choose another port, or none for any that is free',
    cause,
  });

const serve = async (
  model: CloudModel,
  logger: Logger,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const head = toRequest(incoming);
  const body = await readBody(incoming, isForS3(head) ? maxObjectBytes : maxBodyBytes);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const answer =
    body === undefined ? tooLarge : await answerRequest(model, logger, { ...head, body }, gone.signal);
  response.writeHead(answer.status, answer.headers).end(answer.body);
};

const tooLarge: Answer = { status: 413, headers: { connection: 'close' }, body: '' };

const readBody = async (incoming: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming) {
    length += (chunk as Buffer).length;
    if (length > maxBytes) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
};

const toRequest = (incoming: IncomingMessage): SignedRequest => {
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
  return {
    method: incoming.method ?? 'POST',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: Object.fromEntries(headers),
    body: Buffer.alloc(0),
  };
};
