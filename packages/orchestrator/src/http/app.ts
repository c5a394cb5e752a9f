import { AmiPublisherError } from '@ami-publisher/base';
import { getConnInfo } from '@hono/node-server/conninfo';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { assets } from '../pages/assets.js';
import { faultPage } from '../pages/fault.js';
import type { StoredKey } from '../store/tables.js';
import { version } from '../version.js';
import { type Answer, answerRequest, basePath } from './answer-request.js';
import { presentedKey } from './authenticate.js';
import { sessionToken, wantsPage } from './browser.js';
import { type ErrorAnswer, errorAnswer } from './error-answer.js';
import { addLogin, isSecure, type LoginOptions, loginPath } from './login.js';
import { type OpenRoute, openRoutes } from './open-routes.js';
import { openApiDocument } from './openapi.js';
import { pageRoutes } from './page-routes.js';
import { isForBrowsers, type Route } from './route.js';
import { routes } from './routes.js';
import { send } from './send.js';

/** The largest body that is read, bytes. */
export const mostBodyBytes = 262_144;

export interface AppOptions extends LoginOptions {
  /** Whether the database answers. */
  readonly isReady: () => Promise<boolean>;
}

/** The HTTP application: every route of the table, the pages, and what wants no key. */
export const createApp = (options: AppOptions): Hono => {
  const app = new Hono();
  app.use(async (context, next) => {
    const startedAt = performance.now();
    await next();
    const { method, path } = context.req;
    const ms = Math.round(performance.now() - startedAt);
    options.logger.debug('answered', { method, path, status: context.res.status, ms });
  });
  app.use(
    bodyLimit({ maxSize: mostBodyBytes, onError: (context) => sendError(context, tooLarge(), options) }),
  );
  for (const route of [...routes, ...pageRoutes]) {
    app.on(route.method, route.path.replace('{lifecycle-id}', ':lifecycleId'), (context) =>
      serveRoute(context, route, options),
    );
  }
  const open = openAnswers(options);
  for (const { path, name } of openRoutes)
    app.get(path, async (context) => send(context, await open[name]()));
  addLogin(app, options);
  addAssets(app);
  app.notFound((context) => sendError(context, noRoute(context), options));
  app.onError((reason, context) => {
    options.logger.error('a request failed', { path: context.req.path, error: reason });
    return sendError(context, reason, options);
  });
  return app;
};

const serveRoute = async (context: Context, route: Route, options: AppOptions): Promise<Response> => {
  const query = context.req.query();
  const header = (name: string) => context.req.header(name);
  const session = isForBrowsers(route) ? await sessionOf(context, options) : undefined;
  const isLoggedIn = session !== undefined || hasKey(header, options.legacy ? query.api_key : undefined);
  if (route.answer === 'html' && wantsPage(context) && !isLoggedIn) {
    return context.redirect(loginPath(context, options), 303);
  }
  const answer = await answerRequest(
    route,
    {
      ...{ query, header, session },
      path: context.req.path,
      lifecycleId: context.req.param('lifecycleId') ?? '',
      text: () => context.req.text(),
      address: getConnInfo(context).remote.address ?? '',
    },
    options,
  );
  return answer.status === 200 ? send(context, answer) : sendFault(context, answer, options);
};

const sessionOf = async (context: Context, options: AppOptions): Promise<StoredKey | undefined> => {
  const token = sessionToken(context, isSecure(options));
  return token === undefined ? undefined : options.sessions.find(token);
};

const hasKey = (header: (name: string) => string | undefined, inRequest: unknown): boolean =>
  presentedKey({ apiKey: header('x-api-key'), authorization: header('authorization'), inRequest }) !==
  undefined;

const addAssets = (app: Hono): void => {
  for (const [path, { contentType, body }] of assets) {
    app.get(path, (context) =>
      context.body(body, 200, {
        'cache-control': 'public, max-age=31536000, immutable',
        'content-type': contentType,
        'cross-origin-resource-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
      }),
    );
  }
};

const openAnswers = ({ isReady }: AppOptions): Readonly<Record<OpenRoute['name'], () => Promise<Answer>>> => {
  const document = openApiDocument();
  return {
    health: async () => ({ status: 200, body: { status: 'ok' } }),
    ready: async () =>
      (await isReady())
        ? { status: 200, body: { status: 'ok' } }
        : { status: 503, body: { status: 'the database does not answer' } },
    version: async () => ({ status: 200, body: { version } }),
    openApi: async () => ({ status: 200, body: document }),
  };
};

const sendError = (context: Context, reason: unknown, options: AppOptions): Promise<Response> => {
  const { status, body } = errorAnswer(reason);
  // The rest of a body that is too large is not read, so that nothing else can come over this connection.
  const headers = status === 413 ? { connection: 'close' } : {};
  // Unknown paths were answered by the gateway, and with 404.
  const sent = options.legacy && status !== 404 ? 500 : status;
  return sendFault(context, { status: sent, body, headers }, options);
};

/** People are told on a page, programs in JSON. */
const sendFault = (context: Context, answer: Answer, options: AppOptions): Promise<Response> => {
  if (!wantsPage(context)) return send(context, answer);
  const { error } = answer.body as ErrorAnswer['body'];
  const viewer = { base: basePath(options), name: undefined, hasSession: false, keyInUrl: undefined };
  return send(context, { ...answer, body: faultPage(answer.status, error, viewer) });
};

const tooLarge = (): AmiPublisherError =>
  new AmiPublisherError('REQUEST_TOO_LARGE', { message: `the body is larger than ${mostBodyBytes} bytes` });

const noRoute = ({ req }: Context): AmiPublisherError =>
  new AmiPublisherError('ROUTE_NOT_FOUND', { message: `there is no route ${req.method} ${req.path}` });
