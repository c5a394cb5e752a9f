import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, Hono } from 'hono';
import type { SessionStore } from '../keys/session-store.js';
import { loginPage } from '../pages/login.js';
import { type AnswerOptions, basePath } from './answer-request.js';
import { authenticate } from './authenticate.js';
import { localPath, requireSameSite, sessionToken, setSessionToken } from './browser.js';
import { errorAnswer } from './error-answer.js';
import { send } from './send.js';

export interface LoginOptions extends AnswerOptions {
  readonly sessions: SessionStore;
}

/** Whether browsers reach the server by HTTPS, through a proxy or not. */
export const isSecure = ({ publicUrl }: Pick<AnswerOptions, 'publicUrl'>): boolean =>
  publicUrl.startsWith('https:');

/** Where a browser without a session is sent; it comes back to what it asked for, without a key that may stand in the URL. */
export const loginPath = ({ req }: Context, options: AnswerOptions): string => {
  const url = new URL(req.url);
  url.searchParams.delete('api_key');
  return `${basePath(options)}/login?${new URLSearchParams({ next: `${url.pathname}${url.search}` })}`;
};

/** The page on which a key is typed, and what its forms are sent to. */
export const addLogin = (app: Hono, options: LoginOptions): void => {
  const base = basePath(options);
  app.get('/login', (context) => {
    const body = loginPage({ base, next: localPath(context.req.query('next') ?? null) });
    return send(context, { status: 200, body });
  });
  app.post('/login', (context) => logIn(context, options));
  app.post('/logout', async (context) => {
    requireSameSite(context);
    const token = sessionToken(context, isSecure(options));
    if (token !== undefined) await options.sessions.end(token);
    setSessionToken(context, isSecure(options), undefined);
    return context.redirect(`${base}/login`, 303);
  });
};

const logIn = async (context: Context, options: LoginOptions): Promise<Response> => {
  requireSameSite(context);
  const form = new URLSearchParams(await context.req.text());
  const next = localPath(form.get('next'));
  const base = basePath(options);
  const address = getConnInfo(context).remote.address ?? '';
  const badKey = 'This key is unknown, or cannot be used any more.';
  try {
    const given = form.get('key')?.trim() ?? '';
    const key = await authenticate(
      options,
      { badKey },
      given === '' ? undefined : given,
      address,
      'Give a key.',
    );
    setSessionToken(context, isSecure(options), await options.sessions.begin(key));
    await audit(options, { actor: key.name, status: 303, code: null });
    return context.redirect(`${base}${next}`, 303);
  } catch (reason) {
    const { status, body } = errorAnswer(reason);
    if (status === 500) throw reason;
    if (status === 401) await audit(options, { actor: null, status, code: body.code });
    return send(context, { status, body: loginPage({ base, next, fault: body.error }) });
  }
};

const audit = (
  { store }: LoginOptions,
  entry: { readonly actor: string | null; readonly status: number; readonly code: string | null },
): Promise<void> => store.audit({ ...entry, operation: 'login', lifecycleId: null });
