import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A request of AWS's query protocol or of its JSON protocol, and how it was answered. */
export interface RecordedCall {
  readonly action: string;
  /** The region that the request was signed for. */
  readonly region: string;
  /** The form's fields as sent: `TagSpecification.1.Tag.1.Key`; of JSON none. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly status: number;
}

/** Passes requests on, and keeps them. */
export interface RecordingProxy {
  readonly endpoint: string;
  /** In the order in which they were answered. */
  readonly calls: readonly RecordedCall[];
  close(): Promise<void>;
}

/** Starts a proxy on a port of 127.0.0.1 that is free. @param behind `http://HOST:PORT` */
export const startRecordingProxy = async (behind: string): Promise<RecordingProxy> => {
  const calls: RecordedCall[] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const answer = await fetch(new URL(request.url ?? '/', behind), {
      method: request.method ?? 'POST',
      headers: headersOf(request),
      body,
    });
    const text = await answer.text();
    calls.push({ ...describeCall(request, body.toString()), status: answer.status });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/xml' });
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** What the request says of itself; of the connection, the proxy has its own. */
const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    ['authorization', 'content-type', 'x-amz-date', 'x-amz-security-token', 'x-amz-target'].flatMap((name) =>
      typeof headers[name] === 'string' ? [[name, headers[name]]] : [],
    ),
  );

const describeCall = ({ headers }: IncomingMessage, body: string): Omit<RecordedCall, 'status'> => {
  const [, region = ''] = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(headers.authorization ?? '') ?? [];
  const { 'x-amz-target': operation } = headers;
  // `AmazonSSM.GetParameters`
  if (typeof operation === 'string')
    return { action: operation.slice(operation.indexOf('.') + 1), region, parameters: {} };
  const { Action = '', Version: _version, ...parameters } = Object.fromEntries(new URLSearchParams(body));
  return { action: Action, region, parameters };
};
