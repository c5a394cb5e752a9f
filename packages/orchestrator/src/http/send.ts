import type { Context } from 'hono';
import type { Answer } from './answer-request.js';

const common = {
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const policies = {
  page: "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'",
  other: "default-src 'none'; form-action 'none'",
};
const policyOf = (kind: keyof typeof policies): string =>
  `${policies[kind]}; base-uri 'none'; frame-ancestors 'none'`;

/** Texts are pages, streams are of events, all else is JSON. */
export const send = async (context: Context, { status, body, headers }: Answer): Promise<Response> => {
  const respond = (content: string | ReadableStream, contentType: string, more = {}) =>
    context.body(content, status as 200, { ...common, ...more, ...headers, 'content-type': contentType });
  if (typeof body === 'string') {
    return respond(body, 'text/html; charset=utf-8', { 'content-security-policy': policyOf('page') });
  }
  const other = { 'content-security-policy': policyOf('other') };
  if (!(body instanceof ReadableStream)) return respond(JSON.stringify(body), 'application/json', other);
  // A HEAD has no body, so that nobody would ever read this one.
  if (context.req.method === 'HEAD') await body.cancel();
  // The connection ends with the stream, so that a server that closes has not to wait; and proxies are to pass on what they have.
  return respond(body, 'text/event-stream', { ...other, connection: 'close', 'x-accel-buffering': 'no' });
};
