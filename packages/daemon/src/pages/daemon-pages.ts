import type { HttpHandler } from '@ami-publisher/protocol';
import type { DaemonMetrics } from '../metrics/daemon-metrics.js';
import type { Problem } from '../problems.js';
import { answerRoutes, jsonAnswer, textAnswer } from './answers.js';
import { liveScript, styleSheet } from './assets.js';
import { type DaemonHealth, healthAnswer } from './health.js';
import type { Html } from './html.js';
import { type PageFrame, pageHtml } from './page.js';

/** What the status of every daemon says. */
export interface CommonStatus extends PageFrame {
  /** RFC 3339, UTC; undefined in plain text. */
  readonly certificateExpiresAt: string | undefined;
  /** Warnings and errors of the log, the latest first. */
  readonly problems: readonly Problem[];
}

export interface DaemonPagesOptions<Status extends CommonStatus> {
  /** The daemon as `/status.json` shows it. */
  readonly status: () => Status | Promise<Status>;
  /** What stands on the page of it. */
  readonly render: (status: Status) => readonly Html[];
  readonly health: DaemonHealth;
  readonly metrics: DaemonMetrics;
}

/** The pages of a daemon: `/`, `/status.json`, `/metrics`, `/healthz`, `/readyz`. */
export const daemonPages = <Status extends CommonStatus>({
  status,
  render,
  health,
  metrics,
}: DaemonPagesOptions<Status>): HttpHandler =>
  answerRoutes({
    '/': {
      answer: async () => {
        const now = await status();
        return {
          contentType: 'text/html; charset=utf-8',
          body: pageHtml(now, render(now), now.problems).markup,
        };
      },
    },
    '/status.json': { answer: async () => jsonAnswer(await status()) },
    '/metrics': {
      answer: async () => ({
        contentType: metrics.registry.contentType,
        body: await metrics.registry.metrics(),
      }),
    },
    '/healthz': { answer: () => healthAnswer(health.alive), isOpen: true },
    '/readyz': { answer: () => healthAnswer(health.ready) },
    '/style.css': {
      answer: () => ({ ...textAnswer(200, styleSheet), contentType: 'text/css; charset=utf-8' }),
    },
    '/live.js': {
      answer: () => ({ ...textAnswer(200, liveScript), contentType: 'text/javascript; charset=utf-8' }),
    },
  });
