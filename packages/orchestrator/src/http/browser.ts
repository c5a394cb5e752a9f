import { AmiPublisherError } from '@ami-publisher/base';
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { sessionMs } from '../keys/session-store.js';

/** Whether whoever asks would rather have a page than JSON. */
export const wantsPage = ({ req }: Context): boolean => req.header('accept')?.includes('text/html') ?? false;

/** Browsers take cookies of the prefix over TLS only, and for this host only. */
const cookieName = (isSecure: boolean): string => (isSecure ? '__Host-ami-session' : 'ami-session');

/** The token of the browser's session. */
export const sessionToken = (context: Context, isSecure: boolean): string | undefined =>
  getCookie(context, cookieName(isSecure));

/**
 * Gives the browser a token, or takes it away if it is undefined. No script reads it, and no other site has it sent.
 *
 * @param isSecure whether the site is reached by HTTPS only; a plain one is on loopback.
 */
export const setSessionToken = (context: Context, isSecure: boolean, token: string | undefined): void => {
  setCookie(context, cookieName(isSecure), token ?? '', {
    ...{ httpOnly: true, sameSite: 'Strict', secure: isSecure, path: '/' },
    maxAge: token === undefined ? 0 : sessionMs / 1000,
  });
};

/**
 * Refuses forms that another site has sent.
 *
 * @throws `OPERATION_NOT_ALLOWED`.
 */
export const requireSameSite = ({ req }: Context): void => {
  const site = req.header('sec-fetch-site');
  const origin = req.header('origin');
  // Browsers that do not say where a form came from say at least which host it is of; whatever says neither is no browser.
  const isOurs =
    site === undefined
      ? origin === undefined || hostOf(origin) === req.header('host')
      : site === 'same-origin' || site === 'none';
  if (isOurs) return;
  throw new AmiPublisherError('OPERATION_NOT_ALLOWED', {
    message: 'this form was sent by another site',
    remedy: 'open the page of this server and send it from there',
  });
};

const hostOf = (origin: string): string | undefined =>
  URL.canParse(origin) ? new URL(origin).host : undefined;

/** A path of this server with its query, or the dashboard for anything that would lead elsewhere. */
export const localPath = (text: string | null): string => {
  const origin = 'http://this.invalid';
  if (text === null || !text.startsWith('/') || !URL.canParse(text, origin)) return '/';
  const { origin: leadsTo, pathname, search } = new URL(text, origin);
  // What begins with two slashes would be another host once it is written down.
  return leadsTo === origin && !pathname.startsWith('//') ? `${pathname}${search}` : '/';
};
