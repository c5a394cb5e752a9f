import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call that a server of the test was sent. */
export interface ReceivedCall {
  readonly method: string;
  readonly path: string;
  readonly key: string | undefined;
  readonly body: unknown;
}

/** What it answers with; undefined for a lifecycle that was written. */
export type Answer = { readonly status: number; readonly body: unknown } | undefined;

/** A server that says what a test wants, and keeps what it was asked. */
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

/** Starts one on loopback. */
export const startLifecycleStub = async (): Promise<LifecycleStub> => {
  const calls: ReceivedCall[] = [];
  const stub: Pick<LifecycleStub, 'calls' | 'answer'> = { calls, answer: () => undefined };
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const call = { method, path: url, key: headers['x-api-key']?.toString(), body: await bodyOf(request) };
    calls.push(call);
    const { status, body } = stub.answer(call) ?? { status: 200, body: written };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return Object.assign(stub, { endpoint, close });
};
