import type { Problem } from '../problems.js';
import { type Html, html } from './html.js';
import { badgeHtml, durationText, factsHtml, instantHtml, sectionHtml } from './parts.js';

/** What stands at the top of every page. */
export interface PageFrame {
  /** Name of the program. */
  readonly program: string;
  readonly version: string;
  /** RFC 3339, UTC. */
  readonly now: string;
  /** RFC 3339, UTC. */
  readonly startedAt: string;
  /** Why no new work is taken; empty while it is. */
  readonly notReady: string;
  readonly certificateExpiresAt: string | undefined;
}

/** The whole document around the sections of a daemon. */
export const pageHtml = (frame: PageFrame, sections: readonly Html[], problems: readonly Problem[]): Html =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${frame.program}</title>
<link rel="stylesheet" href="/style.css">
<script src="/live.js" defer></script>
<noscript><meta http-equiv="refresh" content="5"></noscript>
</head>
<body>
<main>
<h1>${frame.program}</h1>
${frameHtml(frame)}
${sections}
${sectionHtml('Problems', problems.map(problemHtml), 'No warnings or errors since the start.')}
</main>
<footer><p><a href="/status.json">Status as JSON</a> <a href="/metrics">Metrics</a> <span id="connection" role="status">as of ${instantHtml(frame.now)}</span></p></footer>
</body>
</html>
`;

const frameHtml = ({ version, now, startedAt, notReady, certificateExpiresAt }: PageFrame): Html =>
  html`<p>${notReady === '' ? badgeHtml('ready', 'good') : badgeHtml(notReady, 'bad')}</p>
${factsHtml({
  Version: version,
  'Up for': durationText(Date.parse(now) - Date.parse(startedAt)),
  'Up since': instantHtml(startedAt),
  'Certificate until': certificateExpiresAt === undefined ? 'plain text' : instantHtml(certificateExpiresAt),
})}`;

const problemHtml = ({ at, level, message, details }: Problem): Html =>
  html`<div class="problem"><p>${badgeHtml(level === 'warn' ? 'warning' : 'error', 'bad')} ${instantHtml(at)}</p><p>${message}</p><p class="note">${details}</p></div>`;
