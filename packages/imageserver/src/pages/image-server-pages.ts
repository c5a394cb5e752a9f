import type { Clock } from '@ami-publisher/base';
import { type DaemonMetrics, daemonPages, type rememberProblems } from '@ami-publisher/daemon';
import type { HttpHandler } from '@ami-publisher/protocol';
import { program } from '../program.js';
import { version } from '../version.js';
import type { ImageServerStatus, StoredImages } from './status.js';
import { imageServerSections } from './status-page.js';

export interface ImageServerPagesOptions {
  readonly images: () => Promise<StoredImages>;
  readonly metrics: DaemonMetrics;
  readonly problems: ReturnType<typeof rememberProblems>['problems'];
  /** Where images and objects are kept. */
  readonly store: string;
  readonly clock: Clock;
  /** Why no new work is taken; empty while it is. */
  readonly notReady: () => string;
  /** End of validity of the certificate, milliseconds since the Unix epoch. */
  readonly certificateExpiresAt: () => number | undefined;
}

/** Calls that add to the store. */
const ingestCalls = ['AddObjects', 'AddImage'];

/** The pages of an image server. */
export const imageServerPages = (options: ImageServerPagesOptions): HttpHandler => {
  const { images, metrics, notReady, clock } = options;
  const startedAt = instant(clock.now());
  return daemonPages({
    metrics,
    status: () => statusOf(options, startedAt),
    render: imageServerSections,
    health: {
      alive: { store: images },
      ready: {
        work: async () => {
          if (notReady() !== '') throw new Error(notReady());
        },
      },
    },
  });
};

const statusOf = async (
  { images, metrics, problems, store, clock, notReady, certificateExpiresAt }: ImageServerPagesOptions,
  startedAt: string,
): Promise<ImageServerStatus> => {
  const ingests = await Promise.all(ingestCalls.map((method) => metrics.running(method)));
  const expiry = certificateExpiresAt();
  return {
    program,
    version,
    now: instant(clock.now()),
    startedAt,
    notReady: notReady(),
    certificateExpiresAt: expiry === undefined ? undefined : instant(expiry),
    store,
    ...(await images()),
    ingests: ingests.reduce((sum, count) => sum + count, 0),
    problems: problems(),
  };
};

const instant = (ms: number): string => new Date(ms).toISOString();
