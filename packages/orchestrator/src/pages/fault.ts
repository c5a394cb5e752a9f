import { html } from '@ami-publisher/daemon';
import { pageHtml, type Viewer } from './frame.js';

const titles: Readonly<Record<number, string>> = {
  401: 'Who is there?',
  403: 'Not allowed',
  404: 'Not found',
  429: 'Too many requests',
  503: 'Not ready',
};

/** Says to people why there is nothing to see. */
export const faultPage = (status: number, message: string, viewer: Viewer): string =>
  pageHtml({
    title: titles[status] ?? (status < 500 ? 'That cannot be shown' : 'Something went wrong'),
    viewer,
    head: html``,
    body: html`<p>${message}</p><p><a href="${viewer.base}/">All lifecycles</a></p>`,
  });
