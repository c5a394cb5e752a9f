import { type Html, html } from '@ami-publisher/daemon';
import { assetPath } from './assets.js';

/** Who looks at a page, and from where. */
export interface Viewer {
  /** What stands before all paths: the path of the server's public URL, without a slash at its end. */
  readonly base: string;
  /** Name of the key; undefined before somebody has logged in. */
  readonly name: string | undefined;
  /** Whether the browser has a session that can be ended. */
  readonly hasSession: boolean;
  /** A key that stands in the URL of the page, as clients of the original have it, and without which the page cannot be renewed. */
  readonly keyInUrl: string | undefined;
}

/** What a page is renewed by when it changes. */
export interface Live {
  /** Of the stream of changes. */
  readonly path: string;
  /** Revision that the page shows. */
  readonly revision: string;
}

export interface Page {
  readonly title: string;
  readonly viewer: Viewer;
  /** Stays as it is when the page is renewed. */
  readonly head: Html;
  /** Renewed. */
  readonly body: Html;
  /** @default nothing ever changes on the page */
  readonly live?: Live | undefined;
}

/** A whole document, which needs nothing from anywhere else and does without its script. */
export const pageHtml = ({ title, viewer, head, body, live }: Page): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="${viewer.base}${assetPath('pages.css')}">
${
  live !== undefined &&
  html`<script src="${viewer.base}${assetPath('pages.js')}" defer></script>
<noscript><meta http-equiv="refresh" content="20"></noscript>`
}
</head>
<body>
<a class="skip" href="#main">To the content</a>
<header class="top">
<nav aria-label="Site"><a class="home" href="${viewer.base}/">AMI lifecycles</a></nav>
${viewerHtml(viewer)}
</header>
<main id="main" tabindex="-1">
<h1>${title}</h1>
${head}
<div id="live"${live === undefined ? '' : html` data-changes="${changesUrl(live, viewer)}"`}>
${body}
</div>
</main>
${live !== undefined && html`<footer><p id="connection" role="status">as of ${now()}</p></footer>`}
</body>
</html>
`.markup;

const viewerHtml = ({ base, name, hasSession }: Viewer): Html | false =>
  name !== undefined &&
  html`<div class="viewer"><span>${name}</span>${hasSession && html`<form method="post" action="${base}/logout"><button>Log out</button></form>`}</div>`;

const changesUrl = ({ path, revision }: Live, { base, keyInUrl }: Viewer): string => {
  const key = keyInUrl === undefined ? {} : { api_key: keyInUrl };
  return `${base}${path}?${new URLSearchParams({ since: revision, ...key })}`;
};

const now = (): string => `${new Date().toISOString().slice(11, 19)} UTC`;
