import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpenApiChecker } from '../../packages/orchestrator/test/support/openapi-checker.js';

/** What stands between clients and a lifecycle server, and compares every answer with the OpenAPI document that the server serves. */
export interface CheckingProxy {
  readonly url: string;
  /** Names the server; nothing may be asked before. */
  forwardTo(url: string): Promise<void>;
  /** @throws if nothing was answered, or an answer was not as the document says; its client got a 502 */
  close(): Promise<void>;
}

/** Headers of one connection, which mean nothing on another. */
const ofConnection = /^(connection|content-encoding|content-length|host|keep-alive|transfer-encoding)$/;

const bodyOf = async (request: IncomingMessage): Promise<string | undefined> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? undefined : text;
};

/** Starts one on loopback. */
export const startCheckingProxy = async (): Promise<CheckingProxy> => {
  const faults: string[] = [];
  let target = '';
  let checker = new OpenApiChecker({ paths: {} });
  const forward = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '' } = request;
    const headers = Object.entries(request.headers).filter(([name]) => !ofConnection.test(name));
    const body = await bodyOf(request);
    const answer = await fetch(target + url, {
      ...{ method, headers: headers.map(([name, value]) => [name, String(value)]), redirect: 'manual' },
      ...(body !== undefined && { body }),
    });
    const text = await answer.text();
    try {
      const type = answer.headers.get('content-type') ?? '';
      checker.check(method, url.split('?')[0] ?? '', answer.status, type, text);
    } catch (reason) {
      const error = (reason as Error).message;
      faults.push(error);
      response.writeHead(502, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
      return;
    }
    const passed = [...answer.headers].filter(([name]) => !ofConnection.test(name));
    response.writeHead(answer.status, Object.fromEntries(passed)).end(text);
  };
  const server = createServer((request, response) => {
    forward(request, response).catch((reason: unknown) => response.destroy(reason as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    forwardTo: async (url) => {
      target = url;
      checker = new OpenApiChecker((await (await fetch(`${url}/openapi.json`)).json()) as object);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      if (checker.seen.size === 0) faults.push('no client has asked the server anything');
      if (faults.length > 0) throw new Error(`answers are not as the document says: ${faults.join('; ')}`);
    },
  };
};
