import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller, HttpHandler } from '@ami-publisher/protocol';

/** What a path answers with. */
export interface Answer {
  /** @default 200 */
  readonly status?: number;
  readonly contentType: string;
  readonly body: string;
}

/** One path. */
export interface Route {
  readonly answer: () => Promise<Answer> | Answer;
  /** Answered to callers without a role as well. */
  readonly isOpen?: true;
}

const headers = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

export const textAnswer = (status: number, text: string): Answer => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body: `${text}\n`,
});

export const jsonAnswer = (value: unknown, status = 200): Answer => ({
  status,
  contentType: 'application/json',
  body: `${JSON.stringify(value, undefined, 2)}\n`,
});

/** Answers GET and HEAD by a table of paths; all other methods are refused, and so are callers without a role, but for open paths. */
export const answerRoutes =
  (routes: Readonly<Record<string, Route>>): HttpHandler =>
  async (request, response, caller) => {
    send(request, response, await answerTo(routes, request, caller));
  };

const answerTo = async (
  routes: Readonly<Record<string, Route>>,
  request: IncomingMessage,
  caller: Caller | undefined,
): Promise<Answer> => {
  if (request.method !== 'GET' && request.method !== 'HEAD') return textAnswer(405, 'only GET and HEAD');
  const path = request.url?.split('?')[0] ?? '/';
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (caller === undefined && !route?.isOpen) {
    return textAnswer(403, 'the client certificate carries no role: use one that was issued for a role');
  }
  return route === undefined ? textAnswer(404, 'there is no such page') : route.answer();
};

const send = (request: IncomingMessage, response: ServerResponse, answer: Answer): void => {
  const { status = 200, contentType, body } = answer;
  const length = Buffer.byteLength(body);
  response.writeHead(status, {
    ...headers,
    'content-type': contentType,
    'content-length': length,
    ...(status === 405 && { allow: 'GET, HEAD' }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
};
