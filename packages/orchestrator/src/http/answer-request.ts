import type { Logger } from '@ami-publisher/base';
import * as z from 'zod';
import { recordOf } from '../lifecycles/record.js';
import { withoutCredentials } from '../redaction.js';
import type { Body } from '../rules/request-shape.js';
import { broken } from '../rules/rule-error.js';
import type { LifecycleStore } from '../store/lifecycle-store.js';
import type { StoredKey } from '../store/tables.js';
import { type Authentication, authenticate, authorize, presentedKey } from './authenticate.js';
import { errorAnswer } from './error-answer.js';
import { checkedBy, parseBody, requireShape, withCanonicalEvents } from './request-body.js';
import type { Route, RouteAnswer, RouteServices } from './route.js';

/** A request, free of the library that took it. */
export interface Request {
  /** As it came, without the query. */
  readonly path: string;
  /** From the path; empty where the path has none. */
  readonly lifecycleId: string;
  readonly query: Readonly<Record<string, string>>;
  readonly header: (name: string) => string | undefined;
  /** @throws `REQUEST_TOO_LARGE`. */
  readonly text: () => Promise<string>;
  /** Of the client. */
  readonly address: string;
  /** The key that the session of the browser began with, where sessions count. */
  readonly session: StoredKey | undefined;
}

export interface AnswerOptions extends RouteServices, Authentication {
  readonly store: LifecycleStore;
  readonly logger: Logger;
  /** Base of the URLs in records, without a slash at its end. */
  readonly publicUrl: string;
  /** Takes keys in bodies and queries, answers every failure with 500, and puts the caller's key into the URLs of records. */
  readonly legacy: boolean;
}

/** An answer, free of the library that sends it. */
export interface Answer extends RouteAnswer {
  readonly status: number;
}

/** Takes a request through key, form, values and handler. Never fails. */
export const answerRequest = async (
  route: Route,
  request: Request,
  options: AnswerOptions,
): Promise<Answer> => {
  const seen: { key?: StoredKey } = {};
  try {
    return { status: 200, ...(await handled(route, request, options, seen)) };
  } catch (reason) {
    const { status, body } = errorAnswer(reason);
    if (status === 500) options.logger.error('a request failed', { path: request.path, error: reason });
    await auditRefusal(route, request, options, { status, code: body.code, actor: seen.key?.name ?? null });
    return { status: options.legacy ? 500 : status, body };
  }
};

const handled = async (
  route: Route,
  request: Request,
  options: AnswerOptions,
  seen: { key?: StoredKey },
): Promise<RouteAnswer> => {
  // Where the key is in the body, the body must be read before anybody is known.
  const early = options.legacy && route.body !== undefined ? parseBody(await request.text()) : undefined;
  const presented = presentedKey({
    apiKey: request.header('x-api-key'),
    authorization: request.header('authorization'),
    inRequest: options.legacy ? (early ?? request.query).api_key : undefined,
  });
  const missing = options.legacy
    ? legacyMissingKey(route, request)
    : 'expected the API key in the header x-api-key';
  const session = presented === undefined ? request.session : undefined;
  seen.key = session ?? (await authenticate(options, route, presented, request.address, missing));
  authorize(seen.key, route);
  requireId(route, request);
  const body = early ?? (route.body === undefined ? {} : parseBody(await request.text()));
  const input = checkedInput(route, request, options.legacy ? withoutKey(body) : body, options, presented);
  const keyed = options.legacy ? `?api_key=${presented}` : '';
  return route.handle(
    {
      input: input as never,
      lifecycleId: request.lifecycleId,
      caller: { name: seen.key.name, operation: route.operation },
      lastEventId: request.header('last-event-id'),
      viewer: {
        base: basePath(options),
        name: seen.key.name,
        hasSession: session !== undefined,
        keyInUrl: options.legacy && 'api_key' in request.query ? presented : undefined,
      },
      record: (state, more) =>
        sorted({ ...recordOf(state, (path) => `${options.publicUrl}${path}${keyed}`), ...more }),
    },
    options,
  );
};

/** Path that stands before all others: a proxy may serve others beside. */
export const basePath = ({ publicUrl }: Pick<AnswerOptions, 'publicUrl'>): string =>
  new URL(publicUrl).pathname.replace(/\/+$/, '');

const checkedInput = (
  route: Route,
  request: Request,
  body: Body,
  { legacy }: AnswerOptions,
  presented: string | undefined,
): unknown => {
  if (route.body === undefined) {
    return checkedBy(route.query ?? z.strictObject({}), legacy ? withoutKey(request.query) : request.query);
  }
  const canonical = withCanonicalEvents(withoutCredentialsIn(body, presented));
  requireShape(route.shape, canonical);
  const input = checkedBy(route.body, canonical);
  const { lifecycle_id } = canonical;
  if (request.lifecycleId !== '' && request.lifecycleId !== lifecycle_id) {
    throw broken(
      'REQUEST_INVALID',
      `lifecycle_id ${String(lifecycle_id)} is not the id of the path, ${request.lifecycleId}`,
    );
  }
  return input;
};

/** The fields of a request stay, whatever their names, so that what is not known is refused and not lost. */
const withoutCredentialsIn = (body: Body, presented: string | undefined): Body =>
  Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, withoutCredentials(value, presented)]),
  );

const withoutKey = ({ api_key: _key, ...rest }: Body): Body => rest;

const legacyMissingKey = ({ method }: Route, { path }: Request): string =>
  method === 'GET'
    ? `api_key is expected as a query parameter but it was not present in the request; ${path}`
    : 'An api_key must be included as part of the json payload of the request.';

/** @throws `LIFECYCLE_NOT_FOUND` for an id in the path that cannot be one. */
const requireId = ({ path }: Route, { lifecycleId }: Request): void => {
  if (!path.includes('{lifecycle-id}') || isUuid(lifecycleId)) return;
  throw broken('LIFECYCLE_NOT_FOUND', `there is no lifecycle ${lifecycleId}`);
};

const isUuid = (text: string): boolean => z.uuid().safeParse(text).success;

/** Objects with their keys in order, as the original sends them. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([name, item]) => [name, sorted(item)]));
};

/** Writes down who was refused what; reads only where the key was wrong. */
const auditRefusal = async (
  { method, operation }: Route,
  { lifecycleId, path }: Request,
  { store, logger }: AnswerOptions,
  refusal: { readonly status: number; readonly code: string; readonly actor: string | null },
): Promise<void> => {
  if (method === 'GET' && refusal.code !== 'API_KEY_REFUSED') return;
  try {
    await store.audit({ ...refusal, operation, lifecycleId: isUuid(lifecycleId) ? lifecycleId : null });
  } catch (error) {
    logger.error('a refusal could not be written down', { path, error });
  }
};
