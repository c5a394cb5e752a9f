import { type DaemonMetrics, daemonPages, type rememberProblems } from '@ami-publisher/daemon';
import type { HttpHandler } from '@ami-publisher/protocol';
import { program } from '../program.js';
import type { Unpacker } from '../unpacker.js';
import { version } from '../version.js';
import { unpackerStatus } from './status.js';
import { unpackerSections } from './status-page.js';

export interface UnpackerPagesOptions {
  readonly unpacker: Unpacker;
  readonly metrics: DaemonMetrics;
  readonly problems: ReturnType<typeof rememberProblems>['problems'];
  /** `host:port` of the image server. */
  readonly imageServer: string;
  /** End of validity of the certificate, milliseconds since the Unix epoch. */
  readonly certificateExpiresAt: () => number | undefined;
}

/** The pages of an unpacker. */
export const unpackerPages = (options: UnpackerPagesOptions): HttpHandler => {
  const { unpacker, metrics, problems, imageServer, certificateExpiresAt } = options;
  return daemonPages({
    metrics,
    status: () => {
      const expiry = certificateExpiresAt();
      return {
        program,
        version,
        now: instant(unpacker.clock.now()),
        startedAt: instant(unpacker.startedAt),
        notReady: unpacker.notReady,
        certificateExpiresAt: expiry === undefined ? undefined : instant(expiry),
        imageServer,
        ...unpackerStatus(unpacker),
        problems: problems(),
      };
    },
    render: unpackerSections,
    health: {
      alive: {
        // A state that nothing changes is not written; it only has its turn behind all that is.
        state: () => unpacker.store.commit((state) => ({ state, result: undefined })),
        devices: async () => unpacker.devices.checkWatch(),
      },
      ready: {
        work: async () => {
          if (unpacker.notReady !== '') throw new Error(unpacker.notReady);
        },
      },
    },
  });
};

const instant = (ms: number): string => new Date(ms).toISOString();
