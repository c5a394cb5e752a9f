import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { OpenApiChecker } from '../../../orchestrator/test/support/openapi-checker.js';

/** A call that a server of the test was sent. */
export interface ReceivedCall {
  readonly method: string;
  readonly path: string;
  readonly key: string | undefined;
  readonly body: unknown;
}

/** What it answers with; undefined for a lifecycle that was written. */
export type Answer = { readonly status: number; readonly body: unknown } | undefined;

/** A server that says what a test wants, and keeps what it was asked. Closing it fails if it was asked or said what the OpenAPI document does not know. */
export interface LifecycleStub {
  readonly endpoint: string;
  readonly calls: ReceivedCall[];
  /** What the next calls are answered with. @default as written */
  answer: (call: ReceivedCall) => Answer;
  close(): Promise<void>;
}

export const lifecycleId = '0f9a6c1e-58a1-4b7c-9a41-6d1f2d1f9c55';

const written = {
  lifecycle_id: lifecycleId,
  owner: 'release-bot',
  creation_date: '03/14/2026, 09:26:53',
  notification_channels: [{ method: 'EMAIL', target: 'team@example.org' }],
};

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? undefined : JSON.parse(text);
};

const document = join(import.meta.dirname, '../../../../docs/openapi.json');

/** Starts one on loopback. */
export const startLifecycleStub = async (): Promise<LifecycleStub> => {
  const calls: ReceivedCall[] = [];
  const faults: string[] = [];
  const checker = new OpenApiChecker(JSON.parse(readFileSync(document, 'utf8')));
  const stub: Pick<LifecycleStub, 'calls' | 'answer'> = { calls, answer: () => undefined };
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const call = { method, path: url, key: headers['x-api-key']?.toString(), body: await bodyOf(request) };
    calls.push(call);
    const { status, body } = stub.answer(call) ?? { status: 200, body: written };
    try {
      checker.check(method, url.split('?')[0] ?? '', status, 'application/json', JSON.stringify(body));
    } catch (reason) {
      faults.push((reason as Error).message);
    }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async () => {
    await new Promise<void>((resolve) => server.close(() => resolve()));
    if (faults.length > 0) throw new Error(`no server answers so: ${faults.join('; ')}`);
  };
  return Object.assign(stub, { endpoint, close });
};
